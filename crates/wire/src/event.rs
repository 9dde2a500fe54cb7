//! The events that a parser reports: plain data, as it is written to result files.
//!
//! Strings that come from the network hold at most 255 of its bytes, with everything unprintable escaped.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who opened the connection.
    Client,
    /// Who accepted it.
    Server,
}

/// What a connection carries, by its first bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Not known: too few bytes have come.
    #[default]
    Unknown,
    /// TLS, or SSL 3.0.
    Tls,
    /// HTTP/1 in plain: a method and a space.
    Http,
    /// Anything else: SSH, the preface of HTTP/2 in plain, a hello of SSL 2.0.
    Other,
}

/// Something that was seen. A record of application data is reported when its header has been read, everything else
/// when its last byte has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The client's hello; a second one follows a [`Event::HelloRetryRequest`].
    ClientHello(Box<ClientHello>),
    /// TLS 1.3: the server asks for another hello (RFC 8446 §4.1.4). It costs a round trip.
    HelloRetryRequest(HelloRetry),
    /// The server's hello: what was negotiated.
    ServerHello(Box<ServerHello>),
    /// TLS 1.2 and below: the server's certificates.
    Certificates(Box<Chain>),
    /// TLS 1.2 and below: the group of the server's ephemeral key (`x25519`). TLS 1.3 has it in the hello.
    Group(String),
    /// TLS 1.2 and below: the server asks for the client's certificate.
    ClientCertificateAsked,
    /// TLS 1.2 and below: the server issued a ticket. Those of TLS 1.3 are encrypted ([`Event::AfterHandshake`]).
    Ticket,
    /// Whether this is a full handshake or a resumed one, once per connection, as soon as it is certain.
    Kind(HandshakeKind),
    /// This side's last flight of the handshake was sent. TLS 1.2: of each side. TLS 1.3: of the client only, since the
    /// server's end isn't visible: it was complete before this.
    ///
    /// The client's Finished of TLS 1.3 is known by its size, which its suite fixes, and the padding that libraries add
    /// to it. Where none of such a size comes (it is in one record with a client's certificate, or padded to 512, 1024
    /// or 2048 bytes), this is reported when the client's first data comes, or the server's next record.
    Finished(Side),
    /// TLS 1.3: the client sent data before the server's hello (0-RTT). Once per connection.
    EarlyData,
    /// TLS 1.3: an encrypted record of the handshake, or one that is taken for such a record.
    Handshake {
        /// Who sent it.
        from: Side,
        /// Its length with its header.
        bytes: u32,
    },
    /// A record of application data, after the handshake. In TLS 1.3 a record of type "application data" may hold a
    /// ticket, a key update or an alert as well: `close_notify` is one of 24 bytes (16 with a suite whose tag has 8),
    /// and so are 2 bytes of data. Records without content, which hold padding alone (RFC 8446 §5.4), are not
    /// reported.
    ///
    /// Padding of a constant length is not counted, if the sender's Finished has shown it: a record that may be an
    /// alert has the same 24 bytes then. Padding to whole blocks is counted, because how much of a block is padding
    /// doesn't show. There a record of one block is reported with 24 bytes if the block is 16 or 32 bytes long, or if
    /// the other side has ended its direction or may just have sent an alert: larger blocks are more likely to hold a
    /// request or a response.
    ///
    /// If no record of the client's last flight was recognised, a record after it that is as long as a
    /// CertificateVerify is reported as [`Event::Handshake`] when it comes, and as data, whole, once the next record
    /// shows that it was data.
    Data {
        /// Who sent it.
        from: Side,
        /// At the start: the record's length with its header, see above. Later: how many of the record's bytes have
        /// come now, padding included.
        bytes: u32,
        /// The record begins. Otherwise these are further bytes of it, and were counted in its length already.
        start: bool,
    },
    /// TLS 1.3: a record of the server's after the client's Finished and before the client's first data: most likely
    /// tickets, or HTTP/2's settings. Which of them isn't visible. Tickets that come later are reported as
    /// [`Event::Data`].
    AfterHandshake {
        /// Its length with its header, without padding of a constant length ([`Event::Data`]).
        bytes: u32,
    },
    /// An alert in clear.
    Alert(Alert),
    /// An encrypted record that is an alert (TLS 1.2 and below: by its type), or has exactly an alert's size where
    /// nothing else of that size is likely (TLS 1.3: in the handshake, and before the sender's first data; padded or
    /// not, as far as that shows). Once the handshake is complete, TLS 1.2: most likely `close_notify`.
    HiddenAlert {
        /// Who sent it.
        from: Side,
        /// The handshake was complete.
        after_handshake: bool,
    },
    /// Something that TLS doesn't allow. At most [`crate::PassiveParser::MOST_IRREGULAR`] are reported per connection.
    Irregular(Irregular),
}

/// The callback that receives events.
pub(crate) type Emit<'a> = &'a mut dyn FnMut(Event);

/// How a session came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandshakeKind {
    /// By certificates and a key exchange.
    Full,
    /// From an earlier session: by its ticket, its number, or a pre-shared key.
    Resumed,
}

/// What a client offered. Values that mean nothing (GREASE, RFC 8701) are left out; each list holds at most 64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientHello {
    /// The host it asked for (SNI, RFC 6066 §3). Absent for an address, and in an encrypted hello's outside it's
    /// another.
    pub server_name: Option<String>,
    /// Versions in its order: `TLSv1.3`, `TLSv1.2`. Of a client older than TLS 1.3: its highest.
    pub versions: Vec<String>,
    /// Groups for the key exchange, in its order: `x25519mlkem768`, `x25519`.
    pub groups: Vec<String>,
    /// TLS 1.3: the groups that it sent a key for.
    pub key_shares: Vec<String>,
    /// How many cipher suites it offered.
    pub suites: u16,
    /// Application protocols in its order (ALPN, RFC 7301): `h2`, `http/1.1`.
    pub alpn: Vec<String>,
    /// TLS 1.2 and below: it has a ticket, or the number of a session, to resume.
    pub offers_ticket: bool,
    /// TLS 1.3: it has a pre-shared key, which a ticket is.
    pub offers_psk: bool,
    /// TLS 1.3: it announces data before the server's hello (0-RTT).
    pub early_data: bool,
    /// The message's length with its header.
    pub bytes: u32,
}

/// What a server asks to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelloRetry {
    /// The group that it wants a key for; absent if it asks for another reason.
    pub group: Option<String>,
}

/// What a server chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerHello {
    /// `TLSv1.3`, `TLSv1.2`.
    pub version: String,
    /// The suite's IANA name, e.g. `TLS_AES_128_GCM_SHA256`; a number in hexadecimal for an unknown one.
    pub suite: String,
    /// TLS 1.3: the group of the key exchange; absent if there was none. For TLS 1.2 see [`Event::Group`].
    pub group: Option<String>,
    /// TLS 1.2 and below: the application protocol. TLS 1.3 encrypts it.
    pub alpn: Option<String>,
    /// TLS 1.3: it took the client's pre-shared key.
    pub psk: bool,
    /// TLS 1.2 and below: it will issue a ticket (RFC 5077 §3.2).
    pub promises_ticket: bool,
}

/// A chain of certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// How many there are.
    pub certificates: u32,
    /// Their length together, without the message's own headers.
    pub bytes: u32,
    /// The first one's key; absent if it can't be read.
    pub leaf: Option<LeafKey>,
}

/// The public key of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeafKey {
    /// `RSA`, `ECDSA P-256`, `Ed25519`, or the algorithm's object identifier.
    pub kind: String,
    /// Its size; 0 if unknown.
    pub bits: u32,
}

/// An alert in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// Who sent it.
    pub from: Side,
    /// `warning`, `fatal`, or the number.
    pub level: String,
    /// Its IANA name, e.g. `unknown_ca`, or the number.
    pub description: String,
    /// It ends the connection: by its level, or because TLS 1.3 has no other use for it (RFC 8446 §6.2).
    pub fatal: bool,
}

/// The most irregularities that are reported of a connection.
pub(crate) const MOST_IRREGULAR: u32 = 8;

/// Something that TLS doesn't allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Irregular {
    /// Who sent it.
    pub from: Side,
    /// Its kind.
    pub what: Irregularity,
    /// What it was, in words.
    pub detail: String,
}

/// Kinds of what TLS doesn't allow. After those of framing nothing more of that side is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Irregularity {
    /// Framing: this side doesn't speak TLS from its first byte.
    NotTls,
    /// Framing: what should be a record's header isn't one.
    RecordHeader,
    /// Framing: a record is longer than any may be.
    RecordOversized,
    /// A handshake message is longer than is kept (64 KiB). It is passed over.
    MessageOversized,
    /// A message can't be parsed. After a server's hello that can't, nothing more of the connection is read.
    Malformed,
    /// A message or record where none of its kind may be. It is passed over.
    Unexpected,
    /// The side ended within a record or a message.
    Cut,
}
