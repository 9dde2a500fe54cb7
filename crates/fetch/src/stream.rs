//! Bytes both ways without blocking: what TLS stacks and HTTP clients ask of a connection, whatever runtime it is from.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection that does not block.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + 'static> Stream for T {}

/// One that tasks may take from thread to thread.
pub(crate) type SendStream = Box<dyn Stream + Send>;

/// One that stays on the thread that opened it.
pub(crate) type LocalStream = Box<dyn Stream>;
