//! Requests in absolute form (RFC 9112 §3.2.2), which programs send to a proxy for plain HTTP. Hyper forwards them.

mod connection_pool;
mod message;
mod tapped;

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use observation::{ConnectionKind, ConnectionTracker};
use tokio::net::TcpStream;
use wire::Side;

use super::destination::{Route, Unreached, by_proxy};
use super::head::Head;
use super::next_proxy::{self, NextProxy};
use super::shared::Shared;
use crate::clock::now_ns;
use connection_pool::{ConnectionPool, PooledConnection};
use message::{Body, again, outgoing, strip, target};
use tapped::{ResponseSource, TappedStream, hung_up};

/// Serves all requests of one connection. The head of the first one has been read.
pub(super) async fn serve(stream: TcpStream, opened_ns: u64, head: Head, shared: &Rc<Shared>) {
    let stream = Rc::new(stream);
    let mut tracker = ConnectionTracker::open(&shared.recorder, ConnectionKind::Forwarded, opened_ns);
    tracker.established(now_ns());
    tracker.bytes(Side::Client, head.bytes(), now_ns());
    let tracker = Rc::new(RefCell::new(tracker));
    let source = Rc::new(ResponseSource::default());
    let already_read = Bytes::copy_from_slice(head.bytes());
    let tapped = TappedStream {
        stream: Rc::clone(&stream),
        tracker: Rc::clone(&tracker),
        already_read,
        source: Rc::clone(&source),
    };
    let pool = RefCell::new(ConnectionPool::default());
    let service = service_fn(|request| {
        let (shared, tracker, pool, source) = (Rc::clone(shared), Rc::clone(&tracker), &pool, &source);
        async move {
            // What is written before the host has responded is not from it: the server itself sends "100 Continue".
            source.by_host.set(false);
            let passed = pass_on(request, &shared, &tracker, pool).await;
            source.by_host.set(passed.is_ok());
            Ok::<_, Infallible>(passed.unwrap_or_else(answer))
        }
    });
    let mut server = server::Builder::new();
    // A client that has ended its direction after its request may still wait for the response.
    server.preserve_header_case(true).half_close(true);
    tokio::select! {
        biased;
        // An error means that the client hung up or did not use HTTP, which the tracker records.
        _ = server.serve_connection(TokioIo::new(tapped), service) => {}
        // The server does not watch a client while it waits for the host's response. If the client hangs up, that wait
        // ends here.
        () = hung_up(&stream) => tracker.borrow_mut().ended(Side::Client, now_ns()),
    }
    drop(pool);
    if let Ok(tracker) = Rc::try_unwrap(tracker) {
        tracker.into_inner().closed(now_ns());
    }
}

/// Forwards a request. Returns the host's response, or why there is none.
async fn pass_on(
    request: Request<Incoming>,
    shared: &Shared,
    tracker: &RefCell<ConnectionTracker>,
    pool: &RefCell<ConnectionPool>,
) -> Result<Response<Body>, Problem> {
    let target = target(request.uri()).ok_or(Problem::NoTarget)?;
    tracker.borrow_mut().set_host(&target);
    let route = shared.destinations.route("http", &target).map_err(|why| unreached(&target, &why, shared))?;
    let next = match &route {
        Route::Proxy(next) => Some(next),
        _ => None,
    };
    let to = next.map_or(target.as_str(), NextProxy::address);
    let (connection, response) = exchange(outgoing(request, next), to, pool, async || {
        let reached = shared.destinations.connect(&route, &target).await;
        let reached = reached.map_err(|why| unreached(&target, &why, shared))?;
        reached.tell(&mut tracker.borrow_mut());
        Ok(reached.stream)
    })
    .await
    .map_err(|failed| failed.problem(shared))?;
    if let Some(next) = next.filter(|_| response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED) {
        let status = response.status();
        let words = next_proxy::words(status.as_u16(), status.canonical_reason().unwrap_or_default());
        return Err(unreached(&target, &by_proxy(next, next_proxy::Problem::Refused(words)), shared));
    }
    pool.borrow_mut().keep(connection);
    let mut response = response.map(BodyExt::boxed);
    strip(response.headers_mut());
    Ok(response)
}

/// Sends a request on a kept connection to `to`, or else on a new one. The host may close a kept connection while it is
/// used (RFC 9112 §9.3.1): a request that was not sent then, or that may be sent twice, is sent again on a new one.
async fn exchange(
    mut request: Request<Body>,
    to: &str,
    pool: &RefCell<ConnectionPool>,
    connect: impl AsyncFnOnce() -> Result<TcpStream, Problem>,
) -> Result<(PooledConnection, Response<Incoming>), Failed> {
    let kept = pool.borrow_mut().take(to);
    let kept = match kept {
        Some(connection) => connection_pool::ready(connection).await,
        None => None,
    };
    if let Some(mut connection) = kept {
        let copy = again(&request);
        match connection.send(request).await {
            Ok(response) => return Ok((connection, response)),
            Err(mut error) => {
                let copy = copy.filter(|_| !error.error().is_user() && !error.error().is_parse());
                match error.take_message().or(copy) {
                    Some(unanswered) => request = unanswered,
                    None => return Err(Failed::BrokeOff(error.into_error())),
                }
            }
        }
    }
    let permit = pool.borrow_mut().make_room();
    let stream = connect().await.map_err(Failed::Unreached)?;
    let mut connection = PooledConnection::begin(to.to_owned(), stream, permit).await.map_err(Failed::BrokeOff)?;
    match connection.send(request).await {
        Ok(response) => Ok((connection, response)),
        Err(error) => Err(Failed::BrokeOff(error.into_error())),
    }
}

/// Why a request got no response.
enum Failed {
    Unreached(Problem),
    BrokeOff(hyper::Error),
}

impl Failed {
    /// The problem that is reported to the client. If the host failed, it is counted.
    fn problem(self, shared: &Shared) -> Problem {
        match self {
            Failed::Unreached(problem) => problem,
            // The client's request body could not be read.
            Failed::BrokeOff(error) if error.is_user() => Problem::BrokenOff(error),
            Failed::BrokeOff(error) => {
                let words = format!("the host aborted the response: {error}");
                shared.recorder.turned_away(&words);
                Problem::Unreached(StatusCode::BAD_GATEWAY, words)
            }
        }
    }
}

/// Counts that a host was not reached.
fn unreached(target: &str, why: &Unreached, shared: &Shared) -> Problem {
    match why {
        Unreached::NoRoom => shared.recorder.no_room(),
        why => shared.recorder.turned_away(&why.to_string()),
    }
    Problem::Unreached(why.status(), format!("{target}: {why}"))
}

/// Why there is no response from the host.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("this is a proxy: request CONNECT host:port or http://host/path")]
    NoTarget,
    #[error("{1}")]
    Unreached(StatusCode, String),
    #[error("the request was aborted: {0}")]
    BrokenOff(hyper::Error),
}

/// The proxy's own response. It closes the connection: a later response on it could be taken for the host's.
fn answer(problem: Problem) -> Response<Body> {
    let body = Full::new(Bytes::from(format!("tlstax observe: {problem}\n"))).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    *response.status_mut() = match problem {
        Problem::NoTarget | Problem::BrokenOff(_) => StatusCode::BAD_REQUEST,
        Problem::Unreached(status, _) => status,
    };
    response
}
