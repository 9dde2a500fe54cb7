//! The method of a request.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::header::is_token;

/// The methods of RFC 9110 §9.3 and RFC 5789 but for CONNECT.
const KNOWN: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// The longest method, characters: more than any that is registered.
const LONGEST: usize = 32;

/// A method: a token (RFC 9110 §5.6.2), whose letters count as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Method(Cow<'static, str>);

/// Why a text is no method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    /// It is no token.
    #[error("{0:?} is no method: give one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, or another token")]
    NoToken(String),
    /// A known one in other letters.
    #[error("methods are told apart by case (RFC 9110 §9.1): did you mean {0}?")]
    Case(String),
    /// CONNECT.
    #[error("CONNECT asks a proxy for a tunnel, and fetches nothing")]
    Connect,
}

impl Method {
    /// POST.
    pub(super) fn post() -> Method {
        Method(Cow::Borrowed("POST"))
    }

    /// As it stands in the request line.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the usual one.
    pub fn is_get(&self) -> bool {
        self.0 == "GET"
    }

    /// Whether a server reads a body that comes with it.
    pub fn may_have_body(&self) -> bool {
        !["GET", "HEAD", "TRACE"].contains(&self.as_str())
    }
}

impl Default for Method {
    fn default() -> Method {
        Method(Cow::Borrowed("GET"))
    }
}

impl FromStr for Method {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Method, MethodError> {
        if !is_token(text) || text.len() > LONGEST {
            return Err(MethodError::NoToken(text.chars().take(LONGEST).collect()));
        }
        let upper = text.to_ascii_uppercase();
        match upper.as_str() {
            "CONNECT" => Err(MethodError::Connect),
            known if known != text && KNOWN.contains(&known) => Err(MethodError::Case(upper)),
            _ => Ok(Method(Cow::Owned(text.to_owned()))),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Method {
    type Error = MethodError;

    fn try_from(text: String) -> Result<Method, MethodError> {
        text.parse()
    }
}

impl From<Method> for String {
    fn from(method: Method) -> String {
        method.0.into_owned()
    }
}

impl JsonSchema for Method {
    fn schema_name() -> Cow<'static, str> {
        "Method".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A method: a token (RFC 9110 §5.6.2), whose letters count as they are.",
            "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_a_token_in_its_own_letters() {
        for text in ["GET", "PATCH", "PURGE", "M-SEARCH", "purge"] {
            assert_eq!(text.parse::<Method>().unwrap().as_str(), text);
        }
        for text in ["", "GET ", "PO ST", "GET\r\n", "GÉT", "A".repeat(33).as_str()] {
            assert!(matches!(text.parse::<Method>(), Err(MethodError::NoToken(_))), "{text:?}");
        }
        assert_eq!("post".parse::<Method>(), Err(MethodError::Case("POST".to_owned())));
        assert_eq!("connect".parse::<Method>(), Err(MethodError::Connect));
    }
}
