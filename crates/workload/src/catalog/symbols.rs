//! The functions of a library, for the bill of a profile.

/// Functions of an entry's libraries, and the work that they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// The work.
    pub work: Work,
    /// Names of functions separated by spaces, in which `*` stands for any text: without generic arguments, and a
    /// trait's method under the type that implements it.
    pub patterns: &'static str,
}

/// Work for which the bill has a rule. An entry's functions count as if they were listed in that rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Verifying the origin's signature over the handshake.
    CertificateVerify,
    /// Reading trust anchors and making a store from them.
    TrustStore,
    /// Verifying the origin's certificates up to a root.
    Chain,
    /// Deriving keys, and hashing the transcript.
    KeySchedule,
    /// Sealing and opening records.
    Records,
    /// Making key shares and computing the shared secret.
    KeyExchange,
    /// Signatures and big numbers, for the step that needs them.
    Signatures,
    /// Random numbers, for the step that needs them.
    Randomness,
    /// Ciphers, for records unless another step needs them.
    Ciphers,
    /// Hashes, for the key schedule unless another step needs them.
    Hashes,
    /// The work of a cryptographic library around a step.
    Cryptography,
    /// The rest of a TLS library: messages, records and buffers.
    Tls,
    /// The HTTP client.
    Http,
    /// Executors, reactors, thread pools, channels and locks.
    Runtime,
}
