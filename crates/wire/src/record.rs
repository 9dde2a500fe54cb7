//! The record layer (RFC 8446 §5.1): splits a stream of bytes into record headers and pieces of record bodies.

/// The length of a record's header.
const HEADER: usize = 5;
/// The most bytes of a record's body: with TLS 1.3 (RFC 8446 §5.2), and before (RFC 5246 §6.2.3).
const LONGEST_13: u16 = (1 << 14) + 256;
const LONGEST_12: u16 = (1 << 14) + 2048;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentType {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
    /// RFC 6520. Always skipped.
    Heartbeat,
}

/// A record's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) content: ContentType,
    /// The length of its body.
    pub(crate) length: u16,
}

impl Header {
    /// The record's length with its header.
    pub(crate) fn whole(self) -> u32 {
        u32::from(self.length) + 5
    }
}

/// A piece of a stream of records.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A header. The record's body, if it has one, comes in the pieces after it.
    Start(Header),
    /// A part of the body of the record with this header.
    Body { header: Header, bytes: &'a [u8], end: bool },
}

/// Why bytes are not a record header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Misframed {
    Header([u8; HEADER]),
    Oversized(u16),
}

/// The records of one side. Holds part of a header at most.
#[derive(Debug, Default)]
pub(crate) struct Records {
    header: [u8; HEADER],
    /// How many bytes of `header` have arrived.
    have: usize,
    /// The current record, and how many bytes of its body are missing.
    current: Option<(Header, u16)>,
}

impl Records {
    /// Consumes the next piece at the front of `bytes`; `None` if they hold no further piece.
    pub(crate) fn next<'a>(&mut self, bytes: &mut &'a [u8], tls13: bool) -> Option<Result<Piece<'a>, Misframed>> {
        if let Some((header, left)) = self.current.filter(|(_, left)| *left > 0) {
            return self.body(header, left, bytes).map(Ok);
        }
        while self.have < HEADER {
            let (first, rest) = bytes.split_first()?;
            if let Some(place) = self.header.get_mut(self.have) {
                *place = *first;
            }
            self.have += 1;
            *bytes = rest;
        }
        self.have = 0;
        let header = match read(self.header, if tls13 { LONGEST_13 } else { LONGEST_12 }) {
            Ok(header) => header,
            Err(misframed) => return Some(Err(misframed)),
        };
        self.current = Some((header, header.length));
        Some(Ok(Piece::Start(header)))
    }

    fn body<'a>(&mut self, header: Header, left: u16, bytes: &mut &'a [u8]) -> Option<Piece<'a>> {
        if bytes.is_empty() {
            return None;
        }
        let (piece, rest) = bytes.split_at_checked(left.into()).unwrap_or((bytes, &[]));
        *bytes = rest;
        // A piece is never longer than what is left.
        let left = left.saturating_sub(u16::try_from(piece.len()).unwrap_or(u16::MAX));
        self.current = Some((header, left));
        Some(Piece::Body { header, bytes: piece, end: left == 0 })
    }

    /// Whether a record has begun and not ended.
    pub(crate) fn is_within(&self) -> bool {
        self.have > 0 || self.current.is_some_and(|(_, left)| left > 0)
    }
}

fn read(header: [u8; HEADER], longest: u16) -> Result<Header, Misframed> {
    let [content, major, _, high, low] = header;
    let content = match content {
        20 => ContentType::ChangeCipherSpec,
        21 => ContentType::Alert,
        22 => ContentType::Handshake,
        23 => ContentType::ApplicationData,
        24 => ContentType::Heartbeat,
        _ => return Err(Misframed::Header(header)),
    };
    if major != 3 {
        return Err(Misframed::Header(header));
    }
    let length = u16::from_be_bytes([high, low]);
    if length > longest { Err(Misframed::Oversized(length)) } else { Ok(Header { content, length }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(mut bytes: &[u8], tls13: bool) -> Vec<Result<Piece<'_>, Misframed>> {
        let mut records = Records::default();
        std::iter::from_fn(|| records.next(&mut bytes, tls13)).collect()
    }

    #[test]
    fn records_are_told_apart_by_their_lengths() {
        let empty = Header { content: ContentType::ApplicationData, length: 0 };
        let two = Header { content: ContentType::Alert, length: 2 };
        assert_eq!(
            pieces(&[23, 3, 3, 0, 0, 21, 3, 3, 0, 2, 2, 40], false),
            [
                Ok(Piece::Start(empty)),
                Ok(Piece::Start(two)),
                Ok(Piece::Body { header: two, bytes: &[2, 40], end: true })
            ]
        );
    }

    #[test]
    fn a_length_beyond_the_versions_limit_is_refused() {
        let [high, low] = (LONGEST_12).to_be_bytes();
        assert!(matches!(pieces(&[23, 3, 3, high, low], false)[..], [Ok(Piece::Start(_))]));
        assert_eq!(pieces(&[23, 3, 3, high, low], true), [Err(Misframed::Oversized(LONGEST_12))]);
        assert_eq!(pieces(&[23, 3, 3, high, low + 1], false), [Err(Misframed::Oversized(LONGEST_12 + 1))]);
    }

    #[test]
    fn what_is_no_header_is_refused() {
        assert_eq!(pieces(b"HTTP/1.1", false)[0], Err(Misframed::Header(*b"HTTP/")));
        assert_eq!(pieces(&[22, 2, 0, 0, 1], false), [Err(Misframed::Header([22, 2, 0, 0, 1]))]);
    }
}
