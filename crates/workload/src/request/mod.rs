//! What every request of a workload says beside its path: a GET without a body and without headers of the user's, unless
//! something else was asked for.

mod header;
mod method;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use header::{Header, HeaderError};
pub use method::{Method, MethodError};

/// What every request says beside its path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RequestSpec {
    /// Its method.
    #[serde(skip_serializing_if = "Method::is_get")]
    pub method: Method,
    /// Headers of the user's, in their order. One replaces the client's own of that name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// Its body; `None`: it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<BodySpec>,
}

/// Which body every request has. What it holds is not written down, only by what it is told from any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BodySpec {
    /// Its length, bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// Why requests cannot be made like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Two hosts.
    #[error("the header Host is given twice, and a request has one (RFC 9112 §3.2): leave one out")]
    TwoHosts,
    /// A body where none belongs.
    #[error("a {0} request has no body that a server would read (RFC 9110 §9.3): leave --body out, or name a --method")]
    NoBody(Method),
}

impl RequestSpec {
    /// What was asked for. Without a method it is a GET, or a POST where there is a body.
    ///
    /// # Errors
    /// When Host is given twice, and when there is a body that the method does not go with.
    pub fn new(
        method: Option<Method>,
        headers: Vec<Header>,
        body: Option<BodySpec>,
    ) -> Result<RequestSpec, RequestError> {
        let method = method.unwrap_or_else(|| if body.is_some() { Method::post() } else { Method::default() });
        if headers.iter().filter(|header| header.is("host")).count() > 1 {
            return Err(RequestError::TwoHosts);
        }
        match body.is_some() && !method.may_have_body() {
            true => Err(RequestError::NoBody(method)),
            false => Ok(RequestSpec { method, headers, body }),
        }
    }

    /// Whether nothing but the path is said.
    pub fn is_default(&self) -> bool {
        *self == RequestSpec::default()
    }
}

impl fmt::Display for RequestSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers = match self.headers.len() {
            0 => None,
            1 => Some("1 header".to_owned()),
            count => Some(format!("{count} headers")),
        };
        let body = self.body.as_ref().map(|body| format!("a body of {} bytes", body.bytes));
        let with: Vec<String> = headers.into_iter().chain(body).collect();
        match with.is_empty() {
            true => write!(f, "{}", self.method),
            false => write!(f, "{} with {}", self.method, with.join(" and ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> BodySpec {
        BodySpec { bytes: 3, sha256: "ab".into() }
    }

    fn headers(texts: &[&str]) -> Vec<Header> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_body_makes_a_post_and_goes_with_no_get() {
        assert!(RequestSpec::new(None, Vec::new(), None).unwrap().is_default());
        let posted = RequestSpec::new(None, headers(&["A: 1", "A: 2"]), Some(body())).unwrap();
        assert_eq!(posted.to_string(), "POST with 2 headers and a body of 3 bytes");
        for method in ["GET", "HEAD", "TRACE"] {
            let error = RequestSpec::new(Some(method.parse().unwrap()), Vec::new(), Some(body())).unwrap_err();
            assert!(error.to_string().contains(method), "{error}");
        }
        for method in ["DELETE", "PUT", "PURGE"] {
            assert!(RequestSpec::new(Some(method.parse().unwrap()), Vec::new(), Some(body())).is_ok());
        }
    }

    #[test]
    fn one_host_is_enough() {
        assert!(RequestSpec::new(None, headers(&["Host: a"]), None).is_ok());
        assert_eq!(RequestSpec::new(None, headers(&["Host: a", "hOST: b"]), None), Err(RequestError::TwoHosts));
    }

    #[test]
    fn what_was_sent_survives_its_text_and_what_is_usual_leaves_none() {
        let spec = RequestSpec::new(Some("PUT".parse().unwrap()), headers(&["X-A: a: b"]), Some(body())).unwrap();
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(text, r#"{"method":"PUT","headers":["X-A: a: b"],"body":{"bytes":3,"sha256":"ab"}}"#);
        assert_eq!(serde_json::from_str::<RequestSpec>(&text).unwrap(), spec);
        assert_eq!(serde_json::to_string(&RequestSpec::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<RequestSpec>("{}").unwrap(), RequestSpec::default());
        assert!(serde_json::from_str::<RequestSpec>(r#"{"headers":["A: b\r\nHost: c"]}"#).is_err());
    }
}
