//! How a side pads its TLS 1.3 records (RFC 8446 §5.4), as far as their lengths have shown it.
//!
//! Lengths here are those of the sealed content: content, the byte of its type, padding (TLSInnerPlaintext, RFC 8446
//! §5.2). Without padding they are `bare`, with it `inner`.
//!
//! A side adds a constant number of bytes, or pads to a multiple of a block. One record rarely shows which, so all
//! possibilities that fit are kept, and each further record rules some of them out.

use crate::sealed_length::{ALERT, TYPE};

/// The block sizes that are considered: the sum of the powers of two from 16 to 16384.
const BLOCKS: u16 = 0x7ff0;
/// The longest content (RFC 8446 §5.1). Sealed with its type it is longer, and OpenSSL doesn't pad that.
const LONGEST: u16 = 1 << 14;
/// A constant padding of this many bytes or more is ruled out: no library adds so many.
const MOST_CONSTANT: u16 = 64;
/// Up to this block size, a request rarely fits into one block, and an alert does.
const SMALL_BLOCK: u16 = 32;

/// A set of ways to pad, of which a side uses one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Padding {
    /// This many bytes are added to each record.
    constant: Option<u16>,
    /// Records are padded to a multiple of one of these block sizes: a sum of powers of two.
    blocks: u16,
}

impl Default for Padding {
    fn default() -> Padding {
        Padding::NONE
    }
}

impl Padding {
    pub(crate) const NONE: Padding = Padding { constant: Some(0), blocks: 0 };
    /// The JDK's: 16 bytes in every record (`OutputRecord` in its package `sun.security.ssl`).
    pub(crate) const JDK: Padding = Padding { constant: Some(16), blocks: 0 };
    /// The ways that are known of libraries.
    pub(crate) const USUAL: Padding = Padding { blocks: BLOCKS, ..Padding::JDK };

    /// The ways that make `inner` bytes of `bare` ones.
    pub(crate) fn of(bare: u16, inner: u16) -> Padding {
        let Some(extra) = inner.checked_sub(bare) else { return Padding { constant: None, blocks: 0 } };
        let larger: u16 = (4..=14).map(|power| 1_u16 << power).filter(|block| *block > extra).sum();
        Padding { constant: Some(extra).filter(|extra| *extra < MOST_CONSTANT), blocks: larger & dividing(inner) }
    }

    /// The block sizes that allow for `inner` bytes, whatever their content.
    pub(crate) fn in_blocks(inner: u16) -> Padding {
        Padding { constant: None, blocks: dividing(inner) }
    }

    /// The ways that are both in `self` and in `other`.
    pub(crate) fn and(self, other: Padding) -> Padding {
        let constant = self.constant.filter(|constant| other.constant == Some(*constant));
        Padding { constant, blocks: self.blocks & other.blocks }
    }

    /// The ways in `self` that allow for a record of `inner` bytes.
    pub(crate) fn after(self, inner: u16) -> Padding {
        let blocks = if inner > LONGEST { self.blocks } else { self.blocks & dividing(inner) };
        Padding { constant: self.constant.filter(|constant| inner >= TYPE + constant), blocks }
    }

    pub(crate) fn is_possible(self) -> bool {
        self.constant.is_some() || self.blocks != 0
    }

    /// Whether it is certain that no bytes are added.
    pub(crate) fn is_none(self) -> bool {
        self.constant == Some(0)
    }

    /// `self`, or no padding if no way is left in it.
    pub(crate) fn or_none(self) -> Padding {
        if self.is_possible() { self } else { Padding::NONE }
    }

    /// Whether a record of `inner` bytes is an alert: it is exactly as long as one.
    ///
    /// A block of that size may just as well hold data. From 64 bytes on data is more likely, a request or a response,
    /// unless `peer_closes`: then only `close_notify` is left to send.
    pub(crate) fn makes_alert(self, inner: u16, peer_closes: bool) -> bool {
        let is_one_block = inner.is_power_of_two() && self.blocks & inner != 0;
        self.constant.is_some_and(|constant| inner == ALERT + constant)
            || is_one_block && (peer_closes || inner <= SMALL_BLOCK)
    }

    /// Whether a record of `inner` bytes has no content, which is allowed for data (RFC 8446 §5.4).
    pub(crate) fn is_all(self, inner: u16) -> bool {
        self.constant.is_some_and(|constant| inner == TYPE + constant)
    }

    /// The length of a record without its padding, where that is certain. With blocks it isn't.
    pub(crate) fn off(self, whole: u32) -> u32 {
        match self.constant {
            Some(constant) if self.blocks == 0 => whole.saturating_sub(constant.into()),
            _ => whole,
        }
    }
}

/// The block sizes that `inner` is a multiple of.
fn dividing(inner: u16) -> u16 {
    let largest = inner & inner.wrapping_neg();
    (largest | largest.wrapping_sub(1)) & BLOCKS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Finished of SHA-256 and one of SHA-384, with the byte of their type.
    const FINISHED: [u16; 2] = [37, 53];

    fn padding(constant: Option<u16>, blocks: &[u16]) -> Padding {
        Padding { constant, blocks: blocks.iter().sum() }
    }

    #[test]
    fn all_that_fits_one_record_is_kept() {
        let of = |which: usize, inner| Padding::of(FINISHED[which], inner);
        assert_eq!([of(0, 37), of(1, 53)], [Padding::NONE; 2]);
        assert_eq!([of(0, 53), of(1, 69)], [Padding::JDK; 2]);
        assert_eq!([of(0, 48), of(1, 64)], [padding(Some(11), &[16]), padding(Some(11), &[16, 32, 64])]);
        assert_eq!(of(0, 64), padding(Some(27), &[32, 64]));
        assert_eq!([of(0, 256), of(1, 4096)], [padding(None, &[256]), padding(None, &[4096])]);
        assert_eq!(of(0, 16_384), padding(None, &[16_384]));
        for (which, inner) in [(0, 36), (1, 37), (0, 320), (1, 1500), (0, 0)] {
            assert!(!of(which, inner).is_possible(), "{inner}");
        }
    }

    #[test]
    fn what_a_record_rules_out_is_gone_and_the_longest_says_nothing() {
        let either = padding(Some(11), &[16, 32, 64]);
        assert_eq!(either.after(96), padding(Some(11), &[16, 32]));
        assert_eq!(either.after(100), padding(Some(11), &[]));
        assert_eq!(either.after(11), padding(None, &[]));
        assert_eq!(either.after(16_385), either);
        assert_eq!(Padding::JDK.after(3).or_none(), Padding::NONE, "an alert of who doesn't pad");
        assert_eq!(Padding::NONE.after(0).or_none(), Padding::NONE);
    }

    #[test]
    fn an_alert_has_its_length_and_in_a_large_block_a_peer_that_closes() {
        for (padding, alert) in [(Padding::NONE, 3), (Padding::JDK, 19), (padding(None, &[32]), 32)] {
            assert!(padding.makes_alert(alert, false), "{padding:?}");
            assert!(!padding.makes_alert(alert + 1, true) && !padding.makes_alert(2 * alert, true), "{padding:?}");
        }
        let large = padding(None, &[256]);
        assert_eq!([large.makes_alert(256, false), large.makes_alert(256, true)], [false, true]);
        assert!(!large.makes_alert(512, true) && !large.makes_alert(0, true));
    }

    #[test]
    fn what_is_certain_is_taken_off() {
        assert_eq!([Padding::NONE.off(40), Padding::JDK.off(40), padding(None, &[64]).off(85)], [40, 24, 85]);
        assert_eq!(padding(Some(11), &[64]).off(85), 85);
        assert_eq!([Padding::NONE.is_all(1), Padding::JDK.is_all(17), Padding::JDK.is_all(18)], [true, true, false]);
    }
}
