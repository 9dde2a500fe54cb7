//! One connection: its host, its handshake, its exchanges and how it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::{Alert, Chain, ClientHello, HandshakeKind, Irregular, ServerHello, Side};

/// One connection of the command, from its acceptance by the observer to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Connection {
    /// The connection's number, counted from 1 in the order of opening.
    pub number: u64,
    /// How the command connected to the observer.
    pub way: ConnectionKind,
    /// The host and port that the command asked for, as `host:port`. Empty if it named none.
    pub host: String,
    /// The time at which the observer accepted it.
    pub opened_ns: u64,
    /// How the observer connected to the host on the command's behalf.
    pub connecting: Connecting,
    /// What was observed of the TLS handshake; `None` for a connection without TLS.
    pub handshake: Option<Box<Handshake>>,
    /// The first exchanges on the connection.
    pub exchanges: Vec<Exchange>,
    /// The number of all exchanges on the connection, including those in `exchanges`. [`Exchange`] says what one is.
    pub exchanged: u64,
    /// Bytes that the client sent, TLS included.
    pub bytes_up: u64,
    /// Bytes that the client received, TLS included.
    pub bytes_down: u64,
    /// The time at which the first of the two directions ended, by FIN, reset or `close_notify`; `None` if neither had.
    #[serde(default)]
    pub ended_ns: Option<u64>,
    /// The time at which both directions had ended; `None` if it was open when the run ended.
    pub closed_ns: Option<u64>,
    /// How the connection ended.
    pub close: Close,
    /// The first few violations of the TLS record format on this connection.
    pub irregular: Vec<Irregular>,
    /// Whether several requests may have been in flight at once on it, because HTTP/2 was negotiated or may have been.
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

/// How the command connected to the observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Way")]
pub enum ConnectionKind {
    /// To an address of the observer that forwards to the origin (url).
    Direct,
    /// Through a `CONNECT` tunnel (proxy).
    Tunnel,
    /// By unencrypted requests in absolute form (proxy).
    Forwarded,
}

/// How the observer connected to the host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Connecting {
    /// The time to resolve its name, ns; `None` if there was none to resolve.
    pub resolve_ns: Option<u64>,
    /// The time to connect, ns; `None` if no connection was made.
    pub connect_ns: Option<u64>,
    /// The time from which the client could send to the host; `None` if the host was not reached.
    pub established_ns: Option<u64>,
    /// The reason why the host was not reached.
    pub failure: Option<String>,
}

/// What was observed of a TLS handshake: its unencrypted messages, and what follows from them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshake {
    /// The first ClientHello.
    pub hello: Option<ClientHello>,
    /// Whether the server requested another ClientHello (RFC 8446 §4.1.4).
    pub retried: bool,
    /// The ServerHello.
    pub answer: Option<ServerHello>,
    /// The key-exchange group, if it is visible.
    pub group: Option<String>,
    /// Whether the handshake is full or resumed, if that is visible.
    pub kind: Option<HandshakeKind>,
    /// The server's certificate chain, if it is visible (TLS 1.2).
    pub chain: Option<Chain>,
    /// Whether the server issued an unencrypted session ticket (TLS 1.2).
    pub ticket: bool,
    /// The size of the server's flight after its ServerHello, bytes: in TLS 1.3 the encrypted records, in TLS 1.2 only
    /// the certificates.
    pub server_flight_bytes: u64,
    /// The time of the first byte of the ClientHello.
    pub began_ns: Option<u64>,
    /// The turns of both sides until the end of the handshake.
    pub turns: Vec<Turn>,
    /// Whether an earlier handshake with the host had finished when this connection was opened, so that a session could
    /// have been resumed.
    pub could_resume: bool,
    /// The time at which both sides had sent `Finished`, as far as that is visible.
    pub finished_ns: Option<u64>,
    /// Unencrypted alerts.
    pub alerts: Vec<Alert>,
    /// Whether the client ended the handshake with an encrypted record that has the size of an alert.
    pub hidden_alert: bool,
}

/// A span in which the handshake waited for one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// The side that the handshake waited for.
    pub of: Side,
    /// The beginning of the span.
    pub from_ns: u64,
    /// The time at which that side sent the first byte of its flight.
    pub until_ns: u64,
}

impl Turn {
    /// The length of the turn, ns.
    pub fn ns(&self) -> u64 {
        self.until_ns.saturating_sub(self.from_ns)
    }
}

/// What a client sent until the server began to send, and what the server then sent. In HTTP/1.1 without pipelining
/// this is a request and its response; a request that waits for `100 Continue` makes two exchanges. Encrypted data
/// shows only its direction, so over TLS exchanges are inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// The time of the request's first byte.
    pub sent_ns: u64,
    /// The time of the last byte of the request that was observed.
    pub sent_last_ns: u64,
    /// The longest pause between two parts of the request, ns.
    pub longest_gap_ns: u64,
    /// The time of the response's first byte; `None` if there was no response.
    pub answered_ns: Option<u64>,
    /// The time of the last byte of the response that was observed.
    pub last_ns: Option<u64>,
    /// The size of the request, bytes: over TLS the lengths of its records, including headers and padding.
    #[serde(default)]
    pub sent_bytes: u64,
    /// The size of the response, likewise. It includes the server's session tickets if they came together with the
    /// response.
    #[serde(default)]
    pub answer_bytes: u64,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    /// It was open when the run ended.
    Open,
    /// The client closed it first, with no request in flight.
    Client,
    /// The client closed it first, while waiting for a response.
    ClientWaiting,
    /// The client closed it during the handshake.
    ClientHandshaking,
    /// The server closed it first, with no request in flight.
    Server,
    /// The server closed it first, while the client was waiting for a response.
    ServerWaiting,
    /// The server closed it during the handshake.
    ServerHandshaking,
    /// The host was not reached.
    NotReached,
}

/// The state of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// The observer is resolving the host's name or connecting.
    Connecting,
    /// The TLS handshake is in progress, from the time at which the client could begin it.
    Handshake,
    /// It could carry a request and has not carried one yet.
    Standing,
    /// A request has been sent, and no byte of the response has arrived.
    Waiting,
    /// A response is arriving.
    Transferring,
    /// It is idle between exchanges, or after the last one.
    Idle,
}

/// A span in which a connection was in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// The state.
    pub doing: Doing,
    /// The beginning of the span.
    pub from_ns: u64,
    /// The end of the span.
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
