//! Groups of classes, as sentences name them and charts colour them.

use profile::bill::Class;

/// A group of classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Public-key cryptography: the expensive part of a handshake.
    Asymmetric,
    /// Hashes, keys and records.
    Symmetric,
    /// The rest of the TLS library.
    Tls,
    /// Reading trust anchors.
    TrustStore,
    /// The HTTP client.
    Http,
    /// Runtimes and threads.
    Runtime,
    /// Allocating and copying.
    Memory,
    /// The kernel.
    Kernel,
    /// tlstax.
    Harness,
    /// Functions that no rule names.
    Other,
}

impl Group {
    /// Every group, in the order of their classes.
    pub const ALL: [Group; 10] = [
        Group::Asymmetric,
        Group::Symmetric,
        Group::Tls,
        Group::TrustStore,
        Group::Http,
        Group::Runtime,
        Group::Memory,
        Group::Kernel,
        Group::Harness,
        Group::Other,
    ];

    /// In words, as the object of a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Group::Asymmetric => "asymmetric cryptography",
            Group::Symmetric => "symmetric cryptography",
            Group::Tls => "the rest of the TLS library",
            Group::TrustStore => "loading the trust store",
            Group::Http => "HTTP",
            Group::Runtime => "runtime and threads",
            Group::Memory => "memory",
            Group::Kernel => "the kernel",
            Group::Harness => "tlstax itself",
            Group::Other => "what no rule names",
        }
    }

    /// Its classes.
    pub fn classes(self) -> impl Iterator<Item = Class> {
        Class::ALL.into_iter().filter(move |class| of(*class) == self)
    }
}

/// The group of a class.
pub fn of(class: Class) -> Group {
    match class {
        Class::KeyExchange | Class::ChainValidation | Class::CertificateVerify => Group::Asymmetric,
        Class::KeySchedule | Class::RecordEncryption => Group::Symmetric,
        Class::TlsState => Group::Tls,
        Class::TrustStore => Group::TrustStore,
        Class::Http => Group::Http,
        Class::Runtime | Class::ThreadCreation => Group::Runtime,
        Class::Memory => Group::Memory,
        Class::KernelNetwork | Class::KernelOther => Group::Kernel,
        Class::Harness => Group::Harness,
        Class::Other => Group::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_every_class_once_and_in_order() {
        let classes: Vec<Class> = Group::ALL.into_iter().flat_map(Group::classes).collect();
        assert_eq!(classes, Class::ALL);
    }
}
