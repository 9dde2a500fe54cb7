//! The parameters of a TLS handshake: versions, key-exchange groups, certificate keys, chains, cipher suites and trust
//! stores, each with its number in IANA's registries and its names for cells, the ledger and OpenSSL.
//!
//! This crate depends on no other of the workspace and on no TLS library. Libraries with numbered types (rustls) are
//! configured by number. What a stack does not support is recorded in the catalog of crate `workload`.

mod certificate_key;
mod chain;
mod group;
mod named;
pub mod registry;
mod suite;
mod trust;
mod version;

pub use certificate_key::{CertificateKey, SignatureScheme};
pub use chain::Chain;
pub use group::Group;
pub use named::{AxisValue, UnknownValue, Values};
pub use suite::Suite;
pub use trust::Trust;
pub use version::TlsVersion;

/// The path that the names of this crate's functions begin with.
pub const PATH: &str = module_path!();

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn every_value_is_read_as_it_is_written() {
        fn all<T: Copy + PartialEq + std::fmt::Debug + ToString + FromStr<Err = UnknownValue>>(values: &[T]) {
            for value in values {
                assert_eq!(value.to_string().parse(), Ok(*value));
            }
        }
        all(&TlsVersion::ALL);
        all(&Group::ALL);
        all(&CertificateKey::ALL);
        all(&Chain::ALL);
        all(&Trust::ALL);
    }

    #[test]
    fn an_unknown_name_is_answered_with_those_there_are() {
        let error = "p384".parse::<Group>().unwrap_err().to_string();
        assert_eq!(error, "\"p384\" is no value of group: there are x25519, x25519mlkem768, p256");
        for known in CertificateKey::ALL {
            assert!("rsa-4096".parse::<CertificateKey>().unwrap_err().known.contains(known.name()));
        }
    }

    #[test]
    fn a_group_is_read_by_the_ledgers_name_too() {
        assert!(Group::ALL.iter().all(|group| group.registered().parse() == Ok(*group)));
    }

    #[test]
    fn numbers_lead_back_to_what_they_number() {
        assert!(TlsVersion::ALL.iter().all(|version| TlsVersion::from_number(version.number()) == Some(*version)));
        assert!(Group::ALL.iter().all(|group| Group::from_number(group.number()) == Some(*group)));
        assert_eq!((TlsVersion::from_number(0x0302), Group::from_number(0x0018)), (None, None));
    }
}
