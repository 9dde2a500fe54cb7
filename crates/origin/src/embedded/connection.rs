//! Serves one connection from accept to close: handshake, requests, and counting.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Request;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::server::Acceptor;
use rustls::{HandshakeKind, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::closing::asks_to_close;
use super::counters::{Connection, InFlight, SideCounters};
use super::tls;
use crate::endpoints::{self, Peer, Unknown};

/// How long to wait before accepting again when the process is out of file descriptors: long enough not to use CPU time
/// that is being measured, short enough not to matter once some are free.
const OUT_OF_FILES: Duration = Duration::from_millis(10);

/// State that the connections of one transport share.
pub(super) struct Transport {
    side: Arc<SideCounters>,
    tls: Option<Arc<ServerConfig>>,
    options: ResponseOptions,
}

/// How requests are responded to.
#[derive(Debug, Clone, Copy)]
pub(super) struct ResponseOptions {
    /// How long every response is delayed.
    pub(super) service: Duration,
    /// How requests that are not for an endpoint are treated.
    pub(super) unknown: Unknown,
}

impl Transport {
    pub(super) fn new(
        side: Arc<SideCounters>,
        tls: Option<Arc<ServerConfig>>,
        options: ResponseOptions,
    ) -> Arc<Transport> {
        Arc::new(Transport { side, tls, options })
    }
}

/// Accepts connections forever, and serves each in its own task.
pub(super) async fn accept(listener: TcpListener, transport: Arc<Transport>) {
    let mut complained = false;
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                complained = false;
                tokio::spawn(serve(stream, from, Arc::clone(&transport)));
            }
            // The client closed the connection while it was queued.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                if !complained {
                    complained = true;
                    complain(&format!("accepting a connection: {error}; trying on (is `ulimit -n` too low?)"));
                }
                tokio::time::sleep(OUT_OF_FILES).await;
            }
        }
    }
}

/// Writes a message for the user. If that fails, the server continues.
fn complain(words: &str) {
    let _ = writeln!(io::stderr(), "embedded origin: {words}");
}

async fn serve(stream: TcpStream, from: SocketAddr, transport: Arc<Transport>) {
    let connection = transport.side.accepted();
    // Without this, Nagle's algorithm and delayed acknowledgements add 40 ms. If it fails, the connection is dead
    // already.
    let _ = stream.set_nodelay(true);
    match &transport.tls {
        None => exchange(stream, Peer { address: from.ip(), tls: false }, transport.options, connection).await,
        Some(config) => {
            if let Some(stream) = handshake(stream, Arc::clone(config), &transport.side).await {
                exchange(stream, Peer { address: from.ip(), tls: true }, transport.options, connection).await;
            }
        }
    }
}

/// Performs the handshake and counts the outcome. There is no time limit, because some workloads have slow clients.
async fn handshake(stream: TcpStream, config: Arc<ServerConfig>, side: &SideCounters) -> Option<TlsStream<TcpStream>> {
    let hello = match LazyConfigAcceptor::new(Acceptor::default(), stream).await {
        Ok(hello) => hello,
        Err(error) => {
            side.failed(None, reason(&error));
            return None;
        }
    };
    let offered = tls::offered_groups(&hello.client_hello());
    match hello.into_stream(config).await {
        Ok(stream) => {
            let (_, connection) = stream.get_ref();
            let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
            side.completed(resumed, offered, tls::negotiated(connection));
            Some(stream)
        }
        Err(error) => {
            side.failed(Some(offered), reason(&error));
            None
        }
    }
}

/// The TLS library's message, if there is one. None of its messages contain an address.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the client closed the connection".to_owned(),
        io::ErrorKind::ConnectionReset => "the client reset the connection".to_owned(),
        _ => error.to_string(),
    }
}

/// Responds to requests until the client closes the connection.
async fn exchange<S>(stream: S, peer: Peer, options: ResponseOptions, connection: Connection)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = &connection;
    let service = service_fn(move |request: Request<Incoming>| async move {
        let in_flight = connection.request(asks_to_close(&request));
        let answer = endpoints::answer(&request, peer, options.unknown);
        // The body is read before the wait: reading it sends `100 Continue` to a client that expects it.
        discard(request.into_body()).await?;
        let held = answer.delay + options.service;
        if !held.is_zero() {
            tokio::time::sleep(held).await;
        }
        Ok::<_, hyper::Error>(answer.response.map(|body| Counted { left: body, in_flight }))
    });
    // An error means that the client hung up or doesn't use HTTP; the difference of the ledger shows it.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Reads and discards a request's body. If the response were sent while the client is still sending, a reset could
/// reach the client before it has read the response.
async fn discard(mut body: Incoming) -> Result<(), hyper::Error> {
    while let Some(part) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        part?;
    }
    Ok(())
}

/// A body that keeps its request counted as in flight until the body has been passed on. That is before the last bytes
/// are written to the socket, so the client can't receive its response and send the next request while this one still
/// counts. Thus the maximum in flight never exceeds the client's own limit.
struct Counted {
    left: Bytes,
    in_flight: InFlight,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let bytes = std::mem::take(&mut self.left);
        self.in_flight.sent(bytes.len());
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
