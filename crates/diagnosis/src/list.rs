//! All findings, one line each: failures first, then in the order in which findings with equal savings are shown.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::code::Code;
use crate::finding::Advice;
use crate::findings as rules;
use crate::rule::{Doc, Rule};

macro_rules! findings {
    ($($name:ident = $module:ident;)*) => {
        /// The rules, in order.
        pub(crate) const RULES: &[&Rule] = &[$(&rules::$module::RULE),*];

        impl Code {
            $(
                #[doc = concat!("The finding of `findings/", stringify!($module), ".rs`.")]
                pub const $name: Code = rules::$module::RULE.code;
            )*
        }
    };
}

findings! {
    NOT_SEEN = not_seen;
    ERRORS = errors;
    ALERTS = alerts;
    SERIALIZED = serialized;
    ONE_AT_A_TIME = one_at_a_time;
    HANDSHAKE_HELD = handshake_held;
    REVOCATION_FETCH = revocation_fetch;
    EXPECT_CONTINUE = expect_continue;
    LATE_CLOSE = late_close;
    FLOW_CONTROL = flow_control;
    STREAM_LIMIT = stream_limit;
    NO_REUSE = no_reuse;
    IDLE_CUT = idle_cut;
    NO_RESUMPTION = no_resumption;
    CLIENT_PER_REQUEST = client_per_request;
    TRUST_STORE_PER_CONNECTION = trust_store_per_connection;
    UNUSED_CONNECTIONS = unused_connections;
    TLS12 = tls12;
    EXTRA_ROUND_TRIPS = extra_round_trips;
    HELLO_RETRY = hello_retry;
    LONG_CHAIN = long_chain;
    RSA_LEAF = rsa_leaf;
    DELAYED_ACK = delayed_ack;
    RESOLVING = resolving;
    CONNECTING = connecting;
    UNEVEN_CONCURRENCY = uneven_concurrency;
}

/// An unknown code of a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no finding is called {name:?}; {}", .nearest.map_or_else(all_names, |code| format!("did you mean {code}?")))]
pub struct UnknownCode {
    name: String,
    nearest: Option<Code>,
}

/// How similar a code must be to be suggested (Jaro-Winkler, which favours a common prefix). Lower values suggest
/// unrelated codes.
const ALIKE: f64 = 0.75;

impl Code {
    /// All codes, in order.
    pub fn all() -> impl Iterator<Item = Code> {
        RULES.iter().map(|rule| rule.code)
    }

    /// The finding in plain words, without a full stop.
    pub fn title(self) -> &'static str {
        self.rule().map_or("", |rule| rule.title)
    }

    /// Whether the finding is a failure rather than lost time: requests failed or were not seen.
    pub fn is_failure(self) -> bool {
        self.rule().is_some_and(|rule| rule.failure)
    }

    /// The beginning of its section in the documentation: what it means, what is seen, how its saving is estimated.
    pub fn documentation(self) -> String {
        self.rule().map_or_else(String::new, |rule| {
            let Doc { means, seen, saves } = &rule.doc;
            format!("{means}\n\n- **Seen:** {seen}\n- **Saves:** {saves}\n")
        })
    }

    /// All advice that the finding may give, for any program.
    pub fn advice(self) -> Vec<Advice> {
        self.rule().map_or_else(Vec::new, |rule| (rule.advice)())
    }

    fn rule(self) -> Option<&'static Rule> {
        RULES.iter().copied().find(|rule| rule.code == self)
    }

    fn nearest(sought: &str) -> Option<Code> {
        let likeness = |code: &Code| strsim::jaro_winkler(sought, code.name());
        Code::all().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|code| likeness(code) >= ALIKE)
    }

    fn place(self) -> usize {
        RULES.iter().position(|rule| rule.code == self).unwrap_or(RULES.len())
    }
}

fn all_names() -> String {
    let names: Vec<&str> = Code::all().map(Code::name).collect();
    format!("findings are {}", names.join(", "))
}

impl Ord for Code {
    fn cmp(&self, other: &Code) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Code, UnknownCode> {
        let found = Code::all().find(|code| code.name() == name);
        found.ok_or_else(|| UnknownCode { name: name.to_owned(), nearest: Code::nearest(&name.to_lowercase()) })
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Code, D::Error> {
        let name = Cow::<'de, str>::deserialize(from)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Code::all().map(Code::name).collect();
        json_schema!({ "type": "string", "enum": names, "description": "The kind of a finding." })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_the_same_in_json_and_on_the_command_line_and_each_is_there_once() {
        for code in Code::all() {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("{:?}", code.name()));
            assert_eq!(code.name().parse(), Ok(code));
        }
        assert_eq!(Code::all().collect::<HashSet<_>>().len(), RULES.len());
    }

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest_and_nonsense_with_all() {
        let said = |name: &str| name.parse::<Code>().unwrap_err().to_string();
        assert_eq!(said("no-reues"), "no finding is called \"no-reues\"; did you mean no-reuse?");
        assert!(said("Serialised").ends_with("did you mean serialized?"));
        assert!(said("xyzzy").contains("findings are not-seen, errors, alerts"));
    }

    #[test]
    fn every_rule_has_a_section_in_the_documentation_that_begins_as_it_says() {
        let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observe.md")).unwrap();
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let docs = words(&docs);
        for code in Code::all() {
            let section = format!("### `{code}` {}", words(&code.documentation()));
            assert!(docs.contains(&section), "docs/observe.md lacks:\n### `{code}`\n\n{}", code.documentation());
        }
    }

    #[test]
    fn advice_that_differs_by_language_has_a_line_for_each_that_makes_connections() {
        use observation::Runtime::{Curl, Go, Java, Node, Php, Python, Ruby, Rust};
        for code in [Code::NO_REUSE, Code::SERIALIZED, Code::ONE_AT_A_TIME, Code::TRUST_STORE_PER_CONNECTION] {
            let advice = code.advice();
            for runtime in [Python, Node, Go, Java, Php, Ruby, Rust, Curl] {
                assert!(advice.iter().any(|line| line.runtime == Some(runtime)), "{code} says nothing to {runtime:?}");
            }
        }
    }
}
