//! Recognises the protocol that a side speaks by its first bytes.

use crate::Side;

/// The methods of HTTP/1 with the space after them (RFC 9110 §9.3, RFC 5789).
const METHODS: [&[u8]; 9] =
    [b"GET ", b"HEAD ", b"POST ", b"PUT ", b"DELETE ", b"CONNECT ", b"OPTIONS ", b"TRACE ", b"PATCH "];
/// The beginning of an HTTP/1 response.
const RESPONSE: &[u8] = b"HTTP/";
/// The first record: of type alert or handshake, and any version from SSL 3.0 on (RFC 8446 §5.1).
const RECORDS: [&[u8]; 2] = [&[21, 3], &[22, 3]];

/// The most bytes that it takes to recognise a protocol.
pub(crate) const LONGEST: usize = 8;

/// The protocol that the first bytes of a side show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// More of them are needed.
    Undecided,
    /// Records of TLS.
    Tls,
    /// An unencrypted HTTP/1 request or response.
    Http,
    /// None of these.
    Other,
}

/// The protocol of `seen`, the first bytes that `from` sent. Bytes beyond the deciding ones make no difference.
pub(crate) fn opening(from: Side, seen: &[u8]) -> Opening {
    let http: &[&[u8]] = match from {
        Side::Client => &METHODS,
        Side::Server => &[RESPONSE],
    };
    for (words, meaning) in [(RECORDS.as_slice(), Opening::Tls), (http, Opening::Http)] {
        if words.iter().any(|word| seen.starts_with(word)) {
            return meaning;
        }
        if words.iter().any(|word| word.starts_with(seen)) {
            return Opening::Undecided;
        }
    }
    Opening::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        for (from, seen, meaning) in [
            (Side::Client, &b""[..], Opening::Undecided),
            (Side::Client, b"\x16\x03", Opening::Tls),
            (Side::Client, b"\x16", Opening::Undecided),
            (Side::Client, b"\x16\x04", Opening::Other),
            (Side::Client, b"\x17\x03", Opening::Other),
            (Side::Client, b"GET", Opening::Undecided),
            (Side::Client, b"GET /", Opening::Http),
            (Side::Client, b"CONNECT h:443", Opening::Http),
            (Side::Client, b"PRI * HTTP/2.0", Opening::Other),
            (Side::Client, b"SSH-2.0", Opening::Other),
            (Side::Client, b"\x80\x2e\x01\x03\x01", Opening::Other),
            (Side::Server, b"\x15\x03\x01", Opening::Tls),
            (Side::Server, b"HTTP/1.1 400", Opening::Http),
            (Side::Server, b"GET /", Opening::Other),
            (Side::Server, b"220 mail", Opening::Other),
        ] {
            assert_eq!(opening(from, seen), meaning, "{from:?} {seen:?}");
        }
        assert!(METHODS.iter().chain(&RECORDS).chain(&[RESPONSE]).all(|word| word.len() <= LONGEST));
    }
}
