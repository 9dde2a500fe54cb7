//! What every request of a trial says beside its target, parsed once so that no request pays for it.

use std::path::Path;

use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderName};
use hyper::http::{HeaderValue, Method};
use workload::RequestSpec;

use crate::PrepareError;

/// What every request says beside its target.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestParts {
    /// Its method.
    pub(crate) method: Method,
    /// Headers of the user's, and the length of the body where the method is one that has a body.
    pub(crate) headers: HeaderMap,
    /// The body; `None` where the method has none.
    pub(crate) body: Option<Bytes>,
}

impl RequestParts {
    /// Reads the body and parses the rest.
    ///
    /// # Errors
    /// When the body cannot be read or is not the one that was told, and when a library takes no such method or header.
    pub(crate) fn read(spec: &RequestSpec, body_file: Option<&Path>) -> Result<RequestParts, PrepareError> {
        let method = Method::from_bytes(spec.method.as_str().as_bytes()).map_err(refused)?;
        let mut headers = HeaderMap::new();
        for header in &spec.headers {
            let name = HeaderName::from_bytes(header.name().as_bytes()).map_err(refused)?;
            headers.append(name, HeaderValue::from_str(header.value()).map_err(refused)?);
        }
        let told = spec.body.as_ref().map_or(0, |body| body.bytes);
        let body = match body_file.filter(|_| spec.body.is_some()) {
            Some(path) => Bytes::from(std::fs::read(path).map_err(refused)?),
            None => Bytes::new(),
        };
        if body.len() as u64 != told {
            return Err(refused(format!("its body has {} bytes, {told} were told", body.len())));
        }
        // Without a length a server could not tell an empty body from one that is yet to come (RFC 9110 §8.6).
        let has_body = spec.body.is_some() || [Method::POST, Method::PUT, Method::PATCH].contains(&method);
        if has_body {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(told));
        }
        Ok(RequestParts { method, headers, body: has_body.then_some(body) })
    }
}

fn refused(reason: impl std::fmt::Display) -> PrepareError {
    PrepareError::Request { reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use workload::BodySpec;

    use super::*;

    fn read(spec: &str, body: Option<&str>) -> Result<RequestParts, PrepareError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body");
        std::fs::write(&path, body.unwrap_or_default()).unwrap();
        RequestParts::read(&serde_json::from_str(spec).unwrap(), body.map(|_| path.as_path()))
    }

    #[test]
    fn a_get_says_nothing_and_a_post_tells_its_length() {
        let parts = read("{}", None).unwrap();
        assert!(parts.headers.is_empty() && parts.body.is_none() && parts.method == Method::GET);
        let parts = read(r#"{"method":"POST","headers":["A: 1","a: 2"]}"#, None).unwrap();
        assert_eq!((parts.headers[CONTENT_LENGTH].as_bytes(), parts.body), (&b"0"[..], Some(Bytes::new())));
        assert_eq!(parts.headers.get_all("a").iter().count(), 2);
    }

    #[test]
    fn the_body_is_the_one_that_was_told() {
        let spec = RequestSpec {
            method: "DELETE".parse().unwrap(),
            body: Some(BodySpec { bytes: 3, sha256: String::new() }),
            ..RequestSpec::default()
        };
        let spec = serde_json::to_string(&spec).unwrap();
        assert_eq!(read(&spec, Some("abc")).unwrap().body, Some(Bytes::from("abc")));
        assert!(read(&spec, Some("abcd")).unwrap_err().to_string().contains("4 bytes, 3 were told"));
        assert!(read(&spec, None).unwrap_err().to_string().contains("0 bytes, 3 were told"));
    }
}
