//! The trait of a configured TLS stack, and of the connections that it makes.
//!
//! A stack implements its handshake over a non-blocking connection once, as a method `async fn handshake<S:
//! Stream>(&self, host: &str, tcp: S) -> io::Result<impl Stream>`, whose result is `Send` where `S` is. [`secures!`]
//! derives from it both methods that [`Tls`] requires.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;

use crate::stream::{LocalStream, SendStream};

/// A future that may run on any thread.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A future that stays on its thread.
pub(crate) type LocalBoxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A blocking connection, with or without TLS.
pub(crate) trait BlockingStream: Read + Write + Send + Sync {
    /// The TCP socket below it.
    fn socket(&self) -> &TcpStream;
}

/// A TLS stack with its config.
pub(crate) trait Tls: Send + Sync + 'static {
    /// Adds the config to reqwest's builder, because reqwest makes its connections itself. `None`: reqwest cannot use
    /// this stack.
    fn configure(&self, builder: reqwest::ClientBuilder) -> Option<reqwest::ClientBuilder>;

    /// The rustls config, if the stack is rustls: for a client that drives the state machine itself.
    fn rustls(&self) -> Option<Arc<::rustls::ClientConfig>> {
        None
    }

    /// The same config for one slot, whose connections resume each other's sessions and no other slot's. `None`: the
    /// config resumes nothing, or the stack cannot.
    fn for_slot(&self) -> Option<Arc<dyn Tls>> {
        None
    }

    /// Whether there is a handshake at all.
    fn secures(&self) -> bool {
        true
    }

    /// Makes the handshake with `host` over a blocking connection.
    fn connect(&self, host: &str, tcp: TcpStream) -> io::Result<Box<dyn BlockingStream>>;

    /// Makes the handshake with `host` over a non-blocking connection.
    fn connect_async<'a>(&'a self, host: &'a str, tcp: SendStream) -> Boxed<'a, io::Result<SendStream>>;

    /// The same over a connection that stays on its thread.
    fn connect_local<'a>(&'a self, host: &'a str, tcp: LocalStream) -> LocalBoxed<'a, io::Result<LocalStream>>;
}

/// The methods of [`Tls`] for non-blocking connections, for a stack with a method `handshake`.
macro_rules! secures {
    () => {
        fn connect_async<'a>(
            &'a self,
            host: &'a str,
            tcp: $crate::stream::SendStream,
        ) -> $crate::tls::Boxed<'a, std::io::Result<$crate::stream::SendStream>> {
            Box::pin(async move { Ok(Box::new(self.handshake(host, tcp).await?) as $crate::stream::SendStream) })
        }

        fn connect_local<'a>(
            &'a self,
            host: &'a str,
            tcp: $crate::stream::LocalStream,
        ) -> $crate::tls::LocalBoxed<'a, std::io::Result<$crate::stream::LocalStream>> {
            Box::pin(async move { Ok(Box::new(self.handshake(host, tcp).await?) as $crate::stream::LocalStream) })
        }
    };
}

pub(crate) use secures;
