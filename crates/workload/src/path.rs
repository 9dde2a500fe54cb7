//! The path (with query) that is fetched.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An absolute path with an optional query, in the characters that RFC 3986 allows there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(String);

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot be fetched: {reason}")]
pub struct PathError {
    text: String,
    reason: &'static str,
}

impl Path {
    /// `/get`: a small JSON response without delay.
    pub fn get() -> Path {
        Path("/get".to_owned())
    }

    /// `/delay/{seconds}`: the same response after the origin has waited this long.
    pub fn delay(seconds: f64) -> Path {
        Path(format!("/delay/{seconds}"))
    }

    /// The path as it stands in the request line.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments before the query: `/delay/0.1?page=3` has `delay` and `0.1`.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        let before_query = self.0.split('?').next().unwrap_or_default();
        before_query.split('/').skip(1)
    }

    /// The service time that a `/delay/{seconds}` path requests from the origin, in seconds; 0 for any other path.
    pub fn delay_seconds(&self) -> f64 {
        let mut segments = self.segments();
        match (segments.next(), segments.next()) {
            (Some("delay"), Some(seconds)) => {
                seconds.trim_end_matches('s').parse().ok().filter(|s: &f64| s.is_finite() && *s >= 0.0).unwrap_or(0.0)
            }
            _ => 0.0,
        }
    }
}

impl JsonSchema for Path {
    fn schema_name() -> Cow<'static, str> {
        "Path".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An absolute path with an optional query, in the characters that RFC 3986 allows there.",
            "pattern": "^/",
        })
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let refuse = |reason| Err(PathError { text: text.to_owned(), reason });
        if !text.starts_with('/') {
            return refuse("a path begins with '/', e.g. /get");
        }
        if text.len() > 2048 {
            return refuse("a path holds at most 2048 characters");
        }
        // RFC 3986 §3.3 and §3.4: pchar, "/" and "?"; a fragment never reaches the server.
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~%!$&'()*+,;=:@/?".contains(c);
        match text.chars().all(allowed) {
            true => Ok(Path(text.to_owned())),
            false => refuse("percent-encode what is not a letter, a digit or one of -._~!$&'()*+,;=:@/?"),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Path {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        text.parse()
    }
}

impl From<Path> for String {
    fn from(path: Path) -> String {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_injection_and_fragments_are_refused() {
        for text in ["get", "", "/a b", "/a\r\nHost: x", "/a#b", "/ä"] {
            assert!(text.parse::<Path>().is_err(), "{text:?} was taken");
        }
        assert!("/bytes/100?seed=3".parse::<Path>().is_ok());
    }

    #[test]
    fn the_delay_is_read_from_the_path() {
        let delay = |text: &str| text.parse::<Path>().map(|path| path.delay_seconds());
        assert_eq!(delay("/delay/0.1?page=2"), Ok(0.1));
        assert_eq!(delay("/delay/2s"), Ok(2.0));
        assert_eq!(delay("/delay/-1"), Ok(0.0));
        assert_eq!(delay("/get"), Ok(0.0));
    }
}
