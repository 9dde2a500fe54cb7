//! The events that a parser reports: plain data, as it is written to result files.
//!
//! Strings that come from the network hold at most 255 of its bytes, with everything unprintable escaped.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side that opened the connection.
    Client,
    /// The side that accepted it.
    Server,
}

/// What a connection carries, by its first bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Not known yet: too few bytes have arrived.
    #[default]
    Unknown,
    /// TLS, or SSL 3.0.
    Tls,
    /// Unencrypted HTTP/1: a method and a space.
    Http,
    /// Anything else: SSH, the preface of unencrypted HTTP/2, an SSL 2.0 hello.
    Other,
}

/// An event on a connection. A record of application data is reported when its header has been read, everything else
/// when its last byte has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The ClientHello. A second one follows a [`Event::HelloRetryRequest`].
    ClientHello(Box<ClientHello>),
    /// TLS 1.3: the server requests another ClientHello (RFC 8446 §4.1.4), which costs a round trip.
    HelloRetryRequest(HelloRetry),
    /// The ServerHello, which says what was negotiated.
    ServerHello(Box<ServerHello>),
    /// TLS 1.2 and below: the server's certificates.
    Certificates(Box<Chain>),
    /// TLS 1.2 and below: the group of the server's ephemeral key (`x25519`). In TLS 1.3 the ServerHello names the
    /// group.
    Group(String),
    /// TLS 1.2 and below: the server requests a client certificate.
    ClientCertificateAsked,
    /// TLS 1.2 and below: the server issued a session ticket. In TLS 1.3 tickets are encrypted
    /// ([`Event::AfterHandshake`]).
    Ticket,
    /// Whether this is a full or a resumed handshake. Reported once per connection, as soon as it is certain.
    Kind(HandshakeKind),
    /// This side has sent its last flight of the handshake. In TLS 1.2 it is reported for each side, in TLS 1.3 only
    /// for the client: the end of the server's last flight, which came before, is not visible.
    ///
    /// The client's TLS 1.3 Finished is recognised by its size, which follows from the cipher suite and the padding
    /// that libraries add. If no record has such a size (because the Finished shares a record with a client
    /// certificate, or is padded to 512, 1024 or 2048 bytes), this is reported when the client's first data or the
    /// server's next record arrives.
    Finished(Side),
    /// TLS 1.3: the client sent data before the ServerHello (0-RTT). Reported once per connection.
    EarlyData,
    /// TLS 1.3: a record that is, or seems to be, an encrypted record of the handshake.
    Handshake {
        /// The side that sent it.
        from: Side,
        /// Its length with its header.
        bytes: u32,
    },
    /// A record of application data after the handshake. In TLS 1.3 a record of type "application data" may also hold a
    /// session ticket, a key update or an alert: a `close_notify` has 24 bytes (16 with a suite whose tag has 8), and
    /// so does a record with 2 bytes of data. Records that hold only padding (RFC 8446 §5.4) are not reported.
    ///
    /// If the sender's Finished has shown that it adds padding of a constant length, that padding is not counted: then
    /// a record that may be an alert also has 24 bytes. Padding to whole blocks is counted, because it is not visible
    /// how much of a block is padding. In that case a record of one block is reported with 24 bytes if the block is 16
    /// or 32 bytes long, or if the other side has ended its direction or may just have sent an alert. Larger blocks are
    /// more likely to hold a request or a response.
    ///
    /// If no record of the client's last flight was recognised, a later record that is as long as a CertificateVerify
    /// is reported as [`Event::Handshake`] when it arrives. It is reported again as data, in one piece, if the next
    /// record shows that it was data.
    Data {
        /// The side that sent it.
        from: Side,
        /// With `start`, the record's length including its header, as described above. Otherwise the number of the
        /// record's bytes that have arrived now, including padding.
        bytes: u32,
        /// Whether the record begins. If not, these are further bytes of it, which its reported length includes
        /// already.
        start: bool,
    },
    /// TLS 1.3: a record that the server sends after the client's Finished and before the client's first data. It most
    /// likely holds session tickets or HTTP/2 settings, but which of them is not visible. Tickets that come later are
    /// reported as [`Event::Data`].
    AfterHandshake {
        /// Its length with its header, without padding of a constant length (see [`Event::Data`]).
        bytes: u32,
    },
    /// An unencrypted alert.
    Alert(Alert),
    /// An encrypted alert. In TLS 1.2 and below it is recognised by the record's type, and after the handshake it is
    /// most likely `close_notify`. In TLS 1.3 it is inferred: the record has exactly the size of an alert (with or
    /// without padding), in the handshake or before the sender's first data, where nothing else is likely to have that
    /// size.
    HiddenAlert {
        /// The side that sent it.
        from: Side,
        /// Whether the handshake was complete.
        after_handshake: bool,
    },
    /// A violation of the TLS specification. At most [`crate::PassiveParser::MOST_IRREGULAR`] are reported per
    /// connection.
    Irregular(Irregular),
}

/// The callback that receives events.
pub(crate) type Emit<'a> = &'a mut dyn FnMut(Event);

/// The kind of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandshakeKind {
    /// A full handshake, with certificates and a key exchange.
    Full,
    /// A handshake that resumes an earlier session by its ticket, its session ID, or a pre-shared key.
    Resumed,
}

/// What a client offered in its ClientHello. Reserved values without meaning (GREASE, RFC 8701) are omitted. Each list
/// holds at most 64 values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientHello {
    /// The host name that the client requested (SNI, RFC 6066 §3). Absent if it requested an address. With an
    /// encrypted ClientHello this is the public name of the outer hello, not the real host.
    pub server_name: Option<String>,
    /// The versions in the client's order: `TLSv1.3`, `TLSv1.2`. For a client without TLS 1.3, only its highest
    /// version.
    pub versions: Vec<String>,
    /// The key-exchange groups in the client's order: `x25519mlkem768`, `x25519`.
    pub groups: Vec<String>,
    /// TLS 1.3: the groups for which the client sent a key share.
    pub key_shares: Vec<String>,
    /// The number of cipher suites that the client offered.
    pub suites: u16,
    /// The application protocols in the client's order (ALPN, RFC 7301): `h2`, `http/1.1`.
    pub alpn: Vec<String>,
    /// TLS 1.2 and below: whether the client offers a session ticket or a session ID for resumption.
    pub offers_ticket: bool,
    /// TLS 1.3: whether the client offers a pre-shared key, such as that of a session ticket.
    pub offers_psk: bool,
    /// TLS 1.3: whether the client announces data before the ServerHello (0-RTT).
    pub early_data: bool,
    /// The length of the message with its header, bytes.
    pub bytes: u32,
}

/// What a server requests with a HelloRetryRequest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelloRetry {
    /// The group for which it requests a key share; absent if it requests another ClientHello for a different reason.
    pub group: Option<String>,
}

/// What a server chose in its ServerHello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerHello {
    /// The version: `TLSv1.3`, `TLSv1.2`.
    pub version: String,
    /// The IANA name of the cipher suite, e.g. `TLS_AES_128_GCM_SHA256`; its number in hexadecimal if it has none.
    pub suite: String,
    /// TLS 1.3: the key-exchange group; absent if there was no key exchange. For TLS 1.2 see [`Event::Group`].
    pub group: Option<String>,
    /// TLS 1.2 and below: the negotiated application protocol. TLS 1.3 encrypts it.
    pub alpn: Option<String>,
    /// TLS 1.3: whether the server accepted the client's pre-shared key.
    pub psk: bool,
    /// TLS 1.2 and below: whether the server will issue a session ticket (RFC 5077 §3.2).
    pub promises_ticket: bool,
}

/// A certificate chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// The number of certificates.
    pub certificates: u32,
    /// The total length of the certificates without the message's own headers, bytes.
    pub bytes: u32,
    /// The key of the first certificate, the leaf; absent if it can't be parsed.
    pub leaf: Option<LeafKey>,
}

/// The public key of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeafKey {
    /// The kind of key: `RSA`, `ECDSA P-256`, `Ed25519`, or the algorithm's object identifier.
    pub kind: String,
    /// The size of the key, bits; 0 if unknown.
    pub bits: u32,
}

/// An unencrypted alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// The side that sent it.
    pub from: Side,
    /// The level: `warning`, `fatal`, or its number.
    pub level: String,
    /// The IANA name of the alert, e.g. `unknown_ca`, or its number.
    pub description: String,
    /// Whether the alert ends the connection: because of its level, or because every such alert does in TLS 1.3 (RFC
    /// 8446 §6.2).
    pub fatal: bool,
}

/// The most irregularities that are reported of a connection.
pub(crate) const MOST_IRREGULAR: u32 = 8;

/// A violation of the TLS specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Irregular {
    /// The side that sent it.
    pub from: Side,
    /// The kind of violation.
    pub what: Irregularity,
    /// A description.
    pub detail: String,
}

/// Kinds of violations of the TLS specification. After a framing error, nothing more of that side is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Irregularity {
    /// Framing error: this side does not use TLS from its first byte on.
    NotTls,
    /// Framing error: there is no record header where one is expected.
    RecordHeader,
    /// Framing error: a record exceeds the maximum length.
    RecordOversized,
    /// A handshake message is longer than 64 KiB. It is skipped.
    MessageOversized,
    /// A message can't be parsed. If it is the ServerHello, nothing more of the connection is parsed.
    Malformed,
    /// A message or record arrived at a point where it is not allowed. It is skipped.
    Unexpected,
    /// The side ended its direction within a record or a message.
    Cut,
}
