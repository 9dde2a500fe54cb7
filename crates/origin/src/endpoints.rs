//! The endpoints of go-httpbin v2 that workloads fetch, with the same responses: `/get`, `/headers`, `/status/{code}`,
//! `/delay/{duration}` and `/bytes/{n}`. Requests for other paths are refused as in go-httpbin, or echoed.
//!
//! This is a pure function from a request to a [`DelayedResponse`]; the server handles connections, waiting and
//! counting. Four differences from go-httpbin are known: `/bytes` generates other bytes for the same seed, `/delay`
//! does not echo a request's body, `/status/1xx` responds with 200 without the interim response, and long bodies have a
//! length where Go sends chunks.

mod bytes;
mod duration;
mod query;
mod response;
mod status;
mod strconv;

use std::net::IpAddr;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;

use query::Values;
use response::{json, plain};

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A response, and how long to wait before it is sent.
#[derive(Debug)]
pub(crate) struct DelayedResponse {
    /// The complete response.
    pub(crate) response: Response<Bytes>,
    /// Zero for all endpoints but `/delay`.
    pub(crate) delay: Duration,
}

/// The client of a request, and the transport.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    /// The client's address.
    pub(crate) address: IpAddr,
    /// Whether the connection uses TLS.
    pub(crate) tls: bool,
}

/// How to treat a request for an unknown endpoint, or with an unknown method or an invalid parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// Refuse it: the client meant an endpoint.
    Refuse,
    /// Respond as `/get` does: the client knows nothing of endpoints.
    Echo,
}

/// Why a request is not for an endpoint.
enum Refusal {
    Path,
    Method,
    /// In go-httpbin's words.
    Parameter(String),
}

/// Go's `noBodyResponse`, and with `body` its `bodyResponse`.
#[derive(Serialize)]
struct Echo {
    args: Values,
    headers: Values,
    method: String,
    origin: String,
    url: String,
    #[serde(flatten)]
    body: Option<EchoedBody>,
}

#[derive(Default, Serialize)]
struct EchoedBody {
    data: &'static str,
    files: Values,
    form: Values,
    json: (),
}

#[derive(Serialize)]
struct HeadersOnly {
    headers: Values,
}

#[derive(Serialize)]
struct Failure {
    status_code: u16,
    error: &'static str,
    detail: String,
}

/// The response to `request`.
pub(crate) fn answer<B>(request: &Request<B>, peer: Peer, unknown: Unknown) -> DelayedResponse {
    let mut delay = Duration::ZERO;
    let mut response = if request.method() == Method::OPTIONS {
        preflight(request.headers())
    } else {
        match respond(request, peer, &mut delay) {
            Ok(response) => response,
            // A 200 response to CONNECT would promise a tunnel.
            Err(_) if unknown == Unknown::Echo && request.method() != Method::CONNECT => {
                json(StatusCode::OK, &echo(request, peer))
            }
            Err(refusal) => refuse(refusal),
        }
    };
    // go-httpbin allows pages of all sites to read its responses (CORS).
    let anyone = HeaderValue::from_static("*");
    let origin = request.headers().get(header::ORIGIN).filter(|origin| !origin.is_empty()).cloned().unwrap_or(anyone);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    DelayedResponse { response, delay }
}

/// The response to a request for an endpoint.
fn respond<B>(request: &Request<B>, peer: Peer, delay: &mut Duration) -> Result<Response<Bytes>, Refusal> {
    match request.uri().path() {
        "/get" if [Method::GET, Method::HEAD].contains(request.method()) => {
            Ok(json(StatusCode::OK, &echo(request, peer)))
        }
        "/get" => Err(Refusal::Method),
        "/headers" => Ok(json(StatusCode::OK, &HeadersOnly { headers: headers(request) })),
        path => {
            if let Some(code) = parameter(path, "/status/") {
                status::respond(&code).map_err(Refusal::Parameter)
            } else if let Some(wait) = parameter(path, "/delay/") {
                let refused = |reason: String| Refusal::Parameter(format!("invalid duration: {reason}"));
                let nanoseconds = duration::parse_bounded(&wait).map_err(refused)?;
                *delay = Duration::from_nanos(nanoseconds);
                Ok(delayed(request, peer, nanoseconds))
            } else if let Some(count) = parameter(path, "/bytes/") {
                octets(&count, request.uri().query()).map_err(Refusal::Parameter)
            } else {
                Err(Refusal::Path)
            }
        }
    }
}

fn refuse(refusal: Refusal) -> Response<Bytes> {
    match refusal {
        Refusal::Path => plain(StatusCode::NOT_FOUND, "404 page not found\n"),
        Refusal::Method => method_not_allowed(),
        Refusal::Parameter(reason) => bad_request(reason),
    }
}

fn echo<B>(request: &Request<B>, peer: Peer) -> Echo {
    Echo {
        args: query::arguments(request.uri().query().unwrap_or_default()),
        headers: headers(request),
        method: request.method().to_string(),
        origin: client(request.headers(), peer.address),
        url: url(request, peer),
        body: None,
    }
}

fn delayed<B>(request: &Request<B>, peer: Peer, nanoseconds: u64) -> Response<Bytes> {
    let echo = Echo { body: Some(EchoedBody::default()), ..echo(request, peer) };
    let mut response = json(StatusCode::OK, &echo);
    let milliseconds = Duration::from_nanos(nanoseconds).as_secs_f64() * 1e3;
    let timing = format!("initial_delay;dur={milliseconds:.2};desc=\"initial delay\"");
    if let Ok(timing) = HeaderValue::try_from(timing) {
        response.headers_mut().insert(HeaderName::from_static("server-timing"), timing);
    }
    response
}

fn octets(count: &str, query: Option<&str>) -> Result<Response<Bytes>, String> {
    let body = bytes::draw(count, query::first(query.unwrap_or_default(), "seed").as_deref())?;
    let kind = (!body.is_empty()).then_some(OCTETS);
    let mut response = Response::new(body);
    response.headers_mut().extend(kind.map(|kind| (header::CONTENT_TYPE, kind)));
    Ok(response)
}

fn preflight(request: &HeaderMap) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("GET, POST, HEAD, PUT, DELETE, PATCH, OPTIONS");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    if let Some(asked) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

/// The value of `{…}` in a route `prefix{…}`: one segment of the path, unescaped.
fn parameter(path: &str, prefix: &str) -> Option<String> {
    let segment = path.strip_prefix(prefix)?;
    if segment.is_empty() || segment.contains('/') {
        return None;
    }
    query::unescape(segment, false)
}

/// The request's headers with Go's spelling of their names.
fn headers<B>(request: &Request<B>) -> Values {
    let mut values = Values::new();
    for (name, value) in request.headers() {
        values
            .entry(canonical(name.as_str()))
            .or_default()
            .push(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    values.insert("Host".to_owned(), vec![host(request)]);
    values
}

/// `user-agent` becomes `User-Agent`.
fn canonical(name: &str) -> String {
    let mut at_start = true;
    let spell = |letter: char| {
        let letter = if at_start { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
        at_start = letter == '-';
        letter
    };
    name.chars().map(spell).collect()
}

fn host<B>(request: &Request<B>) -> String {
    let in_target = request.uri().authority().map(|authority| authority.as_str().to_owned());
    in_target.or_else(|| text(request.headers(), "host").map(str::to_owned)).unwrap_or_default()
}

fn url<B>(request: &Request<B>, peer: Peer) -> String {
    let headers = request.headers();
    let forwarded = text(headers, "x-forwarded-proto").or_else(|| text(headers, "x-forwarded-protocol"));
    let scheme = match forwarded {
        Some(scheme) => scheme,
        None if text(headers, "x-forwarded-ssl") == Some("on") || peer.tls => "https",
        None => "http",
    };
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    format!("{scheme}://{}{target}", host(request))
}

/// The client's address, or the one that a proxy's header gives.
fn client(headers: &HeaderMap, address: IpAddr) -> String {
    let told = ["fly-client-ip", "cf-connecting-ip", "fastly-client-ip", "true-client-ip"];
    let told = told.into_iter().find_map(|name| text(headers, name));
    let forwarded = || text(headers, "x-forwarded-for").map(|list| list.split(',').next().unwrap_or(list).trim());
    told.or_else(forwarded).map_or_else(|| address.to_string(), str::to_owned)
}

/// A header's value, if the header is present and not empty.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

fn bad_request(detail: String) -> Response<Bytes> {
    let status = StatusCode::BAD_REQUEST;
    json(status, &Failure { status_code: status.as_u16(), error: "Bad Request", detail })
}

fn method_not_allowed() -> Response<Bytes> {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch_with(unknown: Unknown, method: Method, target: &str) -> DelayedResponse {
        let request = Request::builder().method(method).uri(target).header("host", "localhost:1").header("x-a", "1");
        answer(&request.body(()).unwrap(), Peer { address: [127, 0, 0, 1].into(), tls: true }, unknown)
    }

    fn fetch(method: Method, target: &str) -> DelayedResponse {
        fetch_with(Unknown::Refuse, method, target)
    }

    fn body(answer: &DelayedResponse) -> &str {
        std::str::from_utf8(answer.response.body()).unwrap()
    }

    #[test]
    fn get_has_gos_very_bytes() {
        let answer = fetch(Method::GET, "/get?b=2&a=1&a=%20x");
        let wanted = r#"{
  "args": {
    "a": [
      "1",
      " x"
    ],
    "b": [
      "2"
    ]
  },
  "headers": {
    "Host": [
      "localhost:1"
    ],
    "X-A": [
      "1"
    ]
  },
  "method": "GET",
  "origin": "127.0.0.1",
  "url": "https://localhost:1/get?b=2&a=1&a=%20x"
}
"#;
        assert_eq!(body(&answer), wanted);
    }

    #[test]
    fn delay_waits_and_echoes() {
        let answer = fetch(Method::GET, "/delay/0.25");
        assert_eq!(answer.delay, Duration::from_millis(250));
        assert_eq!(answer.response.headers()["server-timing"], "initial_delay;dur=250.00;desc=\"initial delay\"");
        assert!(body(&answer).ends_with("\"data\": \"\",\n  \"files\": {},\n  \"form\": {},\n  \"json\": null\n}\n"));
    }

    #[test]
    fn what_is_not_there_is_answered_as_go_does() {
        for target in ["/", "/nowhere", "/status/", "/bytes/1/2"] {
            assert_eq!(fetch(Method::GET, target).response.status(), 404, "{target}");
        }
        let post = fetch(Method::POST, "/get");
        assert_eq!((post.response.status().as_u16(), body(&post)), (405, "Method Not Allowed\n"));
    }

    #[test]
    fn what_is_not_there_is_echoed_where_that_is_asked_for() {
        for target in ["/", "/nowhere?a=1", "/status/ready", "/delay/x", "/bytes/1/2", "/bytes/1048577", "/get"] {
            let answer = fetch_with(Unknown::Echo, Method::PATCH, target);
            assert_eq!((answer.response.status().as_u16(), answer.delay), (200, Duration::ZERO), "{target}");
            let echo: serde_json::Value = serde_json::from_slice(answer.response.body()).unwrap();
            let url = format!("https://localhost:1{target}");
            assert_eq!((echo["method"].as_str(), echo["url"].as_str()), (Some("PATCH"), Some(url.as_str())));
        }
        assert_eq!(fetch_with(Unknown::Echo, Method::POST, "/status/503").response.status(), 503);
        assert_eq!(fetch_with(Unknown::Echo, Method::CONNECT, "localhost:1").response.status(), 404);
    }

    #[test]
    fn a_proxys_word_on_the_client_is_taken() {
        let request = Request::get("/get").header("x-forwarded-for", "192.0.2.7, 10.0.0.1").body(()).unwrap();
        assert_eq!(client(request.headers(), [127, 0, 0, 1].into()), "192.0.2.7");
    }
}
