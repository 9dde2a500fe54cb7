//! The names of the findings.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a finding is. In JSON and on the command line in kebab-case: `no-reuse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Nothing of the command's requests was seen.
    NotSeen,
    /// Requests failed.
    Errors,
    /// TLS alerts ended handshakes or connections.
    Alerts,
    /// Connections were open side by side and one request was under way at a time.
    Serialized,
    /// The client kept handshakes waiting.
    HandshakeHeld,
    /// Connections were opened where one could have been used again.
    NoReuse,
    /// Full handshakes were made where a session could have been resumed.
    NoResumption,
    /// A trust store was loaded for every connection or so.
    ClientPerRequest,
    /// TLS 1.2 where 1.3 would have done.
    Tls12,
    /// Handshakes took more round trips than their version needs.
    ExtraRoundTrips,
    /// Servers asked for a second ClientHello.
    HelloRetry,
    /// The server's certificates are long.
    LongChain,
    /// The server signs with RSA.
    RsaLeaf,
    /// Requests were sent in two parts, the second after a delayed acknowledgement.
    DelayedAck,
    /// The server ended idle connections that the client then needed.
    IdleCut,
    /// Resolving names took a great part of the time.
    Resolving,
    /// Connecting took a great part of the time.
    Connecting,
    /// Requests were under way in batches, with lulls between.
    UnevenConcurrency,
}

/// A name that no finding has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no finding is called {name:?}; {}", .nearest.map_or_else(all_names, |code| format!("did you mean {code}?")))]
pub struct UnknownCode {
    name: String,
    nearest: Option<Code>,
}

/// How alike (Jaro-Winkler, which favours a common beginning) a name must be to be offered: keeps guesses apart from
/// noise.
const ALIKE: f64 = 0.75;

impl Code {
    /// All of them, by what they stop: failures first.
    pub const ALL: [Code; 18] = [
        Code::NotSeen,
        Code::Errors,
        Code::Alerts,
        Code::Serialized,
        Code::HandshakeHeld,
        Code::NoReuse,
        Code::NoResumption,
        Code::ClientPerRequest,
        Code::Tls12,
        Code::ExtraRoundTrips,
        Code::HelloRetry,
        Code::LongChain,
        Code::RsaLeaf,
        Code::DelayedAck,
        Code::IdleCut,
        Code::Resolving,
        Code::Connecting,
        Code::UnevenConcurrency,
    ];

    /// As it is written in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Code::NotSeen => "not-seen",
            Code::Errors => "errors",
            Code::Alerts => "alerts",
            Code::Serialized => "serialized",
            Code::HandshakeHeld => "handshake-held",
            Code::NoReuse => "no-reuse",
            Code::NoResumption => "no-resumption",
            Code::ClientPerRequest => "client-per-request",
            Code::Tls12 => "tls12",
            Code::ExtraRoundTrips => "extra-round-trips",
            Code::HelloRetry => "hello-retry",
            Code::LongChain => "long-chain",
            Code::RsaLeaf => "rsa-leaf",
            Code::DelayedAck => "delayed-ack",
            Code::IdleCut => "idle-cut",
            Code::Resolving => "resolving",
            Code::Connecting => "connecting",
            Code::UnevenConcurrency => "uneven-concurrency",
        }
    }

    /// What it is, in plain words, without a full stop.
    pub fn title(self) -> &'static str {
        match self {
            Code::NotSeen => "the command's requests did not come by here",
            Code::Errors => "requests or connections failed",
            Code::Alerts => "TLS failed: one side refused the other",
            Code::Serialized => "connections wait for each other: one request at a time",
            Code::HandshakeHeld => "the client keeps handshakes waiting",
            Code::NoReuse => "connections are not used again",
            Code::NoResumption => "sessions are not resumed: every handshake is a full one",
            Code::ClientPerRequest => "the trust store is loaded again and again",
            Code::Tls12 => "TLS 1.2: a round trip more per handshake than TLS 1.3",
            Code::ExtraRoundTrips => "handshakes take more round trips than they need",
            Code::HelloRetry => "the server asks for a second ClientHello: a round trip more",
            Code::LongChain => "the server sends long certificates",
            Code::RsaLeaf => "the server signs with RSA",
            Code::DelayedAck => "requests leave in two parts, 40 ms apart",
            Code::IdleCut => "the server ends idle connections that are needed again",
            Code::Resolving => "resolving names takes much of the time",
            Code::Connecting => "connecting takes much of the time",
            Code::UnevenConcurrency => "requests go in batches that wait for their slowest",
        }
    }

    /// Requests failed, or were not seen: not a matter of cost.
    pub fn is_failure(self) -> bool {
        matches!(self, Code::NotSeen | Code::Errors | Code::Alerts)
    }

    fn nearest(sought: &str) -> Option<Code> {
        let likeness = |code: &Code| strsim::jaro_winkler(sought, code.name());
        Code::ALL.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|code| likeness(code) >= ALIKE)
    }
}

fn all_names() -> String {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    format!("findings are {}", names.join(", "))
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Code, UnknownCode> {
        let found = Code::ALL.into_iter().find(|code| code.name() == name);
        found.ok_or_else(|| UnknownCode { name: name.to_owned(), nearest: Code::nearest(&name.to_lowercase()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_json_and_on_the_command_line() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("{:?}", code.name()));
            assert_eq!(code.name().parse(), Ok(code));
        }
    }

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest_and_nonsense_with_all() {
        let said = |name: &str| name.parse::<Code>().unwrap_err().to_string();
        assert_eq!(said("no-reues"), "no finding is called \"no-reues\"; did you mean no-reuse?");
        assert!(said("Serialised").ends_with("did you mean serialized?"));
        assert!(said("xyzzy").contains("findings are not-seen, errors, alerts"));
    }
}
