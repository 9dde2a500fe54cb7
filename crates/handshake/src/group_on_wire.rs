//! The key-exchange group as the server names it, in the clear, in its first flight.
//!
//! For libraries that don't tell it. The handshake's transcript is authenticated, so one that was completed was
//! completed with this group, at both ends.

use crate::Group;

/// Of `server_hello` (RFC 8446 §4.1.3).
const SERVER_HELLO: u8 = 2;
/// Of `server_key_exchange` (RFC 5246 §7.4.3).
const SERVER_KEY_EXCHANGE: u8 = 12;
/// Content type of records that hold handshake messages (RFC 8446 §5.1).
const HANDSHAKE: u8 = 22;
/// The extension `key_share` (RFC 8446 §4.2.8).
const KEY_SHARE: u16 = 51;
/// The `ECCurveType` of groups that have a name (RFC 8422 §5.4).
const NAMED_CURVE: u8 = 3;

/// The group of TLS 1.3's key share or of TLS 1.2's key exchange; none where there is neither, or it is another.
pub(crate) fn group(flight: &[u8]) -> Option<Group> {
    let messages = handshake_messages(flight);
    let mut rest = Bytes(&messages);
    while let Some((kind, body)) = rest.message() {
        let named = match kind {
            SERVER_HELLO => key_share(Bytes(body)),
            SERVER_KEY_EXCHANGE => named_curve(Bytes(body)),
            _ => None,
        };
        match named {
            // RFC 8446 §4.2.7, and draft-ietf-tls-ecdhe-mlkem for the hybrid.
            Some(0x001d) => return Some(Group::X25519),
            Some(0x11ec) => return Some(Group::X25519MlKem768),
            Some(0x0017) => return Some(Group::Secp256r1),
            Some(_) => return None,
            None => {}
        }
    }
    None
}

/// The plaintext handshake messages of a flight, which records may split as they like.
fn handshake_messages(flight: &[u8]) -> Vec<u8> {
    let mut messages = Vec::new();
    let mut rest = Bytes(flight);
    while let Some((kind, body)) = rest.record() {
        if kind == HANDSHAKE {
            messages.extend_from_slice(body);
        }
    }
    messages
}

fn key_share(mut hello: Bytes<'_>) -> Option<u16> {
    hello.take(2 + 32)?; // legacy_version, random
    let session_id = hello.u8()?;
    hello.take(usize::from(session_id))?;
    hello.take(2 + 1)?; // cipher_suite, legacy_compression_method
    let length = hello.u16()?;
    let mut extensions = Bytes(hello.take(usize::from(length))?);
    loop {
        let kind = extensions.u16()?;
        let length = extensions.u16()?;
        let mut body = Bytes(extensions.take(usize::from(length))?);
        if kind == KEY_SHARE {
            return body.u16();
        }
    }
}

fn named_curve(mut exchange: Bytes<'_>) -> Option<u16> {
    (exchange.u8()? == NAMED_CURVE).then(|| exchange.u16())?
}

/// Bytes yet to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().map(u16::from_be_bytes).ok()
    }

    /// A record: its content type and its body (RFC 8446 §5.1).
    fn record(&mut self) -> Option<(u8, &'a [u8])> {
        let kind = self.u8()?;
        self.take(2)?;
        let length = self.u16()?;
        Some((kind, self.take(usize::from(length))?))
    }

    /// A handshake message: its type and its body (RFC 8446 §4).
    fn message(&mut self) -> Option<(u8, &'a [u8])> {
        let kind = self.u8()?;
        let high = self.u8()?;
        let low = self.u16()?;
        Some((kind, self.take(usize::from(high) << 16 | usize::from(low))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ServerHello with nothing but a key share of two bytes.
    fn hello(group: u16) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0x13, 0x01, 0, 0, 10]);
        body.extend([0, 51, 0, 6]);
        body.extend(group.to_be_bytes());
        body.extend([0, 2, 9, 9]);
        let mut message = vec![SERVER_HELLO, 0, 0, body.len() as u8];
        message.extend(body);
        message
    }

    /// `messages` in records of at most `size` bytes.
    fn records(messages: &[u8], size: usize) -> Vec<u8> {
        messages.chunks(size).flat_map(|part| [&[HANDSHAKE, 3, 3, 0, part.len() as u8], part].concat()).collect()
    }

    #[test]
    fn a_key_share_is_found_however_it_is_split() {
        for size in [1, 7, 200] {
            assert_eq!(group(&records(&hello(0x001d), size)), Some(Group::X25519));
            assert_eq!(group(&records(&hello(0x11ec), size)), Some(Group::X25519MlKem768));
            assert_eq!(group(&records(&hello(0x0017), size)), Some(Group::Secp256r1));
            assert_eq!(group(&records(&hello(0x0018), size)), None);
        }
    }

    #[test]
    fn a_key_exchange_is_found_after_other_messages() {
        let messages = [&[11, 0, 0, 2, 1, 1][..], &[SERVER_KEY_EXCHANGE, 0, 0, 4, NAMED_CURVE, 0, 0x1d, 32]].concat();
        assert_eq!(group(&records(&messages, 100)), Some(Group::X25519));
    }

    #[test]
    fn what_is_cut_short_has_no_group() {
        let whole = records(&hello(0x001d), 200);
        for length in 0..whole.len() {
            assert_eq!(group(&whole[..length]), None);
        }
    }
}
