//! What the size of an encrypted TLS 1.3 record reveals.
//!
//! Lengths are those of the sealed content without padding: the content and the byte of its type (RFC 8446 §5.2).

use crate::padding::Padding;
use crate::record::Header;
use crate::sealed_length::{ALERT, MESSAGE, NO_CERTIFICATE, SIGNED, TYPE};

/// Sizes of what records hold under one cipher suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// The length of the suite's authentication tag, which follows the sealed content.
    tag: u16,
    /// Lengths that a Finished can have: it holds a hash, given by the suite's name (RFC 8446 §4.4.4). For an unknown
    /// suite, those of the two usual hashes.
    finished: [u16; 2],
}

impl Sizes {
    pub(crate) fn of(suite: &str) -> Sizes {
        let hashes = match suite.rsplit('_').next() {
            Some("SHA256") => [32, 32],
            Some("SHA384") => [48, 48],
            Some("SHA512") => [64, 64],
            _ => [32, 48],
        };
        Sizes {
            // RFC 8446 §B.4: the tags of these are 8 bytes long, all others' 16.
            tag: if suite.contains("_CCM_8_") { 8 } else { 16 },
            finished: hashes.map(|hash| MESSAGE + hash + TYPE),
        }
    }

    /// The length of the sealed content of a record, its padding included.
    pub(crate) fn inner(self, header: Header) -> u16 {
        header.length.saturating_sub(self.tag)
    }

    /// The length, with its header, of a record that holds an alert and no padding.
    pub(crate) fn bare_alert(self, header: Header) -> u32 {
        Header { length: ALERT + self.tag, ..header }.whole()
    }

    /// The padding with which a record of `inner` bytes is a Finished.
    pub(crate) fn finished(self, inner: u16) -> Padding {
        self.finished_behind(0, inner)
    }

    /// The padding with which it is a Finished after an empty Certificate, which a client without a certificate sends
    /// if the server requests one.
    pub(crate) fn finished_without_certificate(self, inner: u16) -> Padding {
        self.finished_behind(NO_CERTIFICATE - TYPE, inner)
    }

    fn finished_behind(self, before: u16, inner: u16) -> Padding {
        let [short, long] = self.finished.map(|bare| Padding::of(before + bare, inner));
        if short.is_possible() && !long.is_none() { short } else { long }
    }

    /// Whether a record of `inner` bytes is too short for a Finished.
    pub(crate) fn is_below_finished(self, inner: u16) -> bool {
        self.finished.iter().all(|bare| inner < *bare)
    }
}

/// Whether a record of `inner` bytes is, with one of these paddings, as long as a CertificateVerify. The lengths are
/// those of signatures: Ed25519, Ed448; ECDSA with P-256, P-384 and P-521, whose encoding leaves zeros out; RSA with
/// 2048, 3072 and 4096 bits; ML-DSA.
pub(crate) fn is_certificate_verify(inner: u16, padding: Padding) -> bool {
    let encoded = (66..=72).chain(98..=104).chain(131..=139);
    let fixed = [64, 114, 256, 384, 512, 2_420, 3_309, 4_627];
    encoded.chain(fixed).any(|signature| padding.and(Padding::of(SIGNED + signature, inner)).is_possible())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ContentType;

    fn header(length: u16) -> Header {
        Header { content: ContentType::ApplicationData, length }
    }

    #[test]
    fn sizes_follow_from_the_suite() {
        // The length of a record's body, and the padding with which it is a Finished.
        let of = |suite: &str, length: u16| {
            let sizes = Sizes::of(suite);
            sizes.finished(sizes.inner(header(length)))
        };
        for (suite, length) in [
            ("TLS_AES_128_GCM_SHA256", 53),
            ("TLS_CHACHA20_POLY1305_SHA256", 53),
            ("TLS_AES_256_GCM_SHA384", 69),
            ("TLS_AES_128_CCM_8_SHA256", 45),
            ("0x1399", 53),
            ("0x1399", 69),
        ] {
            assert_eq!(of(suite, length), Padding::NONE, "{suite}");
            assert!(suite == "0x1399" || of(suite, length + 16) == Padding::JDK, "{suite}");
            assert!(!of(suite, 19).is_possible() && !of(suite, 1_500).is_possible(), "{suite}");
        }
        let sizes = Sizes::of("TLS_AES_256_GCM_SHA384");
        assert_eq!([sizes.is_below_finished(52), sizes.is_below_finished(53)], [true, false]);
        assert_eq!((sizes.inner(header(19)), sizes.bare_alert(header(700))), (ALERT, 24));
    }

    #[test]
    fn what_a_client_answers_to_a_request_for_a_certificate_has_sizes_too() {
        let without = |suite, inner| Sizes::of(suite).finished_without_certificate(inner);
        assert_eq!(without("TLS_AES_128_GCM_SHA256", 45), Padding::NONE);
        assert_eq!(without("TLS_AES_256_GCM_SHA384", 77), Padding::JDK);
        // RSA-2048, Ed25519, and ECDSA with P-256.
        for verify in [265, 73, 80, 81] {
            assert!(is_certificate_verify(verify, Padding::NONE), "{verify}");
            assert!(is_certificate_verify(verify + 16, Padding::JDK), "{verify}");
            assert!(is_certificate_verify(512, Padding::of(verify, 512)), "{verify}");
        }
        assert!(!is_certificate_verify(264, Padding::NONE) && !is_certificate_verify(264, Padding::JDK));
        assert!(!is_certificate_verify(64, Padding::in_blocks(64)));
    }
}
