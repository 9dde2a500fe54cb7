//! The trait of a TLS stack that is set up, and the connections that it makes.
//!
//! A stack writes its handshake over a connection that does not block once, as a method
//! `async fn handshake<S: Stream>(&self, host: &str, tcp: S) -> io::Result<impl Stream>`, whose result is `Send` where
//! `S` is. [`secures!`] makes both methods of it that [`Tls`] asks for.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;

use crate::stream::{LocalStream, SendStream};

/// A future that any thread may run.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A future that stays on its thread.
pub(crate) type LocalBoxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A blocking connection, with or without TLS.
pub(crate) trait BlockingStream: Read + Write + Send + Sync {
    /// The socket beneath.
    fn socket(&self) -> &TcpStream;
}

/// One TLS stack, set up.
pub(crate) trait Tls: Send + Sync + 'static {
    /// Hands its settings to reqwest, which makes connections itself. `None`: reqwest cannot be told to use it.
    fn configure(&self, builder: reqwest::ClientBuilder) -> Option<reqwest::ClientBuilder>;

    /// Its configuration, if it is rustls: for a client that drives the state machine itself.
    fn rustls(&self) -> Option<Arc<::rustls::ClientConfig>> {
        None
    }

    /// The same settings for one slot, whose connections resume each other's sessions and no other slot's. `None`: set
    /// up to resume nothing, or unable to.
    fn for_slot(&self) -> Option<Arc<dyn Tls>> {
        None
    }

    /// Whether there is a handshake at all.
    fn secures(&self) -> bool {
        true
    }

    /// Makes the handshake with `host` over a blocking connection.
    fn connect(&self, host: &str, tcp: TcpStream) -> io::Result<Box<dyn BlockingStream>>;

    /// Makes the handshake with `host` over one that does not block.
    fn connect_async<'a>(&'a self, host: &'a str, tcp: SendStream) -> Boxed<'a, io::Result<SendStream>>;

    /// The same over one that stays on its thread.
    fn connect_local<'a>(&'a self, host: &'a str, tcp: LocalStream) -> LocalBoxed<'a, io::Result<LocalStream>>;
}

/// The methods of [`Tls`] over a connection that does not block, for a stack with a method `handshake`.
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
