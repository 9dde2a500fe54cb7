//! The classes of CPU time.

use serde::{Deserialize, Serialize};

/// A class of CPU time: the kind of work that it was spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CostClass {
    /// Making key shares and computing the shared secret: (EC)DH, ML-KEM.
    KeyExchange,
    /// Parsing the origin's certificates and verifying them up to a root.
    ChainValidation,
    /// Verifying the origin's signature over the handshake (in TLS 1.2, over its key share).
    CertificateVerify,
    /// Transcript hash, HKDF or PRF, Finished, and the traffic keys made of them.
    KeySchedule,
    /// Sealing and opening records.
    RecordEncryption,
    /// The rest of the TLS library: messages, buffers, sessions, random numbers.
    TlsState,
    /// Reading trust anchors and making a store of them.
    TrustStore,
    /// The HTTP client.
    Http,
    /// Executors, reactors, thread pools, channels and locks.
    Runtime,
    /// Making threads, ending and joining them.
    ThreadCreation,
    /// The allocator, copying and clearing memory, and the pages that the kernel provides for it.
    Memory,
    /// Sockets, TCP/IP and readiness in the kernel.
    KernelNetwork,
    /// The rest of the kernel: scheduling, futexes, timers.
    KernelOther,
    /// What tlstax adds to the fetches: slots, timestamps, the recorder, the response check, the trial protocol.
    Harness,
    /// Functions that no rule names.
    Other,
}

impl CostClass {
    /// Every class, in the order tables show them.
    pub const ALL: [CostClass; 15] = [
        CostClass::KeyExchange,
        CostClass::ChainValidation,
        CostClass::CertificateVerify,
        CostClass::KeySchedule,
        CostClass::RecordEncryption,
        CostClass::TlsState,
        CostClass::TrustStore,
        CostClass::Http,
        CostClass::Runtime,
        CostClass::ThreadCreation,
        CostClass::Memory,
        CostClass::KernelNetwork,
        CostClass::KernelOther,
        CostClass::Harness,
        CostClass::Other,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            CostClass::KeyExchange => "key exchange",
            CostClass::ChainValidation => "certificate chain validation",
            CostClass::CertificateVerify => "CertificateVerify",
            CostClass::KeySchedule => "key schedule and hashes",
            CostClass::RecordEncryption => "record encryption",
            CostClass::TlsState => "TLS state machine",
            CostClass::TrustStore => "trust store loading",
            CostClass::Http => "HTTP",
            CostClass::Runtime => "runtime and executor",
            CostClass::ThreadCreation => "thread creation",
            CostClass::Memory => "memory",
            CostClass::KernelNetwork => "kernel: network",
            CostClass::KernelOther => "kernel: other",
            CostClass::Harness => "tlstax itself",
            CostClass::Other => "other",
        }
    }

    /// Its key in files, which is stable: the same as its serialised form.
    pub fn key(self) -> &'static str {
        match self {
            CostClass::KeyExchange => "key-exchange",
            CostClass::ChainValidation => "chain-validation",
            CostClass::CertificateVerify => "certificate-verify",
            CostClass::KeySchedule => "key-schedule",
            CostClass::RecordEncryption => "record-encryption",
            CostClass::TlsState => "tls-state",
            CostClass::TrustStore => "trust-store",
            CostClass::Http => "http",
            CostClass::Runtime => "runtime",
            CostClass::ThreadCreation => "thread-creation",
            CostClass::Memory => "memory",
            CostClass::KernelNetwork => "kernel-network",
            CostClass::KernelOther => "kernel-other",
            CostClass::Harness => "harness",
            CostClass::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_serialised_form_and_all_are_listed_in_order() {
        for (at, class) in CostClass::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, at);
            assert_eq!(serde_json::to_value(class).unwrap(), class.key());
        }
    }
}
