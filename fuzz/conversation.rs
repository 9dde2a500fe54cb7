//! Decodes an input of the fuzz target `records` and checks what must hold for it. Part of the target and of an
//! ordinary test, which replays the corpus.
//!
//! The first byte says how the streams are cut for the second parser: into pieces of so many bytes (0 counts as 1).
//! Then come flights: two bytes, of which the highest bit is the sender (set: the server) and the others the length,
//! and so many bytes, or as many as there are.

use wire::{Event, PassiveParser, Protocol, Side};

/// Feeds the input to two parsers, to one in whole flights, to the other in pieces.
///
/// # Panics
/// If they report different events, one buffers more than it may, or more irregularities are reported than may be.
pub(crate) fn play(input: &[u8]) {
    let Some((piece, rest)) = input.split_first() else { return };
    let (mut whole, mut cut) = (Seen::default(), Seen::default());
    for (from, bytes) in flights(rest) {
        whole.feed(from, bytes);
        for bytes in bytes.chunks(usize::from(*piece).max(1)) {
            cut.feed(from, bytes);
        }
    }
    for side in [Side::Client, Side::Server] {
        whole.end(side);
        cut.end(side);
    }
    assert_eq!(whole.events, cut.events, "cut into pieces of {piece}");
    assert_eq!(whole.parser.protocol(), cut.parser.protocol());
    assert_eq!(whole.parser.irregularities(), cut.parser.irregularities());
}

/// The flights of an input without its first byte.
fn flights(mut rest: &[u8]) -> impl Iterator<Item = (Side, &[u8])> {
    std::iter::from_fn(move || {
        let (header, after) = rest.split_first_chunk::<2>()?;
        let header = u16::from_be_bytes(*header);
        let from = if header & 0x8000 == 0 { Side::Client } else { Side::Server };
        let (bytes, after) = after.split_at_checked(usize::from(header & 0x7fff)).unwrap_or((after, &[]));
        rest = after;
        Some((from, bytes))
    })
}

#[derive(Default)]
struct Seen {
    parser: PassiveParser,
    events: Vec<Event>,
}

impl Seen {
    fn feed(&mut self, from: Side, bytes: &[u8]) {
        let events = &mut self.events;
        self.parser.feed(from, bytes, |event| {
            // The pieces of a record depend on how the stream was cut.
            if !matches!(event, Event::Data { start: false, .. }) {
                events.push(event);
            }
        });
        let held = self.parser.buffered();
        assert!(held <= PassiveParser::MOST_BUFFERED, "{held} bytes are held");
        assert!(held == 0 || !self.parser.is_handshake_complete(), "{held} bytes are held after the handshake");
        if matches!(self.parser.protocol(), Protocol::Http | Protocol::Other) {
            assert_eq!(held, 0, "bytes are held of a connection that isn't read");
        }
        let told = self.events.iter().filter(|event| matches!(event, Event::Irregular(_))).count();
        assert!(told <= PassiveParser::MOST_IRREGULAR as usize, "{told} irregularities were told");
    }

    fn end(&mut self, from: Side) {
        let events = &mut self.events;
        self.parser.end(from, |event| events.push(event));
        let held = self.parser.buffered();
        assert!(held <= PassiveParser::MOST_BUFFERED, "{held} bytes are held");
    }
}
