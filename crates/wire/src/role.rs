//! What a record is for. Which role a record has follows from those before it, which is for the conversation to say.

/// What a record is for, decided when its header came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// Handshake messages in clear.
    Messages,
    /// An alert in clear.
    Alert,
    /// What follows is encrypted, in TLS 1.2; in TLS 1.3 it means nothing.
    ChangeCipherSpec,
    /// Application data.
    Data,
    /// Data of the client's before the server's hello.
    EarlyData,
    /// An encrypted part of the handshake.
    Handshake,
    /// The encrypted end of a side's handshake.
    Finished,
    /// What a server of TLS 1.3 sends of its own accord.
    AfterHandshake,
    /// An encrypted alert.
    HiddenAlert,
    /// Nothing that is told.
    #[default]
    Skipped,
}
