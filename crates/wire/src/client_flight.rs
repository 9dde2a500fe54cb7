//! Recognises a client's last flight in TLS 1.3 by the lengths of its records: EndOfEarlyData, where it sent early
//! data; Certificate and CertificateVerify, where the server requested them; and Finished (RFC 8446 §2, §4.4, §4.5).
//! Each message has a record of its own, or several share one.
//!
//! The length of a Finished is known, so any further bytes of its record are padding ([`Padding`]). That determines how
//! the client pads.

use crate::padding::Padding;
use crate::record::Header;
use crate::sealed::{Sizes, is_certificate_verify};
use crate::sealed_length::{ALERT, END_OF_EARLY_DATA, NO_CERTIFICATE};

/// Usual lengths of the flights of clients that have a certificate. One of them may be a power of two by chance, so a
/// record of such a length is not taken for a heavily padded Finished at once.
const WITH_CERTIFICATE: std::ops::RangeInclusive<u16> = 257..=4_095;

/// How much of its last flight a client has sent.
#[derive(Debug, Default)]
pub(crate) struct ClientFlight {
    state: FlightState,
    /// The server took a pre-shared key, and so can't ask for a certificate (RFC 8446 §4.3.2).
    resumed: bool,
}

/// The records that have arrived. Lengths are those of the sealed content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum FlightState {
    /// No record of the flight.
    #[default]
    Nothing,
    /// Early data, or a padded EndOfEarlyData, of this length.
    Early(u16),
    /// EndOfEarlyData.
    EarlyEnded,
    /// One record of this length that is not recognised as a Finished: it holds the beginning of the flight, or all of
    /// it.
    Begun(u16),
    /// After that, a record as long as a CertificateVerify. It is data if the first record held the whole flight.
    PerhapsVerified { first: u16, then: u16, whole: u32 },
}

/// What a client's record is, until its Finished is known to have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Alert,
    /// Early data, or EndOfEarlyData.
    EarlyData,
    Handshake,
    /// The Finished, and the padding of the client's that it shows.
    Finished(Padding),
    /// Application data: the flight ended before it.
    Data,
}

impl ClientFlight {
    pub(crate) fn resumes(&mut self, resumed: bool) {
        self.resumed = resumed;
    }

    /// Classifies the next record. `early` says whether the client sent data before the server's hello.
    pub(crate) fn next(&mut self, sizes: Sizes, header: Header, early: bool) -> Part {
        let inner = sizes.inner(header);
        let finished = sizes.finished(inner);
        if inner == ALERT {
            return Part::Alert;
        }
        if finished.is_none() {
            return Part::Finished(Padding::NONE);
        }
        match self.state {
            FlightState::EarlyEnded => Part::Finished(finished.or_none()),
            FlightState::Nothing if !early => self.first(sizes, inner),
            FlightState::Nothing => self.early(None, inner, finished),
            FlightState::Early(before) => self.early(Some(before), inner, finished),
            FlightState::Begun(first) => self.second(sizes, first, inner, header),
            FlightState::PerhapsVerified { first, then, .. } => third(first, then, finished),
        }
    }

    /// Classifies a record of a client that sends early data. Early data has been reported already. A padded
    /// EndOfEarlyData is recognised by the Finished after it, which has the same padding.
    fn early(&mut self, before: Option<u16>, inner: u16, finished: Padding) -> Part {
        if inner == END_OF_EARLY_DATA {
            self.state = FlightState::EarlyEnded;
            return Part::EarlyData;
        }
        let end = before.map(|before| Padding::of(END_OF_EARLY_DATA, before).and(Padding::USUAL).and(finished));
        if let Some(padding) = end.filter(|padding| padding.is_possible()) {
            self.state = FlightState::EarlyEnded;
            return Part::Finished(padding);
        }
        self.state = FlightState::Early(inner);
        Part::EarlyData
    }

    fn first(&mut self, sizes: Sizes, inner: u16) -> Part {
        let finished = sizes.finished(inner);
        if Padding::of(ALERT, inner).and(Padding::JDK).is_possible() {
            // An empty Certificate is shorter than this, and longer with such padding.
            return Part::Alert;
        }
        if self.resumed {
            // It can only be an alert or a Finished.
            return if sizes.is_below_finished(inner) { Part::Alert } else { Part::Finished(finished.or_none()) };
        }
        let without = sizes.finished_without_certificate(inner);
        if without.is_none() {
            return Part::Finished(Padding::NONE);
        }
        if [finished, without].iter().any(|padding| padding.and(Padding::JDK).is_possible()) {
            return Part::Finished(Padding::JDK);
        }
        if finished.is_possible() && !WITH_CERTIFICATE.contains(&inner) {
            return Part::Finished(finished);
        }
        self.state = FlightState::Begun(inner);
        Part::Handshake
    }

    fn second(&mut self, sizes: Sizes, first: u16, inner: u16, header: Header) -> Part {
        // This is a Finished after an empty Certificate with the same padding.
        let padding = Padding::of(NO_CERTIFICATE, first).and(sizes.finished(inner));
        if padding.is_possible() && sizes.is_below_finished(first) {
            return Part::Finished(padding);
        }
        // The client pads to blocks so large that the first record was a Finished after all.
        if sizes.finished(first).and(Padding::in_blocks(inner)).is_possible() {
            return Part::Data;
        }
        if habits(first).iter().any(|padding| is_certificate_verify(inner, *padding)) {
            self.state = FlightState::PerhapsVerified { first, then: inner, whole: header.whole() };
            return Part::Handshake;
        }
        Part::Data
    }

    /// Whether records of the flight have arrived, but none that is recognised as a Finished.
    pub(crate) fn has_begun(&self) -> bool {
        matches!(self.state, FlightState::Begun(_) | FlightState::PerhapsVerified { .. })
    }

    /// Ends a flight of which no record was recognised as a Finished. Returns the length of the record after it that
    /// was taken for a part of it, and the client's padding that its first record shows if it was a Finished.
    pub(crate) fn end(&mut self, sizes: Sizes) -> (Option<u32>, Padding) {
        match std::mem::take(&mut self.state) {
            FlightState::Begun(first) => (None, sizes.finished(first).or_none()),
            FlightState::PerhapsVerified { first, whole, .. } => (Some(whole), sizes.finished(first).or_none()),
            FlightState::Nothing | FlightState::Early(_) | FlightState::EarlyEnded => (None, Padding::NONE),
        }
    }

    /// Whether the client has sent EndOfEarlyData.
    pub(crate) fn has_early_ended(&self) -> bool {
        self.state == FlightState::EarlyEnded
    }
}

/// Classifies the record after one that is as long as a CertificateVerify: it is a Finished if both show the same
/// padding.
fn third(first: u16, then: u16, finished: Padding) -> Part {
    let alike = habits(first).map(|padding| padding.and(finished));
    let ends = |padding: &Padding| padding.is_possible() && is_certificate_verify(then, *padding);
    alike.into_iter().find(ends).map_or(Part::Data, Part::Finished)
}

/// The ways in which a client whose first record has this length may pad, whatever that record holds.
fn habits(first: u16) -> [Padding; 3] {
    [Padding::NONE, Padding::JDK, Padding::in_blocks(first)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ContentType;

    const SHA256: &str = "TLS_CHACHA20_POLY1305_SHA256";
    const SHA384: &str = "TLS_AES_256_GCM_SHA384";

    /// What these records are: lengths of what is sealed, without padding and type, and how it is padded.
    fn parts(suite: &str, (resumed, early): (bool, bool), contents: &[u16], pad: impl Fn(u16) -> u16) -> Vec<Part> {
        let mut flight = ClientFlight::default();
        flight.resumes(resumed);
        let next = |content: &u16| {
            let header = Header { content: ContentType::ApplicationData, length: pad(content + 1) + 16 };
            flight.next(Sizes::of(suite), header, early)
        };
        contents.iter().map(next).collect()
    }

    fn jdk(bare: u16) -> u16 {
        bare + 16
    }

    fn blocks(block: u16) -> impl Fn(u16) -> u16 {
        move |bare| bare.next_multiple_of(block)
    }

    #[test]
    fn a_finished_alone_shows_the_padding() {
        for (suite, finished) in [(SHA256, 36), (SHA384, 52)] {
            for resumed in [false, true] {
                let kind = (resumed, false);
                assert_eq!(parts(suite, kind, &[finished], |bare| bare), [Part::Finished(Padding::NONE)]);
                assert_eq!(parts(suite, kind, &[finished], jdk), [Part::Finished(Padding::JDK)]);
                for block in [16, 32, 64, 128, 256, 4096] {
                    let inner = (finished + 1).next_multiple_of(block);
                    let shown = Part::Finished(Padding::of(finished + 1, inner));
                    assert_eq!(parts(suite, kind, &[finished], blocks(block)), [shown], "{suite} {block}");
                }
            }
        }
        assert!(matches!(parts(SHA256, (true, false), &[36], blocks(1024))[..], [Part::Finished(_)]));
        assert_eq!(parts(SHA256, (true, false), &[36], |_| 3_000), [Part::Finished(Padding::NONE)]);
    }

    #[test]
    fn a_block_as_long_as_certificates_waits_for_what_follows() {
        for block in [512, 1024, 2048] {
            let first = parts(SHA384, (false, false), &[52, 200], blocks(block));
            assert_eq!(first, [Part::Handshake, Part::Data], "{block}");
        }
        // A flight with a certificate that has such a length by chance, and a request.
        assert_eq!(parts(SHA384, (false, false), &[1023, 200], |bare| bare), [Part::Handshake, Part::Data]);
    }

    #[test]
    fn a_refusal_is_an_alert() {
        for resumed in [false, true] {
            assert_eq!(parts(SHA384, (resumed, false), &[2], |bare| bare), [Part::Alert]);
            assert_eq!(parts(SHA384, (resumed, false), &[2], jdk), [Part::Alert]);
        }
        assert_eq!(parts(SHA384, (true, false), &[2], blocks(16)), [Part::Alert]);
    }

    #[test]
    fn a_client_that_is_asked_for_a_certificate_and_has_none_is_told() {
        let none = |contents: &[u16], pad: &dyn Fn(u16) -> u16| parts(SHA384, (false, false), contents, pad);
        assert_eq!(none(&[60], &|bare| bare), [Part::Finished(Padding::NONE)]);
        assert_eq!(none(&[60], &jdk), [Part::Finished(Padding::JDK)]);
        assert_eq!(none(&[8, 52], &|bare| bare), [Part::Handshake, Part::Finished(Padding::NONE)]);
        assert_eq!(none(&[8, 52], &jdk), [Part::Handshake, Part::Finished(Padding::JDK)]);
        assert!(matches!(none(&[8, 52], &blocks(32))[..], [Part::Handshake, Part::Finished(_)]));
    }

    #[test]
    fn a_certificate_in_records_of_its_own_is_told_and_one_record_with_all_is_over_with_data() {
        // ECDSA with P-256 and RSA-2048.
        for verify in [79, 264] {
            let flight = [900, verify, 52];
            let told = |pad: &dyn Fn(u16) -> u16| parts(SHA384, (false, false), &flight, pad);
            assert_eq!(told(&|bare| bare)[2], Part::Finished(Padding::NONE));
            assert_eq!(told(&jdk), [Part::Handshake, Part::Handshake, Part::Finished(Padding::JDK)]);
            for block in [16, 64, 256] {
                let told = told(&blocks(block));
                let ends = matches!(told[..], [Part::Handshake, Part::Handshake, Part::Finished(_)]);
                assert!(ends, "{verify} {block} {told:?}");
            }
        }
        // The whole flight, and a request as long as another Finished with JDK's padding.
        assert_eq!(parts(SHA384, (false, false), &[1040, 68], |bare| bare), [Part::Handshake, Part::Data]);
    }

    #[test]
    fn early_data_ends_before_finished_however_it_is_padded() {
        let ends = |pad: &dyn Fn(u16) -> u16| parts(SHA384, (true, true), &[100, 4, 52], pad);
        let unpadded = [Part::EarlyData, Part::EarlyData, Part::Finished(Padding::NONE)];
        assert_eq!(ends(&|bare| bare), unpadded);
        assert_eq!(ends(&jdk), [Part::EarlyData, Part::EarlyData, Part::Finished(Padding::JDK)]);
        for block in [16, 32, 64] {
            let told = ends(&blocks(block));
            let last = matches!(told[..], [Part::EarlyData, Part::EarlyData, Part::Finished(_)]);
            assert!(last, "{block} {told:?}");
        }
        // More data than the server's hello found.
        assert_eq!(parts(SHA384, (true, true), &[20, 700, 900], |bare| bare), [Part::EarlyData; 3]);
    }
}
