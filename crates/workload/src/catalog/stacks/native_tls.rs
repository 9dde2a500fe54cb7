//! native-tls: the platform's TLS, which on Linux is OpenSSL, whose features it passes through.

use crate::catalog::library::{Cryptography, Library};
use crate::catalog::stack::{Backend, Lack, NO_ML_KEM_IN_OPENSSL, Need, Rgb, Stack};
use crate::catalog::symbols::{Symbols, Work};

/// The entry. The functions of OpenSSL itself are in the rules of the bill, because other programs have them, too.
pub static STACK: Stack = Stack {
    name: "native-tls",
    core: true,
    library: Some(Library { package: "native-tls", cryptography: Cryptography::OpenSsl }),
    lacks: &[
        NO_ML_KEM_IN_OPENSSL,
        Lack {
            need: Need::Resumption,
            before_openssl: None,
            why: "has no call for resuming a session (rust-native-tls#308)",
        },
    ],
    stock: Some(Backend::NativeTls),
    // Where native-tls is OpenSSL, it adds nothing to a handshake.
    in_memory: Some("openssl"),
    symbols: &[
        Symbols { work: Work::TrustStore, patterns: "native_tls::Certificate::*" },
        Symbols { work: Work::Chain, patterns: "native_tls::imp::*verify*" },
        Symbols { work: Work::Tls, patterns: "native_tls::* tokio_native_tls::* hyper_tls::*" },
    ],
    groups_from_environment: true,
    colour: Rgb(0x0c, 0x50, 0xf1),
};
