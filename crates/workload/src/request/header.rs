//! A header of the user's, as `Name: value`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Headers that say where a message ends and what becomes of its connection (RFC 9112 §6, §9; RFC 9110 §7.6, §10.1).
/// Who sets them must act on them, so they are the client's.
const CLIENTS: [&str; 9] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
];

/// The longest header, bytes: servers refuse longer ones.
const LONGEST: usize = 8 << 10;

/// One header line: a name and a value that no client has to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Header {
    name: String,
    value: String,
}

/// Why a text is no header that can be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// It has no colon.
    #[error("a header is written as 'Name: value'")]
    NoColon,
    /// Its name is no token.
    #[error("{0:?} is no header name (RFC 9110 §5.1): letters, digits and !#$%&'*+-.^_`|~ make one")]
    Name(String),
    /// Its value is empty.
    #[error("the header {0} has no value: write it as '{0}: value', or leave it out")]
    NoValue(String),
    /// Its value holds a control character, or is not ASCII.
    #[error(
        "the value of the header {0} holds a line break, a control character or a letter beyond ASCII, which would end \
         the header or be read differently by each server: take it out, or encode it"
    )]
    Value(String),
    /// It is the client's to set.
    #[error("the header {0} is the client's to set: it says where a message or its connection ends")]
    Clients(String),
    /// It is too long.
    #[error("the header {0} is longer than the 8 KiB that servers take")]
    Long(String),
}

impl Header {
    /// Its name, in the letters of whoever wrote it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, without space around it.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether it has that name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Whether a text is a token (RFC 9110 §5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

impl FromStr for Header {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Header, HeaderError> {
        let (name, value) = text.split_once(':').ok_or(HeaderError::NoColon)?;
        if !is_token(name) {
            return Err(HeaderError::Name(name.chars().take(80).collect()));
        }
        // Space and tab around a value are no part of it (RFC 9110 §5.5).
        let (name, value) = (name.to_owned(), value.trim_matches([' ', '\t']));
        if text.len() > LONGEST {
            return Err(HeaderError::Long(name));
        }
        if CLIENTS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(HeaderError::Clients(name));
        }
        if value.is_empty() {
            return Err(HeaderError::NoValue(name));
        }
        match value.chars().all(|c| matches!(c, '\t' | ' '..='~')) {
            true => Ok(Header { name, value: value.to_owned() }),
            false => Err(HeaderError::Value(name)),
        }
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}

impl TryFrom<String> for Header {
    type Error = HeaderError;

    fn try_from(text: String) -> Result<Header, HeaderError> {
        text.parse()
    }
}

impl From<Header> for String {
    fn from(header: Header) -> String {
        header.to_string()
    }
}

impl JsonSchema for Header {
    fn schema_name() -> Cow<'static, str> {
        "Header".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "One header line: a name, a colon, a space and a value.",
            "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\\t -~]+$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> HeaderError {
        text.parse::<Header>().unwrap_err()
    }

    #[test]
    fn a_header_has_a_name_and_a_value() {
        let header: Header = "X-Trace:\t a:b \t".parse().unwrap();
        assert_eq!((header.name(), header.value(), header.to_string().as_str()), ("X-Trace", "a:b", "X-Trace: a:b"));
        assert_eq!(header.to_string().parse(), Ok(header));
        assert_eq!(error("X-Trace"), HeaderError::NoColon);
        assert_eq!(error("X-Trace: "), HeaderError::NoValue("X-Trace".to_owned()));
        assert!(matches!(error(&format!("A: {}", "x".repeat(9_000))), HeaderError::Long(_)));
    }

    #[test]
    fn nothing_is_smuggled_in() {
        for value in ["a\r\nHost: x", "a\nb", "a\rb", "a\0", "a\x7f", "é"] {
            assert_eq!(error(&format!("A: {value}")), HeaderError::Value("A".to_owned()), "{value:?}");
        }
        for name in ["", " A", "A ", "A\r\nB", "Ä", "a/b", "\u{1b}[0m"] {
            assert_eq!(error(&format!("{name}: x")), HeaderError::Name(name.to_owned()), "{name:?}");
        }
        for name in CLIENTS {
            let upper = name.to_ascii_uppercase();
            assert_eq!(error(&format!("{upper}: 1")), HeaderError::Clients(upper), "{name}");
        }
    }
}
