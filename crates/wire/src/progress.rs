//! The state of one side of a connection, and what its TLS 1.3 records are after the handshake.

use crate::padding::Padding;
use crate::record::Header;
use crate::role::Role;
use crate::sealed::Sizes;

/// The state of one side.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// TLS 1.2: its ChangeCipherSpec has arrived.
    pub(crate) encrypted: bool,
    pub(crate) finished: bool,
    /// Its first application data has arrived.
    pub(crate) data: bool,
    /// It has ended its direction, or its last record is as long as an alert.
    pub(crate) closes: bool,
    /// TLS 1.3: the padding of its records.
    pub(crate) padding: Padding,
}

impl Progress {
    /// Classifies its next record. `peer_closes` says whether the other side has ended its direction.
    pub(crate) fn role_after_handshake(&mut self, sizes: Sizes, header: Header, peer_closes: bool) -> Role {
        let inner = sizes.inner(header);
        self.padding = self.padding.after(inner).or_none();
        self.closes = self.padding.makes_alert(inner, peer_closes);
        if self.closes && !self.data {
            Role::HiddenAlert
        } else if self.padding.is_all(inner) {
            Role::Skipped
        } else {
            Role::Data
        }
    }

    /// The length of the record that was classified last, with its header and without its padding where that is known.
    /// A record that may be an alert has the length of an alert.
    pub(crate) fn unpadded(&self, sizes: Sizes, header: Header) -> u32 {
        if self.closes { sizes.bare_alert(header) } else { self.padding.off(header.whole()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ContentType;

    /// What a side with this padding says with a record of so many bytes.
    fn said(padding: Padding, whole: u16, peer_closes: bool) -> (Role, u32) {
        let (header, sizes) = (header(whole), Sizes::of("TLS_AES_256_GCM_SHA384"));
        let mut side = Progress { padding, data: true, ..Progress::default() };
        (side.role_after_handshake(sizes, header, peer_closes), side.unpadded(sizes, header))
    }

    fn header(whole: u16) -> Header {
        Header { content: ContentType::ApplicationData, length: whole - 5 }
    }

    #[test]
    fn an_alert_is_as_long_as_one_and_data_without_a_constant_padding() {
        for (padding, whole, unpadded) in [(Padding::NONE, 24, 24), (Padding::JDK, 40, 24), (Padding::JDK, 216, 200)] {
            assert_eq!(said(padding, whole, false), (Role::Data, unpadded));
        }
        let block = Padding::of(53, 256);
        assert_eq!(said(block, 5 + 256 + 16, false), (Role::Data, 5 + 256 + 16));
        assert_eq!(said(block, 5 + 256 + 16, true), (Role::Data, 24));
        assert_eq!(said(block, 5 + 512 + 16, true), (Role::Data, 5 + 512 + 16));
        // Shorter than with that padding: there is none.
        assert_eq!(said(Padding::JDK, 24, false), (Role::Data, 24));
        assert_eq!(said(block, 24, false), (Role::Data, 24));
    }

    #[test]
    fn what_is_all_padding_is_passed_over_and_an_alert_before_any_data_is_one() {
        assert_eq!(said(Padding::NONE, 22, false).0, Role::Skipped);
        assert_eq!(said(Padding::JDK, 38, false).0, Role::Skipped);
        let mut side = Progress { padding: Padding::JDK, ..Progress::default() };
        assert_eq!(
            side.role_after_handshake(Sizes::of("TLS_AES_128_GCM_SHA256"), header(40), false),
            Role::HiddenAlert
        );
        assert!(side.closes);
    }
}
