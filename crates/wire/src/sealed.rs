//! What the size of an encrypted record of TLS 1.3 gives away.

use crate::record::Header;

/// The byte that holds the record's real type (RFC 8446 §5.2).
const TYPE: u16 = 1;
/// The header of a handshake message.
const MESSAGE: u16 = 4;
/// A Certificate that holds none: the message's header, an empty context and an empty list (RFC 8446 §4.4.2).
const NO_CERTIFICATE: u16 = MESSAGE + 1 + 3;
/// What a CertificateVerify holds beside the signature: the message's header, the algorithm, a length (RFC 8446 §4.4.3).
const SIGNED: u16 = MESSAGE + 2 + 2;

/// Sizes of records' bodies under one suite, without padding: libraries don't pad what is in a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// What sealing adds: the type and the suite's tag.
    seal: u16,
    /// Of an alert: its two bytes.
    alert: u16,
    /// Of EndOfEarlyData, which is empty.
    end_of_early_data: u16,
    /// Of Finished: a hash, by the suite's name (RFC 8446 §4.4.4). Of an unknown suite, either of the two usual ones.
    finished: [u16; 2],
}

impl Sizes {
    pub(crate) fn of(suite: &str) -> Sizes {
        // RFC 8446 §B.4: the tags of these are 8 bytes long, all others' 16.
        let seal = TYPE + if suite.contains("_CCM_8_") { 8 } else { 16 };
        let hashes = match suite.rsplit('_').next() {
            Some("SHA256") => [32, 32],
            Some("SHA384") => [48, 48],
            Some("SHA512") => [64, 64],
            _ => [32, 48],
        };
        Sizes {
            seal,
            alert: 2 + seal,
            end_of_early_data: MESSAGE + seal,
            finished: hashes.map(|hash| MESSAGE + hash + seal),
        }
    }

    pub(crate) fn is_alert(&self, header: Header) -> bool {
        header.length == self.alert
    }

    pub(crate) fn is_end_of_early_data(&self, header: Header) -> bool {
        header.length == self.end_of_early_data
    }

    pub(crate) fn is_finished(&self, header: Header) -> bool {
        self.finished.contains(&header.length)
    }

    /// A Finished behind a Certificate that holds none, in one record: what a client that was asked for one and has none sends.
    pub(crate) fn is_finished_without_certificate(&self, header: Header) -> bool {
        self.finished.contains(&header.length.saturating_sub(NO_CERTIFICATE))
    }

    /// Whether it is as long as a CertificateVerify in a record of its own. The lengths are those of signatures: Ed25519, Ed448;
    /// ECDSA with P-256, P-384 and P-521, whose encoding leaves zeros out; RSA with 2048, 3072 and 4096 bits; ML-DSA.
    pub(crate) fn is_certificate_verify(&self, header: Header) -> bool {
        let signature = header.length.saturating_sub(SIGNED + self.seal);
        matches!(signature, 64 | 114 | 66..=72 | 98..=104 | 131..=139 | 256 | 384 | 512 | 2_420 | 3_309 | 4_627)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ContentType;

    #[test]
    fn sizes_follow_from_the_suite() {
        let of = |suite: &str, length: u16| {
            let header = Header { content: ContentType::ApplicationData, length };
            let sizes = Sizes::of(suite);
            (sizes.is_alert(header), sizes.is_end_of_early_data(header), sizes.is_finished(header))
        };
        assert_eq!(of("TLS_AES_128_GCM_SHA256", 19), (true, false, false));
        assert_eq!(of("TLS_AES_128_GCM_SHA256", 21), (false, true, false));
        assert_eq!(of("TLS_AES_128_GCM_SHA256", 53), (false, false, true));
        assert_eq!(of("TLS_AES_128_GCM_SHA256", 69), (false, false, false));
        assert_eq!(of("TLS_AES_256_GCM_SHA384", 69), (false, false, true));
        assert_eq!(of("TLS_AES_128_CCM_8_SHA256", 45), (false, false, true));
        assert_eq!(of("0x1399", 53), (false, false, true));
    }

    #[test]
    fn what_a_client_answers_to_a_request_for_a_certificate_has_sizes_too() {
        let of = |suite: &str, length: u16| {
            let header = Header { content: ContentType::ApplicationData, length };
            let sizes = Sizes::of(suite);
            (sizes.is_finished_without_certificate(header), sizes.is_certificate_verify(header))
        };
        assert_eq!(of("TLS_AES_128_GCM_SHA256", 61), (true, false));
        assert_eq!(of("TLS_AES_256_GCM_SHA384", 77), (true, false));
        // RSA-2048, Ed25519, and ECDSA with P-256.
        for verify in [281, 89, 96, 97] {
            assert_eq!(of("TLS_AES_128_GCM_SHA256", verify), (false, true), "{verify}");
        }
        assert_eq!(of("TLS_AES_128_CCM_8_SHA256", 273), (false, true));
        assert_eq!(of("TLS_AES_128_GCM_SHA256", 280), (false, false));
    }
}
