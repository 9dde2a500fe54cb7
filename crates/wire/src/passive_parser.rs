//! The parser of one connection. For each direction it recognises the protocol by the first bytes, then splits the
//! stream into records and those into messages.

use crate::conversation::Conversation;
use crate::event::{self, Emit};
use crate::message::{self, Messages};
use crate::opening::{self, Opening, opening};
use crate::record::{Header, Misframed, Piece, Records};
use crate::role::Role;
use crate::{Event, Irregularity, Protocol, Side};

/// Parses both directions of one connection without taking part in it. See the [crate] for what it reports.
#[derive(Debug, Default)]
pub struct PassiveParser {
    protocol: Protocol,
    client: Stream,
    server: Stream,
    conversation: Conversation,
}

/// The parsing state of one direction.
#[derive(Debug, Default)]
struct Stream {
    state: StreamState,
    records: Records,
    /// The role of the current record.
    role: Role,
    messages: Messages,
    /// The first byte of an alert whose second byte has not arrived yet.
    level: Option<u8>,
}

#[derive(Debug, Clone, Copy)]
enum StreamState {
    /// Too few bytes have arrived to recognise the protocol.
    Opening { seen: [u8; opening::LONGEST], have: usize },
    /// The direction consists of TLS records.
    Records,
    /// Further bytes are ignored.
    Closed,
}

impl Default for StreamState {
    fn default() -> StreamState {
        StreamState::Opening { seen: [0; opening::LONGEST], have: 0 }
    }
}

impl PassiveParser {
    /// The most bytes of handshake messages that are buffered for both sides together: 128 KiB. After the handshake
    /// none are.
    pub const MOST_BUFFERED: usize = 2 * message::LONGEST;
    /// The most irregularities that are reported as events; all are counted ([`PassiveParser::irregularities`]).
    pub const MOST_IRREGULAR: u32 = event::MOST_IRREGULAR;

    /// A parser for a connection on which nothing has been sent yet.
    pub fn new() -> PassiveParser {
        PassiveParser::default()
    }

    /// Parses `bytes` that `from` sent and calls `event` for each event in them, in order. How a stream is split over
    /// the calls matters only for the further pieces of [`Event::Data`]. Never fails.
    pub fn feed(&mut self, from: Side, bytes: &[u8], mut event: impl FnMut(Event)) {
        self.read(from, bytes, &mut event);
    }

    /// Ends the direction of `from`. Calls `event` with [`Irregularity::Cut`] if it ends within a record or a message.
    pub fn end(&mut self, from: Side, mut event: impl FnMut(Event)) {
        let stream = self.stream(from);
        let within = match stream.state {
            StreamState::Opening { have, .. } => have > 0,
            StreamState::Records => stream.records.is_within() || stream.messages.is_within(),
            StreamState::Closed => false,
        };
        stream.close();
        self.conversation.closes(from);
        if within {
            let detail = "the direction ended within a record or a message".to_owned();
            self.conversation.irregular(from, Irregularity::Cut, detail, &mut event);
        }
    }

    /// The protocol of the connection, by the client's first bytes, or by the server's if they come first and are not
    /// TLS.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether the handshake is complete, as far as can be seen: in TLS 1.3 the client has sent its Finished, in TLS
    /// 1.2 both sides have.
    pub fn is_handshake_complete(&self) -> bool {
        self.conversation.is_handshake_complete()
    }

    /// The number of irregularities, reported or not.
    pub fn irregularities(&self) -> u32 {
        self.conversation.irregularities()
    }

    /// The bytes of memory that are allocated for messages now, at most [`PassiveParser::MOST_BUFFERED`].
    pub fn buffered(&self) -> usize {
        self.client.messages.room() + self.server.messages.room()
    }

    fn stream(&mut self, from: Side) -> &mut Stream {
        match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn read(&mut self, from: Side, mut bytes: &[u8], emit: Emit<'_>) {
        if let StreamState::Opening { seen, have } = self.stream(from).state {
            self.open(from, seen, have, &mut bytes, emit);
        }
        // Only the first piece of `bytes` can continue a record whose header came in an earlier call.
        let mut further = true;
        while let StreamState::Records = self.stream(from).state {
            let tls13 = self.conversation.is_tls13();
            match self.stream(from).records.next(&mut bytes, tls13) {
                None => return,
                Some(Ok(Piece::Start(header))) => self.start(from, header, emit),
                Some(Ok(Piece::Body { header, bytes, end })) => self.body(from, header, bytes, further, end, emit),
                Some(Err(misframed)) => self.misframed(from, misframed, emit),
            }
            further = false;
        }
    }

    /// Consumes as many of `bytes` as it takes to recognise the protocol that `from` speaks.
    fn open(
        &mut self,
        from: Side,
        mut seen: [u8; opening::LONGEST],
        mut have: usize,
        bytes: &mut &[u8],
        emit: Emit<'_>,
    ) {
        while let Some((first, rest)) = bytes.split_first() {
            *bytes = rest;
            if let Some(place) = seen.get_mut(have) {
                *place = *first;
            }
            have += 1;
            let known = seen.get(..have).unwrap_or(&seen);
            match opening(from, known) {
                Opening::Undecided => self.stream(from).state = StreamState::Opening { seen, have },
                spoken => return self.opened(from, spoken, known, emit),
            }
        }
    }

    fn opened(&mut self, from: Side, spoken: Opening, seen: &[u8], emit: Emit<'_>) {
        match (from, spoken) {
            (_, Opening::Undecided | Opening::Tls) => {
                if from == Side::Client {
                    self.protocol = Protocol::Tls;
                }
                let stream = self.stream(from);
                begin_records(stream, seen);
                return;
            }
            (Side::Client, Opening::Http) => self.protocol = Protocol::Http,
            (Side::Server, Opening::Http) if self.protocol == Protocol::Tls => {
                let detail = "the server responds in plain HTTP".to_owned();
                self.conversation.irregular(from, Irregularity::NotTls, detail, emit);
            }
            (_, Opening::Http | Opening::Other) => {
                if self.protocol == Protocol::Unknown {
                    self.protocol = Protocol::Other;
                }
                let detail = format!("its first bytes are \"{}\"", seen.escape_ascii());
                self.conversation.irregular(from, Irregularity::NotTls, detail, emit);
            }
        }
        self.stream(from).close();
        if self.protocol != Protocol::Tls {
            self.close();
        }
    }

    fn start(&mut self, from: Side, header: Header, emit: Emit<'_>) {
        let role = self.conversation.role(from, header, emit);
        let stream = self.stream(from);
        stream.role = role;
        stream.level = None;
        if role != Role::Messages && stream.messages.is_within() {
            stream.messages.forget();
            let detail = "a handshake message is interrupted by a record of another type".to_owned();
            self.conversation.irregular(from, Irregularity::Malformed, detail, emit);
        }
        if header.length == 0 {
            self.ended(from, header, emit);
        }
    }

    fn body(&mut self, from: Side, header: Header, bytes: &[u8], further: bool, end: bool, emit: Emit<'_>) {
        match self.stream(from).role {
            Role::Messages => self.messages(from, bytes, emit),
            Role::Alert => self.alert(from, bytes, emit),
            Role::Data if further => {
                // A piece is no longer than a record.
                emit(Event::Data { from, bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX), start: false });
            }
            _ => {}
        }
        if end {
            self.ended(from, header, emit);
        }
    }

    fn messages(&mut self, from: Side, mut bytes: &[u8], emit: Emit<'_>) {
        while !self.conversation.is_handshake_complete() {
            let Some(message) = self.stream(from).messages.next(from, &mut bytes) else { return };
            self.conversation.message(from, message, emit);
            if self.conversation.is_blind() {
                return self.close();
            }
        }
    }

    fn alert(&mut self, from: Side, bytes: &[u8], emit: Emit<'_>) {
        for byte in bytes {
            match self.stream(from).level.take() {
                None => self.stream(from).level = Some(*byte),
                Some(level) => self.conversation.alert(from, level, *byte, emit),
            }
        }
    }

    fn ended(&mut self, from: Side, header: Header, emit: Emit<'_>) {
        let role = std::mem::take(&mut self.stream(from).role);
        self.conversation.ended(from, role, header, emit);
        if self.conversation.is_handshake_complete() {
            self.client.messages.forget();
            self.server.messages.forget();
        }
    }

    fn misframed(&mut self, from: Side, misframed: Misframed, emit: Emit<'_>) {
        self.stream(from).close();
        let (what, detail) = match misframed {
            Misframed::Header(header) => {
                (Irregularity::RecordHeader, format!("\"{}\" is not a record header", header.escape_ascii()))
            }
            Misframed::Oversized(length) => (Irregularity::RecordOversized, format!("a record of {length} bytes")),
        };
        self.conversation.irregular(from, what, detail, emit);
    }

    fn close(&mut self) {
        self.client.close();
        self.server.close();
    }
}

/// Starts to read records. `seen` are the first bytes of the first one.
fn begin_records(stream: &mut Stream, mut seen: &[u8]) {
    stream.state = StreamState::Records;
    // TLS is recognised by fewer bytes than a record header has, so this yields no piece yet.
    let _ = stream.records.next(&mut seen, false);
}

impl Stream {
    fn close(&mut self) {
        *self = Stream { state: StreamState::Closed, ..Stream::default() };
    }
}
