//! A server's flight in TLS 1.3, of which only the lengths of its records are visible. The last one shows the server's
//! padding, if it is a Finished (RFC 8446 §4.4.4).
//!
//! It is one where each message has a record of its own, as OpenSSL, Go and the JDK's sockets send them. Where all
//! share one record (rustls, BoringSSL, the JDK's engine) it shows nothing, and the server is assumed not to pad.

use crate::padding::Padding;
use crate::sealed::Sizes;

/// The records of its flight that a server has sent.
#[derive(Debug, Default)]
pub(crate) struct ServerFlight {
    /// How many records precede the last one, up to 255.
    before: u8,
    /// The length of the last one's sealed content.
    last: Option<u16>,
    /// One of them was a Finished without padding.
    is_bare: bool,
    /// The usual ways to pad that all of them allow for.
    padding: Option<Padding>,
}

impl ServerFlight {
    /// Adds a record whose sealed content has `inner` bytes.
    pub(crate) fn next(&mut self, sizes: Sizes, inner: u16) {
        self.before = self.before.saturating_add(u8::from(self.last.is_some()));
        self.last = Some(inner);
        self.is_bare |= sizes.finished(inner).is_none();
        self.padding = Some(self.padding.unwrap_or(Padding::USUAL).after(inner));
    }

    /// The server's padding, when all of the flight has arrived.
    pub(crate) fn padding(&self, sizes: Sizes) -> Padding {
        match (self.last, self.padding) {
            (Some(last), Some(padding)) if self.before > 0 && !self.is_bare => {
                padding.and(sizes.finished(last)).or_none()
            }
            _ => Padding::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(contents: &[u16], pad: impl Fn(u16) -> u16) -> Padding {
        let sizes = Sizes::of("TLS_AES_256_GCM_SHA384");
        let mut flight = ServerFlight::default();
        contents.iter().for_each(|content| flight.next(sizes, pad(content + 1)));
        flight.padding(sizes)
    }

    #[test]
    fn a_finished_behind_other_records_shows_the_padding() {
        // EncryptedExtensions, Certificate, CertificateVerify, Finished; and without those in the middle.
        for flight in [&[6, 893, 80, 52][..], &[6, 52]] {
            assert_eq!(learnt(flight, |bare| bare), Padding::NONE);
            assert_eq!(learnt(flight, |bare| bare + 16), Padding::JDK);
            assert_eq!(learnt(flight, |bare| bare.next_multiple_of(256)), Padding::of(53, 256));
        }
    }

    #[test]
    fn nothing_is_learnt_where_the_last_record_need_not_be_a_finished() {
        assert_eq!(learnt(&[], |bare| bare), Padding::NONE);
        for block in [1, 1024] {
            assert_eq!(learnt(&[1_023], |bare| bare.next_multiple_of(block)), Padding::NONE, "all in one");
        }
        assert_eq!(learnt(&[6, 893, 80, 52, 68], |bare| bare), Padding::NONE, "data behind it");
        assert_eq!(learnt(&[6, 893, 80 + 52], |bare| bare), Padding::NONE, "not alone");
        assert_eq!(learnt(&[6, 893, 55], |bare| bare), Padding::NONE, "none of the usual paddings");
    }
}
