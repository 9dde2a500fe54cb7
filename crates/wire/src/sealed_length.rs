//! Lengths of the content that TLS 1.3 seals in a record, where they are fixed, in bytes.
//!
//! They count the content and the byte of its type, and no padding (RFC 8446 §5.2).

/// The byte that holds the record's real type (RFC 8446 §5.2).
pub(crate) const TYPE: u16 = 1;
/// The header of a handshake message.
pub(crate) const MESSAGE: u16 = 4;
/// An alert: its two bytes (RFC 8446 §6).
pub(crate) const ALERT: u16 = 2 + TYPE;
/// EndOfEarlyData, which is empty (RFC 8446 §4.5).
pub(crate) const END_OF_EARLY_DATA: u16 = MESSAGE + TYPE;
/// An empty Certificate: the message's header, an empty context and an empty list (RFC 8446 §4.4.2).
pub(crate) const NO_CERTIFICATE: u16 = MESSAGE + 1 + 3 + TYPE;
/// What a CertificateVerify holds besides the signature: the message's header, the algorithm, a length (RFC 8446
/// §4.4.3).
pub(crate) const SIGNED: u16 = MESSAGE + 2 + 2 + TYPE;
