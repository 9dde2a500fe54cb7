//! Rewrites requests and responses for the next hop.

use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER, UPGRADE};
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Uri};

use super::super::next_proxy::NextProxy;

/// Headers that are meant for the next hop only (RFC 9110 §7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    CONNECTION,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("keep-alive"),
    TE,
    TRAILER,
    UPGRADE,
];

pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// `host:port` of a URI in absolute form.
pub(super) fn target(uri: &Uri) -> Option<String> {
    let host = uri.host().filter(|host| !host.is_empty() && uri.scheme_str() == Some("http"))?;
    Some(format!("{}:{}", host.to_ascii_lowercase(), uri.port_u16().unwrap_or(80)))
}

/// The request as it is sent on, without headers that were meant for this proxy: with the path only for a host, in
/// absolute form for an upstream proxy. The absolute form determines `Host`, whatever the client sent (RFC 9112
/// §3.2.2), and must not contain user information (RFC 9110 §4.2.4).
pub(super) fn outgoing(mut request: Request<Incoming>, next: Option<&NextProxy>) -> Request<Body> {
    strip(request.headers_mut());
    let authority = authority(request.uri());
    if let Ok(host) = HeaderValue::from_str(&authority) {
        request.headers_mut().insert(HOST, host);
    }
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let uri = match next {
        Some(_) => format!("http://{authority}{path}"),
        None => path.to_owned(),
    };
    // Parts of a parsed URI form a valid URI.
    *request.uri_mut() = uri.parse().unwrap_or_default();
    if let Some(authorization) = next.and_then(|next| next.authorization.as_ref()) {
        request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
    }
    request.map(BodyExt::boxed)
}

/// A URI's host and port as they are written, without user information.
fn authority(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_owned()
}

/// A copy of the request, if it may be sent again when its outcome is unknown (RFC 9110 §9.2.2), and it has no body.
pub(super) fn again(request: &Request<Body>) -> Option<Request<Body>> {
    if !request.method().is_idempotent() || !request.body().is_end_stream() {
        return None;
    }
    let mut again = Request::new(http_body_util::Empty::new().map_err(|never| match never {}).boxed());
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.version_mut() = request.version();
    *again.headers_mut() = request.headers().clone();
    *again.extensions_mut() = request.extensions().clone();
    Some(again)
}

/// Removes the headers that were meant for this proxy only.
pub(super) fn strip(headers: &mut HeaderMap) {
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
