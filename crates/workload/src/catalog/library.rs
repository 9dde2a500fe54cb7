//! The libraries of an entry, as data. Their versions are those of the build, which crate `fetch` knows.

/// The TLS library behind a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Library {
    /// Its package.
    pub package: &'static str,
    /// The cryptography that it uses.
    pub cryptography: Cryptography,
}

/// The cryptography of a TLS library, as named after the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cryptography {
    /// A package, named without its version.
    Named(&'static str),
    /// A package, named with its version.
    Package(&'static str),
    /// The linked OpenSSL, named with its version.
    OpenSsl,
}
