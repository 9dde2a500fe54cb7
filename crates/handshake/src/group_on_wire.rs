//! Reads the key-exchange group from the server's first flight, where it is unencrypted (crate `wire`).
//!
//! It is for libraries that do not report the group. The handshake's transcript is authenticated, so both sides of a
//! completed handshake have used this group.

use params::Group;
use wire::{Event, PassiveParser, Side};

/// The group of TLS 1.3's key share or of TLS 1.2's key exchange; `None` if there is neither, or it is an unknown one.
pub(crate) fn group(flight: &[u8]) -> Option<Group> {
    let mut named = None;
    PassiveParser::new().feed(Side::Server, flight, |event| match event {
        Event::ServerHello(hello) => named = hello.group,
        Event::Group(group) => named = Some(group),
        _ => {}
    });
    named?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Handshake messages (RFC 8446 §4) in one record each (§5.1).
    fn records(messages: &[(u8, &[u8])]) -> Vec<u8> {
        let record = |&(kind, body): &(u8, &[u8])| {
            let message = [&[kind, 0, 0, body.len() as u8], body].concat();
            [&[22, 3, 3, 0, message.len() as u8], message.as_slice()].concat()
        };
        messages.iter().flat_map(record).collect()
    }

    /// The body of a ServerHello of TLS 1.3 whose key share is of two bytes.
    fn hello(group: u16) -> Vec<u8> {
        let extensions = [&[0, 43, 0, 2, 3, 4, 0, 51, 0, 6][..], &group.to_be_bytes(), &[0, 2, 9, 9]].concat();
        [&[3, 3][..], &[7; 32], &[0, 0x13, 0x01, 0, 0, extensions.len() as u8], &extensions].concat()
    }

    #[test]
    fn the_group_of_a_key_share_is_told_if_it_is_one_of_ours() {
        for group_of_ours in Group::ALL {
            assert_eq!(group(&records(&[(2, &hello(group_of_ours.number()))])), Some(group_of_ours));
        }
        assert_eq!(group(&records(&[(2, &hello(0x0018))])), None);
    }

    #[test]
    fn what_is_cut_short_has_no_group() {
        let whole = records(&[(2, &hello(0x001d))]);
        assert!((0..whole.len()).all(|length| group(&whole[..length]).is_none()));
    }
}
