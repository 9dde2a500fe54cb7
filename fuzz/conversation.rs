//! What an input of the fuzz target `records` means, and what has to hold of it. Part of the target and of an ordinary
//! test, which plays the corpus again.
//!
//! The first byte says how the streams are cut for the second watcher: into pieces of so many bytes (0 counts as 1).
//! Then come flights: two bytes, of which the highest bit is the sender (set: the server) and the others the length,
//! and so many bytes, or as many as there are.

use wire::{Event, Protocol, Side, Watcher};

/// Feeds the input to two watchers, to one in whole flights, to the other in pieces.
///
/// # Panics
/// When they tell different events, one holds more than it may, or more irregularities are told than may be.
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
    assert_eq!(whole.watcher.protocol(), cut.watcher.protocol());
    assert_eq!(whole.watcher.irregularities(), cut.watcher.irregularities());
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
    watcher: Watcher,
    events: Vec<Event>,
}

impl Seen {
    fn feed(&mut self, from: Side, bytes: &[u8]) {
        let events = &mut self.events;
        self.watcher.feed(from, bytes, |event| {
            // How much of a record comes at a time is how the stream was cut.
            if !matches!(event, Event::Data { start: false, .. }) {
                events.push(event);
            }
        });
        let held = self.watcher.buffered();
        assert!(held <= Watcher::MOST_BUFFERED, "{held} bytes are held");
        assert!(held == 0 || !self.watcher.settled(), "{held} bytes are held after the handshake");
        if matches!(self.watcher.protocol(), Protocol::Http | Protocol::Other) {
            assert_eq!(held, 0, "bytes are held of a connection that isn't read");
        }
        let told = self.events.iter().filter(|event| matches!(event, Event::Irregular(_))).count();
        assert!(told <= Watcher::MOST_IRREGULAR as usize, "{told} irregularities were told");
    }

    fn end(&mut self, from: Side) {
        let events = &mut self.events;
        self.watcher.end(from, |event| events.push(event));
        let held = self.watcher.buffered();
        assert!(held <= Watcher::MOST_BUFFERED, "{held} bytes are held");
    }
}
