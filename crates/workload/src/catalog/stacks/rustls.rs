//! rustls with aws-lc-rs.

use crate::catalog::library::{Cryptography, Library};
use crate::catalog::stack::{Backend, Rgb, Stack};
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static STACK: Stack = Stack {
    name: "rustls",
    core: true,
    library: Some(Library { package: "rustls", cryptography: Cryptography::Named("aws-lc-rs") }),
    lacks: &[],
    stock: Some(Backend::Rustls),
    in_memory: Some("rustls-aws-lc"),
    symbols: &[
        Symbols { work: Work::CertificateVerify, patterns: "rustls::verify::construct_tls13*" },
        Symbols {
            work: Work::TrustStore,
            patterns: "rustls::webpki::anchors::* rustls_platform_verifier::*::new* \
                       rustls::client::builder::*with_root_certificates",
        },
        Symbols {
            work: Work::KeySchedule,
            patterns: "rustls::tls13::key_schedule::* rustls::tls12::prf::* rustls::tls12::ConnectionSecrets::* \
                       rustls::crypto::tls12::* rustls::crypto::tls13::* rustls::hash_hs::* \
                       rustls::crypto::*::hash::* rustls::crypto::*::hmac::* rustls::crypto::*::Hkdf* \
                       rustls::client::tls13::derive_early_traffic_secret rustls::client::tls13::emit_finished_tls13 \
                       rustls::client::tls12::emit_finished aws_lc_rs::hkdf::* aws_lc_rs::tls_prf::*",
        },
        Symbols {
            work: Work::Records,
            patterns: "rustls::record_layer::*::decrypt_incoming rustls::record_layer::*::encrypt_outgoing \
                       rustls::crypto::*::decrypt rustls::crypto::*::encrypt aws_lc_rs::aead::*::open* \
                       aws_lc_rs::aead::*::seal* aws_lc_rs::aead::*::tls_*",
        },
        Symbols {
            work: Work::KeyExchange,
            patterns: "rustls::crypto::*::kx::* rustls::crypto::*::pq::* rustls::crypto::*::start \
                       rustls::crypto::*::complete* rustls::client::tls13::initial_key_share aws_lc_rs::agreement::* \
                       aws_lc_rs::kem::* aws_lc_rs::unstable::kem::* rustls_post_quantum::*",
        },
        Symbols { work: Work::Signatures, patterns: "aws_lc_rs::signature::* aws_lc_rs::ec::* aws_lc_rs::rsa::*" },
        Symbols { work: Work::Randomness, patterns: "aws_lc_rs::rand::* rustls::rand::*" },
        Symbols { work: Work::Ciphers, patterns: "aws_lc_rs::aead::* aws_lc_rs::cipher::*" },
        Symbols { work: Work::Hashes, patterns: "aws_lc_rs::digest::* aws_lc_rs::hmac::*" },
        Symbols { work: Work::Cryptography, patterns: "aws_lc_rs::* aws_lc_sys::*" },
        Symbols {
            work: Work::Tls,
            patterns: "rustls::* rustls_pki_types::* rustls_platform_verifier::* tokio_rustls::* futures_rustls::* \
                       hyper_rustls::*",
        },
    ],
    groups_from_environment: false,
    colour: Rgb(0xa0, 0x31, 0x0b),
};
