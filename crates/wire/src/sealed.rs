//! What the size of an encrypted record of TLS 1.3 gives away.

use crate::record::Header;

/// The byte that holds the record's real type (RFC 8446 §5.2).
const TYPE: u16 = 1;
/// The header of a handshake message.
const MESSAGE: u16 = 4;

/// Sizes of records' bodies under one suite, without padding: libraries don't pad what is in a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
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
        let tag = if suite.contains("_CCM_8_") { 8 } else { 16 };
        let hashes = match suite.rsplit('_').next() {
            Some("SHA256") => [32, 32],
            Some("SHA384") => [48, 48],
            Some("SHA512") => [64, 64],
            _ => [32, 48],
        };
        Sizes {
            alert: 2 + TYPE + tag,
            end_of_early_data: MESSAGE + TYPE + tag,
            finished: hashes.map(|hash| MESSAGE + hash + TYPE + tag),
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
}
