//! OpenSSL through the crate `openssl`.

use crate::catalog::library::{Cryptography, Library};
use crate::catalog::stack::{Lack, NO_ML_KEM_IN_OPENSSL, Need, Rgb, Stack};
use crate::catalog::symbols::{Symbols, Work};

/// The entry. The functions of OpenSSL itself are in the rules of the bill, because other programs have them, too.
pub static STACK: Stack = Stack {
    name: "openssl",
    core: false,
    library: Some(Library { package: "openssl", cryptography: Cryptography::OpenSsl }),
    lacks: &[
        NO_ML_KEM_IN_OPENSSL,
        Lack {
            need: Need::Reqwest,
            before_openssl: None,
            why: "cannot stand under reqwest, which takes only rustls and native-tls",
        },
    ],
    stock: None,
    in_memory: Some("openssl"),
    symbols: &[
        Symbols {
            work: Work::TrustStore,
            patterns: "openssl::x509::X509::from_* openssl::x509::X509::stack_from_pem openssl::x509::store::*",
        },
        Symbols { work: Work::Cryptography, patterns: "openssl::*" },
        Symbols { work: Work::Tls, patterns: "tokio_openssl::*" },
    ],
    groups_from_environment: false,
    colour: Rgb(0x3f, 0xb3, 0xbd),
};
