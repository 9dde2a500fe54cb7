//! One connection watched: its two streams, each from its opening over its records to its messages.

use crate::conversation::Conversation;
use crate::event::{self, Tell};
use crate::message::{self, Messages};
use crate::opening::{self, Opening, opening};
use crate::record::{Header, Misframed, Piece, Records};
use crate::role::Role;
use crate::{Event, Irregularity, Protocol, Side};

/// Watches one connection, both directions. See the [crate] for what it does.
#[derive(Debug, Default)]
pub struct Watcher {
    protocol: Protocol,
    client: Stream,
    server: Stream,
    conversation: Conversation,
}

/// What one side sends.
#[derive(Debug, Default)]
struct Stream {
    stage: Stage,
    records: Records,
    /// What the record that is under way means.
    role: Role,
    messages: Messages,
    /// The first byte of an alert, the second not being there yet.
    level: Option<u8>,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Too few bytes have come to tell what it is.
    Opening { seen: [u8; opening::LONGEST], have: usize },
    /// Records follow each other.
    Records,
    /// Nothing more is read.
    Closed,
}

impl Default for Stage {
    fn default() -> Stage {
        Stage::Opening { seen: [0; opening::LONGEST], have: 0 }
    }
}

impl Watcher {
    /// The most bytes of messages that are ever held, both sides together: 128 KiB. Once the handshake is settled none
    /// are.
    pub const MOST_BUFFERED: usize = 2 * message::LONGEST;
    /// The most irregularities that are told; all are counted ([`Watcher::irregularities`]).
    pub const MOST_IRREGULAR: u32 = event::MOST_IRREGULAR;

    /// A watcher of a connection that nothing has come of yet.
    pub fn new() -> Watcher {
        Watcher::default()
    }

    /// Takes `bytes` that `from` sent, and tells `event` what they hold, in order. It doesn't matter how a stream is
    /// cut into `bytes`, but for further bytes of [`Event::Data`]. Never fails.
    pub fn feed(&mut self, from: Side, bytes: &[u8], mut event: impl FnMut(Event)) {
        self.read(from, bytes, &mut event);
    }

    /// Says that `from` has sent everything it will, and tells `event` whether that is within a record or a message.
    pub fn end(&mut self, from: Side, mut event: impl FnMut(Event)) {
        let stream = self.stream(from);
        let within = match stream.stage {
            Stage::Opening { have, .. } => have > 0,
            Stage::Records => stream.records.is_within() || stream.messages.is_within(),
            Stage::Closed => false,
        };
        stream.close();
        self.conversation.closes(from);
        if within {
            let detail = "it ended within a record or a message".to_owned();
            self.conversation.irregular(from, Irregularity::Cut, detail, &mut event);
        }
    }

    /// What the connection carries, by its client's first bytes, or by the server's if that isn't TLS and comes first.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether the handshake is complete, as far as can be seen: TLS 1.3, the client's Finished; TLS 1.2, both.
    pub fn settled(&self) -> bool {
        self.conversation.settled()
    }

    /// How many irregularities there were, told or not.
    pub fn irregularities(&self) -> u32 {
        self.conversation.irregularities()
    }

    /// How many bytes of memory are held for messages now, at most [`Watcher::MOST_BUFFERED`].
    pub fn buffered(&self) -> usize {
        self.client.messages.room() + self.server.messages.room()
    }

    fn stream(&mut self, from: Side) -> &mut Stream {
        match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn read(&mut self, from: Side, mut bytes: &[u8], tell: Tell<'_>) {
        if let Stage::Opening { seen, have } = self.stream(from).stage {
            self.open(from, seen, have, &mut bytes, tell);
        }
        // Only a record whose header came earlier goes on at the front of `bytes`.
        let mut further = true;
        while let Stage::Records = self.stream(from).stage {
            let tls13 = self.conversation.is_tls13();
            match self.stream(from).records.next(&mut bytes, tls13) {
                None => return,
                Some(Ok(Piece::Start(header))) => self.start(from, header, tell),
                Some(Ok(Piece::Body { header, bytes, end })) => self.body(from, header, bytes, further, end, tell),
                Some(Err(misframed)) => self.misframed(from, misframed, tell),
            }
            further = false;
        }
    }

    /// Takes off `bytes` what it needs of them to tell what `from` speaks.
    fn open(
        &mut self,
        from: Side,
        mut seen: [u8; opening::LONGEST],
        mut have: usize,
        bytes: &mut &[u8],
        tell: Tell<'_>,
    ) {
        while let Some((first, rest)) = bytes.split_first() {
            *bytes = rest;
            if let Some(place) = seen.get_mut(have) {
                *place = *first;
            }
            have += 1;
            let known = seen.get(..have).unwrap_or(&seen);
            match opening(from, known) {
                Opening::Undecided => self.stream(from).stage = Stage::Opening { seen, have },
                spoken => return self.opened(from, spoken, known, tell),
            }
        }
    }

    fn opened(&mut self, from: Side, spoken: Opening, seen: &[u8], tell: Tell<'_>) {
        match (from, spoken) {
            (_, Opening::Undecided | Opening::Tls) => {
                if from == Side::Client {
                    self.protocol = Protocol::Tls;
                }
                let stream = self.stream(from);
                stage_records(stream, seen);
                return;
            }
            (Side::Client, Opening::Http) => self.protocol = Protocol::Http,
            (Side::Server, Opening::Http) if self.protocol == Protocol::Tls => {
                let detail = "it answers in plain HTTP".to_owned();
                self.conversation.irregular(from, Irregularity::NotTls, detail, tell);
            }
            (_, Opening::Http | Opening::Other) => {
                if self.protocol == Protocol::Unknown {
                    self.protocol = Protocol::Other;
                }
                let detail = format!("its first bytes are \"{}\"", seen.escape_ascii());
                self.conversation.irregular(from, Irregularity::NotTls, detail, tell);
            }
        }
        self.stream(from).close();
        if self.protocol != Protocol::Tls {
            self.close();
        }
    }

    fn start(&mut self, from: Side, header: Header, tell: Tell<'_>) {
        let role = self.conversation.role(from, header, tell);
        let stream = self.stream(from);
        stream.role = role;
        stream.level = None;
        if role != Role::Messages && stream.messages.is_within() {
            stream.messages.forget();
            let detail = "a handshake message is broken off by a record of another type".to_owned();
            self.conversation.irregular(from, Irregularity::Malformed, detail, tell);
        }
        if header.length == 0 {
            self.ended(from, header, tell);
        }
    }

    fn body(&mut self, from: Side, header: Header, bytes: &[u8], further: bool, end: bool, tell: Tell<'_>) {
        match self.stream(from).role {
            Role::Messages => self.messages(from, bytes, tell),
            Role::Alert => self.alert(from, bytes, tell),
            Role::Data if further => {
                // A piece is no longer than a record.
                tell(Event::Data { from, bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX), start: false });
            }
            _ => {}
        }
        if end {
            self.ended(from, header, tell);
        }
    }

    fn messages(&mut self, from: Side, mut bytes: &[u8], tell: Tell<'_>) {
        while !self.conversation.settled() {
            let Some(message) = self.stream(from).messages.next(from, &mut bytes) else { return };
            self.conversation.message(from, message, tell);
            if self.conversation.is_blind() {
                return self.close();
            }
        }
    }

    fn alert(&mut self, from: Side, bytes: &[u8], tell: Tell<'_>) {
        for byte in bytes {
            match self.stream(from).level.take() {
                None => self.stream(from).level = Some(*byte),
                Some(level) => self.conversation.alert(from, level, *byte, tell),
            }
        }
    }

    fn ended(&mut self, from: Side, header: Header, tell: Tell<'_>) {
        let role = std::mem::take(&mut self.stream(from).role);
        self.conversation.ended(from, role, header, tell);
        if self.conversation.settled() {
            self.client.messages.forget();
            self.server.messages.forget();
        }
    }

    fn misframed(&mut self, from: Side, misframed: Misframed, tell: Tell<'_>) {
        self.stream(from).close();
        let (what, detail) = match misframed {
            Misframed::Header(header) => {
                (Irregularity::RecordHeader, format!("\"{}\" is no header of a record", header.escape_ascii()))
            }
            Misframed::Oversized(length) => (Irregularity::RecordOversized, format!("a record of {length} bytes")),
        };
        self.conversation.irregular(from, what, detail, tell);
    }

    fn close(&mut self) {
        self.client.close();
        self.server.close();
    }
}

/// Begins to read records, the first of which begins with `seen`.
fn stage_records(stream: &mut Stream, mut seen: &[u8]) {
    stream.stage = Stage::Records;
    // What tells TLS is shorter than a header: there is nothing to be had of it yet.
    let _ = stream.records.next(&mut seen, false);
}

impl Stream {
    fn close(&mut self) {
        *self = Stream { stage: Stage::Closed, ..Stream::default() };
    }
}
