//! Requests in absolute form (RFC 9112 §3.2.2), which programs send a proxy for plain HTTP: passed on by hyper.

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
use observation::{Lane, Way as Seen};
use tokio::net::TcpStream;
use wire::Side;

use super::destination::{Unreached, Way, by_proxy};
use super::head::Head;
use super::next::{self, Next};
use super::shared::Shared;
use crate::clock::now_ns;
use connection_pool::{ConnectionPool, Hop};
use message::{Body, again, outgoing, strip, target};
use tapped::{Answered, Tapped, hung_up};

/// Serves all requests of one connection, the first of which has been read.
pub(super) async fn serve(stream: TcpStream, opened_ns: u64, head: Head, shared: &Rc<Shared>) {
    let stream = Rc::new(stream);
    let mut lane = Lane::open(&shared.recorder, Seen::Forwarded, opened_ns);
    lane.established(now_ns());
    lane.bytes(Side::Client, head.bytes(), now_ns());
    let lane = Rc::new(RefCell::new(lane));
    let answered = Rc::new(Answered::default());
    let early = Bytes::copy_from_slice(head.bytes());
    let tapped = Tapped { stream: Rc::clone(&stream), lane: Rc::clone(&lane), early, answered: Rc::clone(&answered) };
    let hops = RefCell::new(ConnectionPool::default());
    let service = service_fn(|request| {
        let (shared, lane, hops, answered) = (Rc::clone(shared), Rc::clone(&lane), &hops, &answered);
        async move {
            // What is written before the host has answered is not its: "100 Continue", which the server says by itself.
            answered.by_host.set(false);
            let passed = pass_on(request, &shared, &lane, hops).await;
            answered.by_host.set(passed.is_ok());
            Ok::<_, Infallible>(passed.unwrap_or_else(answer))
        }
    });
    let mut server = server::Builder::new();
    // A client that has ended its direction after its request may still wait for the answer.
    server.preserve_header_case(true).half_close(true);
    tokio::select! {
        biased;
        // An error is a client that hung up or spoke no HTTP: the lane has it.
        _ = server.serve_connection(TokioIo::new(tapped), service) => {}
        // The server does not look at a client whose answer it waits for. What it waits for ends here.
        () = hung_up(&stream) => lane.borrow_mut().ended(Side::Client, now_ns()),
    }
    drop(hops);
    if let Ok(lane) = Rc::try_unwrap(lane) {
        lane.into_inner().closed(now_ns());
    }
}

/// The host's answer, or why there is none.
async fn pass_on(
    request: Request<Incoming>,
    shared: &Shared,
    lane: &RefCell<Lane>,
    hops: &RefCell<ConnectionPool>,
) -> Result<Response<Body>, Problem> {
    let target = target(request.uri()).ok_or(Problem::NoTarget)?;
    lane.borrow_mut().goes_to(&target);
    let way = shared.destinations.way("http", &target).map_err(|why| unreached(&target, &why, shared))?;
    let next = match &way {
        Way::Through(next) => Some(next),
        _ => None,
    };
    let to = next.map_or(target.as_str(), Next::address);
    let (hop, response) = exchange(outgoing(request, next), to, hops, async || {
        let reached = shared.destinations.connect(&way, &target).await;
        let reached = reached.map_err(|why| unreached(&target, &why, shared))?;
        reached.tell(&mut lane.borrow_mut());
        Ok(reached.stream)
    })
    .await
    .map_err(|failed| failed.problem(shared))?;
    if let Some(next) = next.filter(|_| response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED) {
        let status = response.status();
        let words = next::words(status.as_u16(), status.canonical_reason().unwrap_or_default());
        return Err(unreached(&target, &by_proxy(next, next::Problem::Refused(words)), shared));
    }
    hops.borrow_mut().keep(hop);
    let mut response = response.map(BodyExt::boxed);
    strip(response.headers_mut());
    Ok(response)
}

/// Sends a request on the connection to `to` that is there already, or else on one that is made for it. One that was
/// kept may end while it is used (RFC 9112 §9.3.1): what was not sent then, or may be sent twice, goes by a new one.
async fn exchange(
    mut request: Request<Body>,
    to: &str,
    hops: &RefCell<ConnectionPool>,
    connect: impl AsyncFnOnce() -> Result<TcpStream, Problem>,
) -> Result<(Hop, Response<Incoming>), Failed> {
    let kept = hops.borrow_mut().take(to);
    let kept = match kept {
        Some(hop) => connection_pool::ready(hop).await,
        None => None,
    };
    if let Some(mut hop) = kept {
        let copy = again(&request);
        match hop.send(request).await {
            Ok(response) => return Ok((hop, response)),
            Err(mut error) => {
                let copy = copy.filter(|_| !error.error().is_user() && !error.error().is_parse());
                match error.take_message().or(copy) {
                    Some(unanswered) => request = unanswered,
                    None => return Err(Failed::BrokeOff(error.into_error())),
                }
            }
        }
    }
    let place = hops.borrow_mut().make_room();
    let stream = connect().await.map_err(Failed::Unreached)?;
    let mut hop = Hop::begin(to.to_owned(), stream, place).await.map_err(Failed::BrokeOff)?;
    match hop.send(request).await {
        Ok(response) => Ok((hop, response)),
        Err(error) => Err(Failed::BrokeOff(error.into_error())),
    }
}

/// Why a request has no answer.
enum Failed {
    Unreached(Problem),
    BrokeOff(hyper::Error),
}

impl Failed {
    /// What the client is told. It is counted, where it is the host's failure.
    fn problem(self, shared: &Shared) -> Problem {
        match self {
            Failed::Unreached(problem) => problem,
            // What could not be read of the client's.
            Failed::BrokeOff(error) if error.is_user() => Problem::BrokenOff(error),
            Failed::BrokeOff(error) => {
                let words = format!("the host broke off: {error}");
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

/// Why a request was not answered by its host.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("a proxy is asked for CONNECT host:port or http://host/path")]
    NoTarget,
    #[error("{1}")]
    Unreached(StatusCode, String),
    #[error("the request was broken off: {0}")]
    BrokenOff(hyper::Error),
}

/// Our own answer. The connection ends with it: what follows on it would be taken for what the host owes.
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
