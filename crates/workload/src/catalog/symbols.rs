//! Which functions of a library the bill of a profile charges to what.

/// Functions of an entry's libraries, and the work that they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// The work.
    pub work: Work,
    /// Names of functions with blanks between, in which `*` stands for anything: without generic arguments, and a
    /// trait's method under the type that has it.
    pub patterns: &'static str,
}

/// Work that the bill has a rule for. An entry's functions count as if they stood in that rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Verifying the origin's signature over the handshake.
    CertificateVerify,
    /// Reading trust anchors and making a store of them.
    TrustStore,
    /// Verifying the origin's certificates up to a root.
    Chain,
    /// Deriving keys, and hashing the transcript.
    KeySchedule,
    /// Sealing and opening records.
    Records,
    /// Making key shares and agreeing on the secret.
    KeyExchange,
    /// Signatures and big numbers, for the step that asks for them.
    Signatures,
    /// Random numbers, for the step that asks for them.
    Randomness,
    /// Ciphers, for records unless another step asks for them.
    Ciphers,
    /// Hashes, for the key schedule unless another step asks for them.
    Hashes,
    /// What a library of cryptography does around a step.
    Cryptography,
    /// What remains of a TLS library: messages, records and buffers.
    Tls,
    /// The HTTP client.
    Http,
    /// Executors, reactors, thread pools, channels and locks.
    Runtime,
}
