//! rustls with ring.

use params::Group;

use crate::catalog::library::{Cryptography, Library};
use crate::catalog::stack::{Lack, Need, Rgb, Stack};
use crate::catalog::symbols::{Symbols, Work};

/// The entry. The functions of rustls itself are listed with the stack `rustls`.
pub static STACK: Stack = Stack {
    name: "rustls-ring",
    core: false,
    library: Some(Library { package: "rustls", cryptography: Cryptography::Package("ring") }),
    lacks: &[Lack {
        need: Need::Group(Group::X25519MlKem768),
        before_openssl: None,
        why: "has no ML-KEM, and so no X25519MLKEM768",
    }],
    stock: None,
    in_memory: Some("rustls-ring"),
    symbols: &[
        Symbols { work: Work::KeySchedule, patterns: "ring::hkdf::*" },
        Symbols { work: Work::Records, patterns: "ring::aead::*open* ring::aead::*seal*" },
        Symbols { work: Work::KeyExchange, patterns: "ring::agreement::* ring::ec::curve25519::x25519*" },
        Symbols {
            work: Work::Signatures,
            patterns: "ring::signature::* ring::rsa::* ring::ec::suite_b::* ring::arithmetic::*",
        },
        Symbols { work: Work::Randomness, patterns: "ring::rand::*" },
        Symbols { work: Work::Ciphers, patterns: "ring::aead::*" },
        Symbols { work: Work::Hashes, patterns: "ring::digest::* ring::hmac::*" },
        Symbols { work: Work::Cryptography, patterns: "ring::*" },
    ],
    groups_from_environment: false,
    colour: Rgb(0xc7, 0x9d, 0x06),
};
