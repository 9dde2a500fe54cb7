//! Shared by the benchmarks: authorities, created when they are first needed, and error handling.

use std::cell::OnceCell;
use std::fmt::Display;
use std::process;

use handshake::Authority;
use params::CertificateKey;

/// An authority per key type, created only when a benchmark runs: `--list` needs none.
#[derive(Default)]
pub(crate) struct Authorities {
    ecdsa: OnceCell<Authority>,
    rsa: OnceCell<Authority>,
}

impl Authorities {
    pub(crate) fn of(&self, key: CertificateKey) -> &Authority {
        let cell = match key {
            CertificateKey::EcdsaP256 => &self.ecdsa,
            CertificateKey::Rsa2048 => &self.rsa,
        };
        cell.get_or_init(|| or_exit(Authority::with(key)))
    }
}

/// The value; on an error, the program ends: there is no figure, and Criterion accepts no errors.
pub(crate) fn or_exit<T, E: Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        terminal::say(format_args!("tlstax: {error}"));
        process::exit(2)
    })
}

/// Whether this run produces figures: not if benchmarks are only listed, tested or profiled.
pub(crate) fn is_measuring() -> bool {
    let given = |flag: &str| std::env::args().any(|argument| argument == flag);
    given("--bench") && !given("--test") && !given("--list") && !given("--profile-time")
}
