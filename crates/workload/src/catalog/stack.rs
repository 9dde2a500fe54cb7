//! What there is to know of a TLS stack.

use params::Group;

use super::library::{Cryptography, Library};
use super::symbols::Symbols;

/// A TLS stack: who secures a connection.
#[derive(Debug)]
pub struct Stack {
    /// Its name in cells.
    pub name: &'static str,
    /// Whether it is part of the matrix that is meant where nothing else is said.
    pub core: bool,
    /// The library behind it; `None` without TLS.
    pub library: Option<Library>,
    /// What it cannot do.
    pub lacks: &'static [Lack],
    /// What libraries with glue of their own call it, as they come from the box. `None`: they don't.
    pub stock: Option<Backend>,
    /// The name, in crate `handshake`, of the stack whose handshakes in memory are this one's; `None` where there are
    /// none.
    pub in_memory: Option<&'static str>,
    /// What the bill of a profile charges to it.
    pub symbols: &'static [Symbols],
    /// Whether it takes its groups from the environment of its process, because the library has no call for them.
    pub groups_from_environment: bool,
    /// Its colour on every chart.
    pub colour: Rgb,
}

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Something that a stack cannot do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack {
    /// What.
    pub need: Need,
    /// The first OpenSSL that can, as `OpenSSL_version_num` tells it; `None` where it does not depend on that.
    pub before_openssl: Option<i64>,
    /// Why not, said of the library.
    pub why: &'static str,
}

/// What may be asked of a TLS stack, and not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// That it resumes sessions.
    Resumption,
    /// That reqwest speaks through it, set up by us.
    Reqwest,
    /// That it offers a group.
    Group(Group),
}

/// A TLS stack as libraries that bring their own glue to it call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// No TLS.
    None,
    /// rustls.
    Rustls,
    /// native-tls.
    NativeTls,
}

impl Stack {
    /// Why it cannot do `need` with an OpenSSL of the version `linked`, said of the library; `None` where it can.
    pub fn lacks(&self, need: Need, linked: i64) -> Option<&'static str> {
        let counts = |lack: &&Lack| lack.need == need && lack.before_openssl.is_none_or(|since| linked < since);
        self.lacks.iter().find(counts).map(|lack| lack.why)
    }

    /// Whether OpenSSL does its cryptography.
    pub fn is_openssl(&self) -> bool {
        self.library.is_some_and(|library| library.cryptography == Cryptography::OpenSsl)
    }
}

/// The hybrid group is not in OpenSSL before 3.5.
pub(super) const NO_ML_KEM_IN_OPENSSL: Lack = Lack {
    need: Need::Group(Group::X25519MlKem768),
    before_openssl: Some(0x3050_0000),
    why: "has no X25519MLKEM768: OpenSSL has it since 3.5",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::stacks::openssl;

    #[test]
    fn the_hybrid_group_needs_a_new_openssl() {
        let hybrid = Need::Group(Group::X25519MlKem768);
        assert!(openssl::STACK.lacks(hybrid, 0x3040_00f0).unwrap().contains("3.5"));
        assert_eq!(openssl::STACK.lacks(hybrid, 0x3050_0000), None);
        assert_eq!(openssl::STACK.lacks(Need::Group(Group::X25519), 0x1010_1000), None);
    }
}
