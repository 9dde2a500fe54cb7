//! A non-blocking byte stream: what TLS stacks and HTTP clients need of a connection, on any runtime.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection that does not block.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + 'static> Stream for T {}

/// A stream that may move between threads.
pub(crate) type SendStream = Box<dyn Stream + Send>;

/// A stream that stays on the thread that opened it.
pub(crate) type LocalStream = Box<dyn Stream>;
