//! Requests in absolute form (RFC 9112 §3.2.2), which programs send a proxy for plain HTTP: passed on by hyper.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self as client, SendRequest};
use hyper::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER, UPGRADE};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use observation::{Lane, Way as Seen};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use wire::Side;

use super::Shared;
use super::destination::{Unreached, Way};
use super::head::Head;
use super::next::Next;
use crate::clock::now_ns;

/// Headers that are meant for the next hop alone (RFC 9110 §7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    CONNECTION,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("keep-alive"),
    TE,
    TRAILER,
    UPGRADE,
];

type Body = BoxBody<Bytes, hyper::Error>;

/// The connection by which the last request was passed on.
type Last = RefCell<Option<Hop>>;

/// A connection to a host, or to the proxy before it.
struct Hop {
    /// `host:port` of the host.
    target: String,
    sender: SendRequest<Incoming>,
}

/// Serves all requests of one connection, the first of which has been read.
pub(super) async fn serve(stream: TcpStream, opened_ns: u64, head: Head, shared: &Rc<Shared>) {
    // Without it Nagle's algorithm holds back the second part of an answer. If it fails, the connection is dead already.
    let _ = stream.set_nodelay(true);
    let mut lane = Lane::open(&shared.recorder, Seen::Forwarded, opened_ns);
    lane.established(now_ns());
    lane.bytes(Side::Client, head.bytes(), now_ns());
    let lane = Rc::new(RefCell::new(lane));
    let answered = Rc::new(Answered::default());
    let early = Bytes::copy_from_slice(head.bytes());
    let tapped = Tapped { stream, lane: Rc::clone(&lane), early, answered: Rc::clone(&answered) };
    let last = Last::default();
    let service = service_fn(|request| {
        let (shared, lane, last, answered) = (Rc::clone(shared), Rc::clone(&lane), &last, &answered);
        async move {
            let passed = pass_on(request, &shared, &lane, last).await;
            answered.by_host.set(passed.is_ok());
            Ok::<_, Infallible>(passed.unwrap_or_else(answer))
        }
    });
    // An error is a client that hung up or spoke no HTTP: the lane has it.
    let mut server = server::Builder::new();
    // A client that has ended its direction after its request may still wait for the answer.
    server.preserve_header_case(true).half_close(true);
    let _ = server.serve_connection(TokioIo::new(tapped), service).await;
    drop(last);
    if let Ok(lane) = Rc::try_unwrap(lane) {
        lane.into_inner().closed(now_ns());
    }
}

/// The host's answer, or why there is none.
async fn pass_on(
    request: Request<Incoming>,
    shared: &Shared,
    lane: &RefCell<Lane>,
    last: &Last,
) -> Result<Response<Body>, Problem> {
    let target = target(request.uri()).ok_or(Problem::NoTarget)?;
    let way = shared.destinations.way("http", &target).map_err(|why| unreached(&target, &why, shared))?;
    let mut hop = match kept(last, &target).await {
        Some(hop) => hop,
        None => connect(target, &way, shared, lane).await?,
    };
    let next = match &way {
        Way::Through(next) => Some(next),
        _ => None,
    };
    let sent = hop.sender.send_request(outgoing(request, next)).await;
    *last.borrow_mut() = Some(hop);
    match sent {
        Ok(mut response) => {
            strip(response.headers_mut());
            Ok(response.map(BodyExt::boxed))
        }
        Err(error) => Err(broke_off(&error, shared)),
    }
}

/// The connection that is there already, if it is to `target` and still open.
async fn kept(last: &Last, target: &str) -> Option<Hop> {
    let mut hop = last.borrow_mut().take()?;
    (hop.target == target && hop.sender.ready().await.is_ok()).then_some(hop)
}

async fn connect(target: String, way: &Way, shared: &Shared, lane: &RefCell<Lane>) -> Result<Hop, Problem> {
    lane.borrow_mut().goes_to(&target);
    let reached = shared.destinations.connect(way, &target).await;
    let reached = reached.map_err(|why| unreached(&target, &why, shared))?;
    reached.tell(&mut lane.borrow_mut());
    // Without it Nagle's algorithm holds back the second part of a request.
    let _ = reached.stream.set_nodelay(true);
    let stream = reached.stream;
    let shaken = client::Builder::new().preserve_header_case(true).handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(|error| broke_off(&error, shared))?;
    spawn_local(async move {
        // Its requests have told of the error.
        let _ = connection.await;
    });
    Ok(Hop { target, sender })
}

/// `host:port` of an absolute form.
fn target(uri: &Uri) -> Option<String> {
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http"))?;
    Some(format!("{}:{}", host.to_ascii_lowercase(), uri.port_u16().unwrap_or(80)))
}

/// The request without what was for this proxy: as a host is sent it, its path alone, or as the next proxy is.
fn outgoing(mut request: Request<Incoming>, next: Option<&Next>) -> Request<Incoming> {
    strip(request.headers_mut());
    if let Some(next) = next {
        if let Some(authorization) = &next.authorization {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        return request;
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    // A part of a URI that was read is one.
    *request.uri_mut() = path.parse().unwrap_or_default();
    request
}

fn strip(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in HOP_BY_HOP.iter().chain(&listed) {
        headers.remove(name);
    }
}

/// Why a request was not answered by its host.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("a proxy is asked for CONNECT host:port or http://host/path")]
    NoTarget,
    #[error("{1}")]
    Unreached(StatusCode, String),
}

/// Counts that a host was not reached.
fn unreached(target: &str, why: &Unreached, shared: &Shared) -> Problem {
    match why {
        Unreached::NoRoom => shared.recorder.no_room(),
        why => shared.recorder.turned_away(&why.to_string()),
    }
    Problem::Unreached(why.status(), format!("{target}: {why}"))
}

/// The host was reached, and then did not answer.
fn broke_off(error: &hyper::Error, shared: &Shared) -> Problem {
    let words = format!("the host broke off: {error}");
    shared.recorder.turned_away(&words);
    Problem::Unreached(StatusCode::BAD_GATEWAY, words)
}

/// Our own answer. The connection ends with it: what follows on it would be taken for what the host owes.
fn answer(problem: Problem) -> Response<Body> {
    let body = Full::new(Bytes::from(format!("tlstax observe: {problem}\n"))).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    *response.status_mut() = match problem {
        Problem::NoTarget => StatusCode::BAD_REQUEST,
        Problem::Unreached(status, _) => status,
    };
    response
}

/// Who made the answer that is being written.
#[derive(Debug, Default)]
struct Answered {
    by_host: Cell<bool>,
}

/// A client's connection whose bytes a lane is told of, but for answers that no host gave. What was read before comes first.
struct Tapped {
    stream: TcpStream,
    lane: Rc<RefCell<Lane>>,
    early: Bytes,
    answered: Rc<Answered>,
}

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if !self.early.is_empty() {
            let count = self.early.len().min(buffer.remaining());
            let part = self.early.split_to(count);
            buffer.put_slice(&part);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let outcome = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        let mut lane = self.lane.borrow_mut();
        match buffer.filled().get(before..) {
            Some(bytes) if outcome.is_ok() && !bytes.is_empty() => lane.bytes(Side::Client, bytes, now_ns()),
            _ => lane.ended(Side::Client, now_ns()),
        }
        Poll::Ready(outcome)
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let outcome = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        if let (Ok(written), true) = (&outcome, self.answered.by_host.get()) {
            self.lane.borrow_mut().bytes(Side::Server, bytes.get(..*written).unwrap_or_default(), now_ns());
        }
        Poll::Ready(outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.lane.borrow_mut().ended(Side::Server, now_ns());
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
