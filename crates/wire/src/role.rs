//! The roles that a record can have. Which one it has depends on the records before it; `conversation` decides that.

/// What a record is for, decided when its header has arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// Handshake messages in clear.
    Messages,
    /// An alert in clear.
    Alert,
    /// In TLS 1.2, records after it are encrypted; in TLS 1.3 it means nothing.
    ChangeCipherSpec,
    /// Application data.
    Data,
    /// Data that the client sends before the server's hello.
    EarlyData,
    /// An encrypted part of the handshake.
    Handshake,
    /// The encrypted end of a side's handshake.
    Finished,
    /// What a TLS 1.3 server sends before any request, such as tickets.
    AfterHandshake,
    /// An encrypted alert.
    HiddenAlert,
    /// Nothing that is reported.
    #[default]
    Skipped,
}
