//! The classes a bill is made out by.

use serde::{Deserialize, Serialize};

/// What CPU time was spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Making key shares and agreeing on the secret: (EC)DH, ML-KEM.
    KeyExchange,
    /// Parsing the origin's certificates and verifying them up to a root.
    ChainValidation,
    /// Verifying the origin's signature over the handshake (in TLS 1.2, over its key share).
    CertificateVerify,
    /// Transcript hash, HKDF or PRF, Finished, and the traffic keys made of them.
    KeySchedule,
    /// Sealing and opening records.
    RecordEncryption,
    /// Everything else of the TLS library: messages, buffers, sessions, random numbers.
    TlsState,
    /// Reading trust anchors and making a store of them.
    TrustStore,
    /// The HTTP client.
    Http,
    /// Executors, reactors, thread pools, channels and locks.
    Runtime,
    /// Making threads, ending and joining them.
    ThreadCreation,
    /// The allocator, copying and clearing memory, and the pages the kernel hands out for it.
    Memory,
    /// Sockets, TCP/IP and readiness in the kernel.
    KernelNetwork,
    /// Everything else of the kernel: scheduling, futexes, timers.
    KernelOther,
    /// What tlstax adds to the fetches: slots, marks, the recorder, the checker, the trial protocol.
    Harness,
    /// What no rule names.
    Other,
}

impl Class {
    /// Every class, in the order tables show them.
    pub const ALL: [Class; 15] = [
        Class::KeyExchange,
        Class::ChainValidation,
        Class::CertificateVerify,
        Class::KeySchedule,
        Class::RecordEncryption,
        Class::TlsState,
        Class::TrustStore,
        Class::Http,
        Class::Runtime,
        Class::ThreadCreation,
        Class::Memory,
        Class::KernelNetwork,
        Class::KernelOther,
        Class::Harness,
        Class::Other,
    ];

    /// In plain words, for a table.
    pub fn name(self) -> &'static str {
        match self {
            Class::KeyExchange => "key exchange",
            Class::ChainValidation => "certificate chain validation",
            Class::CertificateVerify => "CertificateVerify",
            Class::KeySchedule => "key schedule and hashes",
            Class::RecordEncryption => "record encryption",
            Class::TlsState => "TLS state machine",
            Class::TrustStore => "trust store loading",
            Class::Http => "HTTP",
            Class::Runtime => "runtime and executor",
            Class::ThreadCreation => "thread creation",
            Class::Memory => "memory",
            Class::KernelNetwork => "kernel: network",
            Class::KernelOther => "kernel: other",
            Class::Harness => "tlstax itself",
            Class::Other => "other",
        }
    }

    /// As files name it: stable, the same as its serialised form.
    pub fn key(self) -> &'static str {
        match self {
            Class::KeyExchange => "key-exchange",
            Class::ChainValidation => "chain-validation",
            Class::CertificateVerify => "certificate-verify",
            Class::KeySchedule => "key-schedule",
            Class::RecordEncryption => "record-encryption",
            Class::TlsState => "tls-state",
            Class::TrustStore => "trust-store",
            Class::Http => "http",
            Class::Runtime => "runtime",
            Class::ThreadCreation => "thread-creation",
            Class::Memory => "memory",
            Class::KernelNetwork => "kernel-network",
            Class::KernelOther => "kernel-other",
            Class::Harness => "harness",
            Class::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_serialised_form_and_all_are_listed_in_order() {
        for (at, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, at);
            assert_eq!(serde_json::to_value(class).unwrap(), class.key());
        }
    }
}
