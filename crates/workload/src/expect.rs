//! The right response to a path: the status, and the requirements for its body.
//!
//! The clients check every response (crate `fetch`); here the expectation is only derived from the path.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Path;

/// The requirements for every response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The status code.
    pub status: Status,
    /// The requirements for the body.
    pub body: Body,
}

/// The status codes that a response may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// This one.
    Is(u16),
    /// Any that means success: 2xx.
    Successful,
}

impl Status {
    /// Whether a response may have that status code.
    pub fn allows(self, code: u16) -> bool {
        match self {
            Status::Is(due) => code == due,
            Status::Successful => (200..300).contains(&code),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Is(code) => code.fmt(f),
            Status::Successful => f.write_str("2xx"),
        }
    }
}

/// The requirements for the body of every response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// JSON whose `url` is the requested URL, with the same bytes each time.
    Echo,
    /// This many bytes; `repeats`: the same ones each time.
    Sized {
        /// The length, bytes.
        length: u64,
        /// Whether every response has the same bytes.
        repeats: bool,
    },
    /// The same length each time.
    SameLength,
    /// Any complete body: nothing else is known about an unknown server.
    Any,
}

/// The kind of server, which determines the expected responses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Server {
    /// go-httpbin or the embedded origin, whose responses are the same.
    #[default]
    Httpbin,
    /// A server of the user's.
    Unknown,
}

impl Expectation {
    /// The expected response of an unknown server: success, and a body.
    pub fn unknown() -> Expectation {
        Expectation { status: Status::Successful, body: Body::Any }
    }

    /// The response of go-httpbin's endpoints to `path`. For a path that is not one of them: 200 and a body whose
    /// length does not change.
    pub fn of(path: &Path) -> Expectation {
        let segments: Vec<&str> = path.segments().collect();
        let with = |status, body| Expectation { status: Status::Is(status), body };
        match segments[..] {
            ["get"] | ["delay", _] => with(200, Body::Echo),
            ["bytes", count] => match count.parse() {
                Ok(length) => with(200, Body::Sized { length, repeats: path.as_str().contains("seed=") }),
                Err(_) => with(200, Body::SameLength),
            },
            ["status", code] => with(code.parse().unwrap_or(200), Body::SameLength),
            _ => with(200, Body::SameLength),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Expectation {
        Expectation::of(&path.parse().unwrap())
    }

    #[test]
    fn a_server_that_is_not_known_may_answer_with_any_success() {
        let status = Expectation::unknown().status;
        assert!(status.allows(200) && status.allows(201) && status.allows(204));
        assert!(!status.allows(199) && !status.allows(301) && !status.allows(404));
        assert!(Status::Is(404).allows(404) && !Status::Is(200).allows(204));
    }

    #[test]
    fn each_endpoint_has_its_own_right_answer() {
        assert_eq!(of("/get?page=1"), Expectation { status: Status::Is(200), body: Body::Echo });
        assert_eq!(of("/delay/0.1"), Expectation { status: Status::Is(200), body: Body::Echo });
        assert_eq!(of("/status/204"), Expectation { status: Status::Is(204), body: Body::SameLength });
        assert_eq!(of("/bytes/10?seed=1").body, Body::Sized { length: 10, repeats: true });
        assert_eq!(of("/bytes/10").body, Body::Sized { length: 10, repeats: false });
    }
}
