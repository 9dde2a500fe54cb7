//! The colours of a flamegraph: the kernel, cryptography and TLS in C or assembly, Rust, and other C.
//!
//! They serve as orientation only: which class time is charged to is decided by the bill.

use inferno::flamegraph::color::{Color, PaletteMap};

use crate::folded;
use crate::plumbing::RUNTIME;
use crate::stack::{Profile, UNKNOWN};

/// Kernel functions.
pub(crate) const KERNEL: Color = Color { r: 222, g: 146, b: 66 };
/// Cryptographic and TLS libraries in C and assembly.
pub(crate) const CRYPTOGRAPHY: Color = Color { r: 168, g: 136, b: 214 };
/// TLS in Rust.
pub(crate) const TLS: Color = Color { r: 120, g: 160, b: 222 };
/// Other Rust.
pub(crate) const RUST: Color = Color { r: 126, g: 196, b: 150 };
/// Other C: mostly the C library.
const OTHER: Color = Color { r: 226, g: 205, b: 110 };
/// Threads, folded frames of runtimes, and functions without a name.
const NAMELESS: Color = Color { r: 200, g: 200, b: 200 };

/// The first characters of cryptographic functions of aws-lc, ring and OpenSSL.
const CRYPTOGRAPHIC: &[&str] = &[
    "aws_lc_",
    "ring_core_",
    "EVP_",
    "ossl_",
    "OSSL_",
    "SSL_",
    "ssl_",
    "tls_",
    "tls1",
    "statem_",
    "X509",
    "x509_",
    "ASN1_",
    "asn1_",
    "BN_",
    "bn_",
    "EC_",
    "ec_",
    "ecp_",
    "ECDSA_",
    "ecdsa_",
    "RSA_",
    "rsa_",
    "SHA",
    "sha1_",
    "sha256_",
    "sha512_",
    "AES_",
    "aes_",
    "aesni_",
    "gcm_",
    "CRYPTO_",
    "BIO_",
    "OPENSSL_",
    "x25519",
    "curve25519",
    "ML_KEM",
    "ml_kem",
    "mlkem",
    "HMAC_",
    "HKDF",
    "ERR_",
    "d2i_",
    "PEM_",
    "chacha20_",
    "ChaCha20_",
    "poly1305_",
    "KeccakF1600",
];

/// A colour for each function of `profile`, by its name in folded stacks.
pub(crate) fn of(profile: &Profile) -> PaletteMap {
    let mut colours = PaletteMap::default();
    for stack in profile.stacks.keys() {
        colours.insert(folded::plain(&stack.thread), NAMELESS);
    }
    colours.insert(folded::TRUNCATED, NAMELESS);
    for frame in profile.stacks.keys().flat_map(|stack| &stack.frames) {
        let colour = if frame.kernel { KERNEL } else { of_user(&frame.name) };
        colours.insert(folded::frame_text(frame), colour);
    }
    colours
}

fn of_user(name: &str) -> Color {
    let path = name.trim_start_matches(['<', '&', '*']).trim_start_matches("mut ").trim_start_matches("dyn ");
    if name == UNKNOWN || name == RUNTIME {
        NAMELESS
    } else if ["rustls", "webpki", "native_tls::", "openssl::", "tokio_rustls::"]
        .iter()
        .any(|tls| path.starts_with(tls))
    {
        TLS
    } else if name.contains("::") {
        RUST
    } else if CRYPTOGRAPHIC.iter().any(|prefix| name.trim_start_matches('_').starts_with(prefix)) {
        CRYPTOGRAPHY
    } else {
        OTHER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_where_it_comes_from() {
        assert_eq!(of_user("aws_lc_0_47_0_bn_mul_mont_nohw"), CRYPTOGRAPHY);
        assert_eq!(of_user("<rustls::conn::ConnectionCore<..>>::process"), TLS);
        assert_eq!(of_user("hyper::proto::h1::dispatch::poll"), RUST);
        assert_eq!(of_user("__ecp_nistz256_mul_montx"), CRYPTOGRAPHY);
        assert_eq!(of_user("malloc"), OTHER);
        assert_eq!(of_user(UNKNOWN), NAMELESS);
    }
}
