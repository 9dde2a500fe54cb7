//! What a right answer to a path is: the status, and what its body must be.
//!
//! The clients check every answer against this (crate `fetch`); here it is only derived from the path.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Path;

/// What every answer must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The status code.
    pub status: u16,
    /// What the body must be.
    pub body: Body,
}

/// What the body of every answer must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// JSON whose `url` is the URL that was asked for, and the same bytes each time it is asked for.
    Echo,
    /// This many bytes; `repeats`: the same ones each time.
    Sized {
        /// The length, bytes.
        length: u64,
        /// Whether every answer holds the same bytes.
        repeats: bool,
    },
    /// The same length each time.
    SameLength,
    /// Whatever it is, as long as it is complete: all that can be said of a server that is not known.
    Any,
}

/// Whose answers are to be expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Server {
    /// go-httpbin's, or the embedded origin's, which are the same.
    #[default]
    Httpbin,
    /// A server of the user's.
    Unknown,
}

impl Expectation {
    /// What a server that is not known answers: 200, and a body.
    pub fn unknown() -> Expectation {
        Expectation { status: 200, body: Body::Any }
    }

    /// What go-httpbin's endpoints answer to `path`. For a path that is not one of them: 200 and a body that does
    /// not change its length.
    pub fn of(path: &Path) -> Expectation {
        let segments: Vec<&str> = path.segments().collect();
        let with = |status, body| Expectation { status, body };
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
    fn each_endpoint_has_its_own_right_answer() {
        assert_eq!(of("/get?page=1"), Expectation { status: 200, body: Body::Echo });
        assert_eq!(of("/delay/0.1"), Expectation { status: 200, body: Body::Echo });
        assert_eq!(of("/status/204"), Expectation { status: 204, body: Body::SameLength });
        assert_eq!(of("/bytes/10?seed=1").body, Body::Sized { length: 10, repeats: true });
        assert_eq!(of("/bytes/10").body, Body::Sized { length: 10, repeats: false });
    }
}
