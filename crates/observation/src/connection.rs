//! One connection: its host, its handshake, its exchanges and how it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::{Alert, Chain, ClientHello, HandshakeKind, Irregular, ServerHello, Side};

/// One connection of the command, from its acceptance by the observer to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Connection {
    /// Counted from 1 in the order of opening.
    pub number: u64,
    /// How it came.
    pub way: ConnectionKind,
    /// Where it was to go: `host:port` as the command named it. Empty where it named none.
    pub host: String,
    /// When it was accepted.
    pub opened_ns: u64,
    /// How it was carried on to its host, by the observer on the command's behalf.
    pub connecting: Connecting,
    /// What was seen of TLS; `None` where none was spoken.
    pub handshake: Option<Box<Handshake>>,
    /// The first exchanges over it.
    pub exchanges: Vec<Exchange>,
    /// All exchanges over it, the kept ones among them. See [`Exchange`] for what one is.
    pub exchanged: u64,
    /// Bytes that the client sent, TLS included.
    pub bytes_up: u64,
    /// Bytes that the client was sent, TLS included.
    pub bytes_down: u64,
    /// When the first of its directions ended, or said that it would (`close_notify`); `None` where none had.
    #[serde(default)]
    pub ended_ns: Option<u64>,
    /// When both directions had ended; `None` where it was open when the pass ended.
    pub closed_ns: Option<u64>,
    /// How it ended.
    pub close: Close,
    /// What of its records was not as TLS has them, the first few.
    pub irregular: Vec<Irregular>,
    /// Several requests may have been under way at once on it: HTTP/2 was offered, or chosen.
    pub may_be_h2: bool,
}

impl Connection {
    /// Connection `number`, accepted at `opened_ns`, of which nothing else is known.
    pub(crate) fn opened(number: u64, way: ConnectionKind, opened_ns: u64) -> Connection {
        Connection {
            number,
            way,
            host: String::new(),
            opened_ns,
            connecting: Connecting::default(),
            handshake: None,
            exchanges: Vec::new(),
            exchanged: 0,
            bytes_up: 0,
            bytes_down: 0,
            ended_ns: None,
            closed_ns: None,
            close: Close::Open,
            irregular: Vec::new(),
            may_be_h2: false,
        }
    }
}

/// How a connection came to the observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Way")]
pub enum ConnectionKind {
    /// To the observer's own address, which stands for the origin's (url).
    Direct,
    /// By `CONNECT` (proxy).
    Tunnel,
    /// By requests in absolute form, unencrypted (proxy).
    Forwarded,
}

/// How the observer reached the host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Connecting {
    /// Time to resolve its name; `None` where there was none to resolve.
    pub resolve_ns: Option<u64>,
    /// Time to connect; `None` where it did not come to that.
    pub connect_ns: Option<u64>,
    /// When the client could begin; `None` where the host was not reached.
    pub established_ns: Option<u64>,
    /// Why the host was not reached.
    pub failure: Option<String>,
}

/// What was seen of a TLS handshake in clear, and what follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshake {
    /// The first ClientHello.
    pub hello: Option<ClientHello>,
    /// The server asked for another ClientHello (RFC 8446 §4.1.4).
    pub retried: bool,
    /// The ServerHello.
    pub answer: Option<ServerHello>,
    /// The key-exchange group, where it was seen.
    pub group: Option<String>,
    /// Full or resumed, where it was seen.
    pub kind: Option<HandshakeKind>,
    /// The server's certificates, where they were seen (TLS 1.2).
    pub chain: Option<Chain>,
    /// The server gave a ticket in clear (TLS 1.2).
    pub ticket: bool,
    /// Bytes of the server's flight after its ServerHello: in TLS 1.3 encrypted records, in TLS 1.2 the certificates
    /// alone.
    pub server_flight_bytes: u64,
    /// When the first byte of the ClientHello came.
    pub began_ns: Option<u64>,
    /// Whose turn it was, and for how long, until the handshake was over.
    pub turns: Vec<Turn>,
    /// An earlier handshake with the host had been finished when this connection was opened: a session could have been
    /// resumed.
    pub could_resume: bool,
    /// When it was over, for all that can be seen: both have said `Finished`.
    pub finished_ns: Option<u64>,
    /// Alerts in clear.
    pub alerts: Vec<Alert>,
    /// The client ended it with an encrypted record that has the size of an alert.
    pub hidden_alert: bool,
}

/// For how long the handshake stood with one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// Whose turn it was.
    pub of: Side,
    /// From when.
    pub from_ns: u64,
    /// Until it sent the first byte of its flight.
    pub until_ns: u64,
}

impl Turn {
    /// The length of the turn, ns.
    pub fn ns(&self) -> u64 {
        self.until_ns.saturating_sub(self.from_ns)
    }
}

/// What a client sent up to where the server began to send back, and what that was. In HTTP/1.1 without pipelining this
/// is a request and its answer; a request that waits for `100 Continue` makes two. What is encrypted is told by
/// direction alone, so over TLS it is inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// First byte of the request.
    pub sent_ns: u64,
    /// The last byte of the request that was seen.
    pub sent_last_ns: u64,
    /// The longest pause between two parts of the request.
    pub longest_gap_ns: u64,
    /// First byte of the answer; `None` where none came.
    pub answered_ns: Option<u64>,
    /// Last byte of the answer that was seen.
    pub last_ns: Option<u64>,
    /// Bytes of the request: over TLS the lengths of its records, headers and padding included.
    #[serde(default)]
    pub sent_bytes: u64,
    /// Bytes of the answer, likewise; of the server's tickets too, where they came together with it.
    #[serde(default)]
    pub answer_bytes: u64,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    /// It was open when the pass ended.
    Open,
    /// The client ended it first, while nothing was under way.
    Client,
    /// The client ended it first, while an answer was awaited.
    ClientWaiting,
    /// The client ended it during the handshake.
    ClientHandshaking,
    /// The server ended it first, while nothing was under way.
    Server,
    /// The server ended it first, while an answer was awaited.
    ServerWaiting,
    /// The server ended it during the handshake.
    ServerHandshaking,
    /// The host was not reached.
    NotReached,
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// The observer resolves its host and connects.
    Connecting,
    /// It shakes hands, from when the client could begin.
    Handshake,
    /// It could carry a request and never has.
    Standing,
    /// A request has been sent, no byte of the answer has come.
    Waiting,
    /// The answer comes.
    Transferring,
    /// Between exchanges, or after the last.
    Idle,
}

/// For how long a connection did what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// What it did.
    pub doing: Doing,
    /// From when.
    pub from_ns: u64,
    /// Until when.
    pub until_ns: u64,
}

impl Exchange {
    pub(crate) fn begun(at: u64, bytes: u64) -> Exchange {
        Exchange {
            sent_ns: at,
            sent_last_ns: at,
            longest_gap_ns: 0,
            answered_ns: None,
            last_ns: None,
            sent_bytes: bytes,
            answer_bytes: 0,
        }
    }

    pub(crate) fn went_on(self, at: u64, bytes: u64) -> Exchange {
        let gap = at.saturating_sub(self.sent_last_ns);
        let sent_bytes = self.sent_bytes + bytes;
        Exchange { sent_last_ns: at, longest_gap_ns: self.longest_gap_ns.max(gap), sent_bytes, ..self }
    }

    /// Adds a response that arrived from `first` to `last`, `bytes` long.
    pub(crate) fn answered(self, first: u64, last: u64, bytes: u64) -> Exchange {
        let answer_bytes = self.answer_bytes + bytes;
        Exchange { answered_ns: Some(first), last_ns: Some(last), answer_bytes, ..self }
    }
}

impl Handshake {
    /// Whether TLS 1.3 was negotiated.
    pub fn is_13(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.version == "TLSv1.3")
    }

    /// The longest time that the handshake waited for the server, ns: a round trip and the server's computations.
    pub(crate) fn round_trip_ns(&self) -> u64 {
        self.turns.iter().filter(|turn| turn.of == Side::Server).map(Turn::ns).max().unwrap_or(0)
    }
}

impl Connection {
    /// What the connection did over time, without gaps, until it closed or, if it was still open, until `end_ns`.
    /// Exchanges that were not kept are part of the last idle stretch.
    pub fn stretches(&self, end_ns: u64) -> Vec<Stretch> {
        let mut build = Stretches { all: Vec::new(), at_ns: self.opened_ns };
        let end_ns = self.closed_ns.unwrap_or(end_ns);
        let Some(established) = self.connecting.established_ns else {
            build.until(end_ns, Doing::Connecting);
            return build.all;
        };
        build.until(established, Doing::Connecting);
        if let Some(handshake) = &self.handshake {
            build.until(handshake.finished_ns.unwrap_or(end_ns), Doing::Handshake);
        }
        let mut before = Doing::Standing;
        for exchange in &self.exchanges {
            build.until(exchange.sent_ns, before);
            build.until(exchange.answered_ns.unwrap_or(end_ns), Doing::Waiting);
            build.until(exchange.last_ns.unwrap_or(build.at_ns), Doing::Transferring);
            before = Doing::Idle;
        }
        build.until(end_ns, before);
        build.all
    }
}

struct Stretches {
    all: Vec<Stretch>,
    at_ns: u64,
}

impl Stretches {
    fn until(&mut self, until_ns: u64, doing: Doing) {
        if until_ns > self.at_ns {
            self.all.push(Stretch { doing, from_ns: self.at_ns, until_ns });
            self.at_ns = until_ns;
        }
    }
}
