//! Key exchange: a new key share and the resulting secret, by side.
//!
//! The client's part consists of two steps with the server's step in between, and for ML-KEM the server's must use this
//! very share. So exchanges are made in rounds of some dozens, and each side's steps are timed together.

use ::openssl::bn::BigNumContext;
use ::openssl::derive::Deriver;
use ::openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use ::openssl::error::ErrorStack;
use ::openssl::nid::Nid;
use ::openssl::pkey::{Id, PKey, Private};
use params::Group;
use rustls::crypto::{ActiveKeyExchange, SupportedKxGroup};

use super::operation::{Operation, demand};
use crate::clock::timed;
use crate::stack::stock;
use crate::{Error, Side, Stack, Times};

/// Exchanges per round.
const ROUND: u64 = 32;

/// Names the operation in errors.
const WHAT: &str = "exchanging keys";

pub(super) fn prepare(stack: Stack, group: Group, side: Side) -> Result<Operation, Error> {
    match stack {
        Stack::OpenSsl => match group {
            Group::X25519 => rounds(OpenSsl, side),
            Group::Secp256r1 => rounds(OpenSslP256::new().map_err(Error::primitive(WHAT))?, side),
            Group::X25519MlKem768 => Err(Error::primitive(WHAT)("the openssl crate has no safe call for it")),
        },
        Stack::RustlsAwsLc | Stack::RustlsRing => {
            let groups = stock(stack).kx_groups;
            let group = groups.into_iter().find(|offered| u16::from(offered.name()) == group.number());
            rounds(Rustls(group.ok_or_else(|| Error::primitive(WHAT)("the provider has no such group"))?), side)
        }
    }
}

/// A key exchange of one library.
trait Exchange {
    /// The client's state until it has the server's share.
    type Begun;

    /// Makes the client's share.
    fn begin(&self) -> Result<(Self::Begun, Vec<u8>), Error>;

    /// Makes the server's share and secret.
    fn answer(&self, share: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error>;

    /// Computes the client's secret.
    fn complete(&self, begun: Self::Begun, share: &[u8]) -> Result<Vec<u8>, Error>;
}

fn rounds<E: Exchange + Send + 'static>(exchange: E, side: Side) -> Result<Operation, Error> {
    round(&exchange, 2)?;
    Ok(Operation::batch(move |times| {
        let mut sum = 0;
        let mut left = times;
        while left > 0 {
            let count = left.min(ROUND);
            let spent = round(&exchange, count)?;
            sum += match side {
                Side::Client => spent.client_ns,
                Side::Server => spent.server_ns,
            };
            left -= count;
        }
        Ok(sum)
    }))
}

/// Makes `count` exchanges, in each of which both sides must get the same secret.
fn round<E: Exchange>(exchange: &E, count: u64) -> Result<Times, Error> {
    let mut times = Times::default();
    let begun: Vec<_> = timed(&mut times.client_ns, || (0..count).map(|_| exchange.begin()).collect::<Result<_, _>>())?;
    let answers: Vec<_> = timed(&mut times.server_ns, || {
        begun.iter().map(|(_, share)| exchange.answer(share)).collect::<Result<_, _>>()
    })?;
    let secrets: Vec<_> = timed(&mut times.client_ns, || {
        begun
            .into_iter()
            .zip(&answers)
            .map(|((own, _), (share, _))| exchange.complete(own, share))
            .collect::<Result<_, _>>()
    })?;
    let agree = secrets.iter().zip(&answers).all(|(client, (_, server))| client == server);
    demand(agree, WHAT, "the two sides came to different secrets").map(|()| times)
}

struct Rustls(&'static dyn SupportedKxGroup);

impl Exchange for Rustls {
    type Begun = Box<dyn ActiveKeyExchange>;

    fn begin(&self) -> Result<(Self::Begun, Vec<u8>), Error> {
        let begun = self.0.start().map_err(Error::primitive(WHAT))?;
        let share = begun.pub_key().to_vec();
        Ok((begun, share))
    }

    fn answer(&self, share: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let done = self.0.start_and_complete(share).map_err(Error::primitive(WHAT))?;
        Ok((done.pub_key, done.secret.secret_bytes().to_vec()))
    }

    fn complete(&self, begun: Self::Begun, share: &[u8]) -> Result<Vec<u8>, Error> {
        begun.complete(share).map(|secret| secret.secret_bytes().to_vec()).map_err(Error::primitive(WHAT))
    }
}

/// X25519 only.
struct OpenSsl;

impl OpenSsl {
    fn derive(own: &PKey<Private>, share: &[u8]) -> Result<Vec<u8>, Error> {
        PKey::public_key_from_raw_bytes(share, Id::X25519)
            .and_then(|peer| {
                let mut deriver = Deriver::new(own)?;
                deriver.set_peer(&peer)?;
                deriver.derive_to_vec()
            })
            .map_err(Error::primitive(WHAT))
    }
}

impl Exchange for OpenSsl {
    type Begun = PKey<Private>;

    fn begin(&self) -> Result<(Self::Begun, Vec<u8>), Error> {
        let key = PKey::generate_x25519().map_err(Error::primitive(WHAT))?;
        let share = key.raw_public_key().map_err(Error::primitive(WHAT))?;
        Ok((key, share))
    }

    fn answer(&self, share: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let (key, own) = self.begin()?;
        Ok((own, OpenSsl::derive(&key, share)?))
    }

    fn complete(&self, begun: Self::Begun, share: &[u8]) -> Result<Vec<u8>, Error> {
        OpenSsl::derive(&begun, share)
    }
}

/// NIST P-256 of OpenSSL; shares are points, uncompressed (RFC 8446 §4.2.8.2).
struct OpenSslP256(EcGroup);

impl OpenSslP256 {
    fn new() -> Result<OpenSslP256, ErrorStack> {
        Ok(OpenSslP256(EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?))
    }

    fn generate(&self) -> Result<(PKey<Private>, Vec<u8>), ErrorStack> {
        let key = EcKey::generate(&self.0)?;
        let mut context = BigNumContext::new()?;
        let share = key.public_key().to_bytes(&self.0, PointConversionForm::UNCOMPRESSED, &mut context)?;
        Ok((PKey::from_ec_key(key)?, share))
    }

    fn derive(&self, own: &PKey<Private>, share: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut context = BigNumContext::new()?;
        let point = EcPoint::from_bytes(&self.0, share, &mut context)?;
        let peer = PKey::from_ec_key(EcKey::from_public_key(&self.0, &point)?)?;
        let mut deriver = Deriver::new(own)?;
        deriver.set_peer(&peer)?;
        deriver.derive_to_vec()
    }
}

impl Exchange for OpenSslP256 {
    type Begun = PKey<Private>;

    fn begin(&self) -> Result<(Self::Begun, Vec<u8>), Error> {
        self.generate().map_err(Error::primitive(WHAT))
    }

    fn answer(&self, share: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let (key, own) = self.begin()?;
        Ok((own, self.derive(&key, share).map_err(Error::primitive(WHAT))?))
    }

    fn complete(&self, begun: Self::Begun, share: &[u8]) -> Result<Vec<u8>, Error> {
        self.derive(&begun, share).map_err(Error::primitive(WHAT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key exchange whose server returns the share of another exchange.
    struct Liar;

    impl Exchange for Liar {
        type Begun = PKey<Private>;

        fn begin(&self) -> Result<(Self::Begun, Vec<u8>), Error> {
            OpenSsl.begin()
        }

        fn answer(&self, share: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
            Ok((OpenSsl.begin()?.1, OpenSsl.answer(share)?.1))
        }

        fn complete(&self, begun: Self::Begun, share: &[u8]) -> Result<Vec<u8>, Error> {
            OpenSsl.complete(begun, share)
        }
    }

    #[test]
    fn two_secrets_are_an_error() {
        assert!(round(&OpenSsl, 40).is_ok());
        assert!(matches!(round(&Liar, 1), Err(Error::Primitive { what: WHAT, .. })));
    }

    #[test]
    fn the_libraries_understand_each_other() {
        let groups = stock(Stack::RustlsRing).kx_groups;
        let ring = Rustls(groups.into_iter().find(|group| u16::from(group.name()) == Group::X25519.number()).unwrap());
        let (begun, share) = ring.begin().unwrap();
        let (answer, secret) = OpenSsl.answer(&share).unwrap();
        assert_eq!(ring.complete(begun, &answer).unwrap(), secret);
    }
}
