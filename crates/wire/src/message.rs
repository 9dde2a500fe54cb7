//! Reassembles handshake messages from the records that carry them (RFC 8446 §5.1): a message may span several
//! records, and a record may hold several messages.

use std::borrow::Cow;

use crate::Side;

/// The length of a message's header.
pub(crate) const HEADER: usize = 4;
/// The longest message whose body is kept. Long certificate chains are about 10 KiB.
pub(crate) const LONGEST: usize = 64 * 1024;

/// The messages whose bodies are read (RFC 8446 §B.3, RFC 5246 §A.4).
pub(crate) const CLIENT_HELLO: u8 = 1;
pub(crate) const SERVER_HELLO: u8 = 2;
pub(crate) const CERTIFICATE: u8 = 11;
pub(crate) const SERVER_KEY_EXCHANGE: u8 = 12;
/// Messages whose bodies are not read.
pub(crate) const HELLO_REQUEST: u8 = 0;
pub(crate) const NEW_SESSION_TICKET: u8 = 4;
pub(crate) const CERTIFICATE_REQUEST: u8 = 13;
pub(crate) const SERVER_HELLO_DONE: u8 = 14;
pub(crate) const CERTIFICATE_VERIFY: u8 = 15;
pub(crate) const CLIENT_KEY_EXCHANGE: u8 = 16;
/// RFC 6066 §5 and §8, RFC 4680 §2.
pub(crate) const CERTIFICATE_URL: u8 = 21;
pub(crate) const CERTIFICATE_STATUS: u8 = 22;
pub(crate) const SUPPLEMENTAL_DATA: u8 = 23;

/// A complete message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    /// Its type.
    pub(crate) kind: u8,
    /// The length of its body.
    pub(crate) length: usize,
    pub(crate) body: Body<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    Whole(Cow<'a, [u8]>),
    /// Longer than [`LONGEST`].
    Oversized,
    /// Of a kind that is not read.
    Skipped,
}

/// The messages of one side. Holds one body at most, and only of a kind that is read.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    header: [u8; HEADER],
    /// How many bytes of `header` have arrived.
    have: usize,
    /// How many bytes of the body are missing; `None` before the header is complete.
    left: Option<usize>,
    held: Vec<u8>,
}

impl Messages {
    /// Consumes `bytes` up to the end of a message and returns that message; `None` if they end before it does.
    pub(crate) fn next<'a>(&mut self, from: Side, bytes: &mut &'a [u8]) -> Option<Message<'a>> {
        while self.have < HEADER {
            let (first, rest) = bytes.split_first()?;
            if let Some(place) = self.header.get_mut(self.have) {
                *place = *first;
            }
            self.have += 1;
            *bytes = rest;
        }
        let [kind, high, middle, low] = self.header;
        let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        let left = *self.left.get_or_insert(length);
        let (piece, rest) = bytes.split_at_checked(left).unwrap_or((bytes, &[]));
        *bytes = rest;
        let (read, kept) = (is_read(from, kind), length <= LONGEST);
        if piece.len() < left {
            if read && kept {
                self.hold(piece, length);
            }
            self.left = Some(left - piece.len());
            return None;
        }
        let body = if !read {
            Body::Skipped
        } else if !kept {
            Body::Oversized
        } else if self.held.is_empty() {
            Body::Whole(Cow::Borrowed(piece))
        } else {
            self.hold(piece, length);
            Body::Whole(Cow::Owned(std::mem::take(&mut self.held)))
        };
        self.forget();
        Some(Message { kind, length, body })
    }

    /// Buffers `piece` of a body of `length` bytes. Memory is allocated for what has arrived, not for the announced
    /// length.
    fn hold(&mut self, piece: &[u8], length: usize) {
        let needed = self.held.len() + piece.len();
        if needed > self.held.capacity() {
            let room = length.min(needed.max(self.held.capacity() * 2));
            self.held.reserve_exact(room.saturating_sub(self.held.len()));
        }
        self.held.extend_from_slice(piece);
    }

    /// Whether a message has begun and not ended.
    pub(crate) fn is_within(&self) -> bool {
        self.have > 0
    }

    /// Drops the incomplete message and frees its buffer.
    pub(crate) fn forget(&mut self) {
        *self = Messages::default();
    }

    /// The capacity of its buffer, bytes.
    pub(crate) fn room(&self) -> usize {
        self.held.capacity()
    }
}

fn is_read(from: Side, kind: u8) -> bool {
    match from {
        Side::Client => kind == CLIENT_HELLO,
        Side::Server => matches!(kind, SERVER_HELLO | CERTIFICATE | SERVER_KEY_EXCHANGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(kind: u8, body: &[u8]) -> Message<'_> {
        Message { kind, length: body.len(), body: Body::Whole(Cow::Borrowed(body)) }
    }

    #[test]
    fn several_messages_in_a_record_and_one_in_several() {
        let mut messages = Messages::default();
        let mut bytes = &[2, 0, 0, 1, 7, 14, 0, 0, 0, 2, 0, 0][..];
        assert_eq!(messages.next(Side::Server, &mut bytes), Some(whole(2, &[7])));
        assert_eq!(messages.next(Side::Server, &mut bytes), Some(Message { kind: 14, length: 0, body: Body::Skipped }));
        assert_eq!(messages.next(Side::Server, &mut bytes), None);
        assert!(messages.is_within());
        let mut bytes = &[3, 8][..];
        assert_eq!(messages.next(Side::Server, &mut bytes), None);
        let mut bytes = &[9, 10][..];
        assert_eq!(messages.next(Side::Server, &mut bytes), Some(whole(2, &[8, 9, 10])));
        assert!(!messages.is_within() && messages.room() == 0);
    }

    #[test]
    fn what_is_held_stays_within_the_bound_and_follows_what_came() {
        let mut messages = Messages::default();
        let mut start = &[11, 1, 0, 0, 1][..];
        assert_eq!(messages.next(Side::Server, &mut start), None);
        assert!(messages.room() <= 8, "an announcement took {} bytes", messages.room());
        for _ in 0..LONGEST - 2 {
            assert_eq!(messages.next(Side::Server, &mut &[0][..]), None);
        }
        assert!(messages.room() <= LONGEST, "{}", messages.room());
        assert!(messages.next(Side::Server, &mut &[0][..]).is_some());
    }

    #[test]
    fn a_message_beyond_the_bound_is_passed_over() {
        let mut messages = Messages::default();
        assert_eq!(messages.next(Side::Server, &mut &[11, 1, 0, 1][..]), None);
        let body = vec![0; LONGEST + 1];
        assert_eq!(messages.next(Side::Server, &mut &body[..LONGEST]), None);
        assert_eq!(messages.room(), 0);
        let oversized = Message { kind: 11, length: LONGEST + 1, body: Body::Oversized };
        assert_eq!(messages.next(Side::Server, &mut &body[LONGEST..]), Some(oversized));
    }
}
