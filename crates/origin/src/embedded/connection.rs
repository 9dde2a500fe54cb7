//! One connection from accept to close: handshake, requests, and what of it is counted.

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

/// How long to leave the listener alone when the process is out of file descriptors: long enough not to burn a CPU
/// that is being measured, short enough to be unnoticed once some are free.
const OUT_OF_FILES: Duration = Duration::from_millis(10);

/// What the connections of one transport have in common.
pub(super) struct Transport {
    side: Arc<SideCounters>,
    tls: Option<Arc<ServerConfig>>,
    manner: Manner,
}

/// How requests are answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// How long every answer is held back.
    pub(super) service: Duration,
    /// What becomes of those that are for no endpoint.
    pub(super) unknown: Unknown,
}

impl Transport {
    pub(super) fn new(side: Arc<SideCounters>, tls: Option<Arc<ServerConfig>>, manner: Manner) -> Arc<Transport> {
        Arc::new(Transport { side, tls, manner })
    }
}

/// Accepts for ever, each connection in a task of its own.
pub(super) async fn accept(listener: TcpListener, transport: Arc<Transport>) {
    let mut complained = false;
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                complained = false;
                tokio::spawn(serve(stream, from, Arc::clone(&transport)));
            }
            // The client went away while it was queued: its affair.
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

/// Tells the person who looks. Losing it is no reason to stop serving.
fn complain(words: &str) {
    let _ = writeln!(io::stderr(), "embedded origin: {words}");
}

async fn serve(stream: TcpStream, from: SocketAddr, transport: Arc<Transport>) {
    let connection = transport.side.accepted();
    // Without it, Nagle's algorithm and delayed acknowledgements add 40 ms. If it fails, the connection is dead
    // already.
    let _ = stream.set_nodelay(true);
    match &transport.tls {
        None => exchange(stream, Peer { address: from.ip(), tls: false }, transport.manner, connection).await,
        Some(config) => {
            if let Some(stream) = handshake(stream, Arc::clone(config), &transport.side).await {
                exchange(stream, Peer { address: from.ip(), tls: true }, transport.manner, connection).await;
            }
        }
    }
}

/// Shakes hands and counts how that went. No time limit: a slow client is what some workloads are about.
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

/// The TLS library's own words where it has some. None of them name an address.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the client closed the connection".to_owned(),
        io::ErrorKind::ConnectionReset => "the client reset the connection".to_owned(),
        _ => error.to_string(),
    }
}

/// Answers requests until the client has no more.
async fn exchange<S>(stream: S, peer: Peer, manner: Manner, connection: Connection)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = &connection;
    let service = service_fn(move |request: Request<Incoming>| async move {
        let in_flight = connection.request(asks_to_close(&request));
        let answer = endpoints::answer(&request, peer, manner.unknown);
        // Before the wait: it is this that sends `100 Continue` to a client that wants to hear it first.
        discard(request.into_body()).await?;
        let held = answer.delay + manner.service;
        if !held.is_zero() {
            tokio::time::sleep(held).await;
        }
        Ok::<_, hyper::Error>(answer.response.map(|body| Counted { left: body, in_flight }))
    });
    // An error here is a client that hung up or that doesn't speak HTTP; the ledger's difference shows it.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Reads a request's body to its end, of which nothing is kept. A client that is answered while it still sends may be
/// reset before it has read the answer.
async fn discard(mut body: Incoming) -> Result<(), hyper::Error> {
    while let Some(part) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        part?;
    }
    Ok(())
}

/// A body that keeps its request in flight until it has been handed over. That is before the last bytes are written
/// to the socket: the client can't have its answer and ask again while the request still counts, so that the most in
/// flight never exceeds what the client allowed itself.
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
