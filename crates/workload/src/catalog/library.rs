//! The libraries that do an entry's work, as data. Versions are those of the build, which crate `fetch` knows.

/// The TLS library behind a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Library {
    /// Its package.
    pub package: &'static str,
    /// Whose cryptography it uses.
    pub cryptography: Cryptography,
}

/// Whose cryptography a TLS library uses, as it is named behind the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cryptography {
    /// That of a package, which is named without its version.
    Named(&'static str),
    /// That of a package, which is named with its version.
    Package(&'static str),
    /// That of the OpenSSL that is linked, which is named with its version.
    OpenSsl,
}
