//! Makes responses as Go's libraries do.

use hyper::body::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
pub(super) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// An error response as Go's HTTP library makes it.
pub(super) fn plain(status: StatusCode, body: &'static str) -> Response<Bytes> {
    let mut response = typed(status, TEXT, Bytes::from_static(body.as_bytes()));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A JSON body, indented by two spaces, with a newline at the end, as go-httpbin configures Go's encoder.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response<Bytes> {
    match serde_json::to_vec_pretty(value) {
        Ok(mut body) => {
            body.push(b'\n');
            typed(status, JSON, body.into())
        }
        // Maps with string keys always serialise; if one did not, the client must notice.
        Err(_) => typed(StatusCode::INTERNAL_SERVER_ERROR, TEXT, Bytes::new()),
    }
}

/// A response with `body` of the content type `kind`.
pub(super) fn typed(status: StatusCode, kind: HeaderValue, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
