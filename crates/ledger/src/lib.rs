//! What an origin counted of its clients: the plain data of the ledger, and the difference of two readings.
//!
//! Both origins, the one in Go and the one in Rust, print a [`Ledger`] as one JSON line when asked. The origins do the
//! counting, and the harness judges the counts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The path that the names of this crate's functions begin with.
pub const PATH: &str = module_path!();

/// One reading of an origin's counters. All counters run from the origin's start, except the maxima and the log,
/// which run from the last `mark`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The time of the reading: CLOCK_MONOTONIC, ns.
    pub now_ns: u64,
    /// The counters of the listeners without TLS.
    pub http: Side,
    /// The counters of the listeners with TLS.
    pub https: Side,
}

/// The counters of one transport.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Connections accepted.
    pub accepts: u64,
    /// Connections that are open now.
    pub open: u64,
    /// The most connections that were open at once since the last `mark`.
    pub most_open: u64,
    /// Requests whose header was read.
    pub requests: u64,
    /// Of the requests, those that asked for the connection to be closed after the response: by `close` in their
    /// `Connection` header (RFC 9110, 7.6.1), or by HTTP/1.0 without `keep-alive` in it. It does not matter which side
    /// then closed it first. The origin in Go does not count them: the value is 0.
    #[serde(default, skip_serializing_if = "is_none")]
    pub asked_to_close: u64,
    /// Most requests in progress at once since the last `mark`.
    pub most_in_flight: u64,
    /// Bytes of response bodies handed to the connection.
    pub body_bytes: u64,
    /// TLS handshakes by outcome (all 0 without TLS).
    pub handshakes: Handshakes,
    /// What completed handshakes negotiated, each combination with its count.
    pub negotiated: Vec<Negotiated>,
    /// Key-exchange groups that clients listed in their ClientHello, in the client's order, as one string
    /// (`x25519mlkem768,x25519`), each with the number of hellos that listed exactly those.
    pub offered: BTreeMap<String, u64>,
    /// Failed handshakes by the reason that the origin's TLS library gave, addresses removed.
    pub failures: BTreeMap<String, u64>,
    /// The first requests since the last `mark`, at most [`LOG_ROWS`].
    pub log: Vec<Served>,
}

/// The most rows a log holds: enough to draw, small enough to keep in every trial's line.
pub const LOG_ROWS: usize = 64;

/// TLS handshakes by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshakes {
    /// Full handshakes that were completed, with certificates and a key exchange.
    pub full: u64,
    /// Handshakes that were completed by resuming an earlier session.
    pub resumed: u64,
    /// Handshakes that were begun and not completed.
    pub failed: u64,
}

/// What one kind of handshake negotiated. Both origins spell the names alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Negotiated {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: String,
    /// The suite's IANA name, e.g. `TLS_AES_128_GCM_SHA256`.
    pub suite: String,
    /// The group in lower case, e.g. `x25519`, `x25519mlkem768`, `secp256r1`; empty if none was used.
    pub group: String,
    /// The protocol chosen by ALPN (RFC 7301); empty if the client offered none.
    pub alpn: String,
    /// The number of handshakes that negotiated this.
    pub count: u64,
}

/// One request as the origin saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Served {
    /// The number of the connection that carried it, counted from 1 over both transports.
    pub connection: u64,
    /// The time at which its header had been read: CLOCK_MONOTONIC, ns.
    pub arrived_ns: u64,
    /// The time at which its response had been handed to the connection: CLOCK_MONOTONIC, ns; 0 while it is in
    /// progress.
    pub answered_ns: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

impl Side {
    /// The difference between this reading and `earlier`. The maxima and the log are this reading's, so there should be
    /// a `mark` at `earlier`.
    pub fn since(&self, earlier: &Side) -> Side {
        let before: BTreeMap<_, u64> = earlier.negotiated.iter().map(|n| (n.key(), n.count)).collect();
        let negotiated = self
            .negotiated
            .iter()
            .map(|n| Negotiated {
                count: n.count.saturating_sub(before.get(&n.key()).copied().unwrap_or(0)),
                ..n.clone()
            })
            .filter(|n| n.count > 0)
            .collect();
        Side {
            accepts: self.accepts.saturating_sub(earlier.accepts),
            open: self.open,
            most_open: self.most_open,
            requests: self.requests.saturating_sub(earlier.requests),
            asked_to_close: self.asked_to_close.saturating_sub(earlier.asked_to_close),
            most_in_flight: self.most_in_flight,
            body_bytes: self.body_bytes.saturating_sub(earlier.body_bytes),
            handshakes: self.handshakes.since(earlier.handshakes),
            negotiated,
            offered: counts_since(&self.offered, &earlier.offered),
            failures: counts_since(&self.failures, &earlier.failures),
            log: self.log.clone(),
        }
    }
}

impl Handshakes {
    fn since(self, earlier: Handshakes) -> Handshakes {
        Handshakes {
            full: self.full.saturating_sub(earlier.full),
            resumed: self.resumed.saturating_sub(earlier.resumed),
            failed: self.failed.saturating_sub(earlier.failed),
        }
    }
}

impl Negotiated {
    fn key(&self) -> (&str, &str, &str, &str) {
        (&self.version, &self.suite, &self.group, &self.alpn)
    }
}

fn counts_since(later: &BTreeMap<String, u64>, earlier: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    later
        .iter()
        .map(|(name, count)| (name.clone(), count.saturating_sub(earlier.get(name).copied().unwrap_or(0))))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(group: &str, count: u64) -> Negotiated {
        Negotiated {
            version: "TLSv1.3".into(),
            suite: "TLS_AES_128_GCM_SHA256".into(),
            group: group.into(),
            alpn: "http/1.1".into(),
            count,
        }
    }

    #[test]
    fn the_difference_counts_only_what_came_between() {
        let earlier = Side {
            accepts: 3,
            requests: 5,
            asked_to_close: 2,
            negotiated: vec![negotiated("x25519", 3)],
            ..Side::default()
        };
        let later = Side {
            accepts: 10,
            requests: 25,
            asked_to_close: 8,
            most_in_flight: 4,
            negotiated: vec![negotiated("x25519", 3), negotiated("secp256r1", 7)],
            ..Side::default()
        };
        let between = later.since(&earlier);
        assert_eq!((between.accepts, between.requests, between.most_in_flight), (7, 20, 4));
        assert_eq!(between.asked_to_close, 6);
        assert_eq!(between.negotiated, vec![negotiated("secp256r1", 7)]);
    }

    #[test]
    fn a_reading_survives_json() {
        let side = Side { failures: BTreeMap::from([("bad certificate".to_owned(), 2)]), ..Side::default() };
        let ledger = Ledger { now_ns: 1, http: Side::default(), https: side };
        let line = serde_json::to_string(&ledger).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Ledger>(&line).ok(), Some(ledger));
    }

    #[test]
    fn a_reading_of_an_origin_that_does_not_count_who_asked_to_close_is_read() {
        let written = |side: &Side| serde_json::to_string(side).unwrap_or_default();
        let older = written(&Side::default());
        assert!(!older.contains("asked_to_close"), "none is not written");
        assert_eq!(serde_json::from_str::<Side>(&older).ok(), Some(Side::default()));
        let asked = Side { asked_to_close: 3, ..Side::default() };
        assert_eq!(serde_json::from_str::<Side>(&written(&asked)).ok(), Some(asked));
    }
}
