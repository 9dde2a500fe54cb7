//! The embedded server's counters, which are read as a [`Ledger`].
//!
//! A request uses only atomics. A connection takes the lock of the handshakes' names once, and the first few requests
//! after a mark take the lock of the log.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use ledger::{Handshakes, Ledger, Negotiated, Side};

use super::log::{Log, Row, now_ns};

/// The most different strings from clients that the ledger holds; the rest are counted as [`OTHERS`].
const TEXTS: usize = 32;
const OTHERS: &str = "other";

/// The counters of both transports.
#[derive(Debug)]
pub(super) struct Counters {
    pub(super) http: Arc<SideCounters>,
    pub(super) https: Arc<SideCounters>,
}

impl Default for Counters {
    fn default() -> Self {
        let connections = Arc::new(AtomicU64::new(0));
        let side = || Arc::new(SideCounters { connections: Arc::clone(&connections), ..SideCounters::default() });
        Counters { http: side(), https: side() }
    }
}

impl Counters {
    pub(super) fn read(&self) -> Ledger {
        Ledger { now_ns: now_ns(), http: self.http.read(), https: self.https.read() }
    }

    /// Resets the maxima and the log.
    pub(super) fn mark(&self) {
        self.http.mark();
        self.https.mark();
    }
}

/// The counters of one transport.
#[derive(Debug, Default)]
pub(super) struct SideCounters {
    /// The number of connections of both transports, from which connections are numbered.
    connections: Arc<AtomicU64>,
    accepts: AtomicU64,
    open: Level,
    requests: AtomicU64,
    asked_to_close: AtomicU64,
    in_flight: Level,
    body_bytes: AtomicU64,
    full: AtomicU64,
    resumed: AtomicU64,
    failed: AtomicU64,
    names: Mutex<Names>,
    log: Log,
}

/// A gauge and its maximum.
#[derive(Debug, Default)]
struct Level {
    now: AtomicU64,
    most: AtomicU64,
}

#[derive(Debug, Default)]
struct Names {
    negotiated: Vec<Negotiated>,
    offered: BTreeMap<String, u64>,
    failures: BTreeMap<String, u64>,
}

impl Level {
    fn rise(&self) {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        // A load is cheaper than a write that changes nothing, and the maximum rarely changes.
        if self.most.load(Relaxed) < now {
            self.most.fetch_max(now, Relaxed);
        }
    }

    fn fall(&self) {
        self.now.fetch_sub(1, Relaxed);
    }

    fn mark(&self) {
        // In this order, an increase in between is not lost.
        self.most.store(0, Relaxed);
        self.most.fetch_max(self.now.load(Relaxed), Relaxed);
    }
}

impl SideCounters {
    /// Counts a connection, which is open until the value is dropped.
    pub(super) fn accepted(self: &Arc<Self>) -> Connection {
        self.accepts.fetch_add(1, Relaxed);
        self.open.rise();
        Connection { number: self.connections.fetch_add(1, Relaxed) + 1, side: Arc::clone(self) }
    }

    /// Counts a completed handshake.
    pub(super) fn completed(&self, resumed: bool, offered: String, negotiated: Negotiated) {
        let outcome = if resumed { &self.resumed } else { &self.full };
        self.with_names(|names| {
            count(&mut names.offered, offered);
            let alike = |known: &&mut Negotiated| Negotiated { count: 1, ..(*known).clone() } == negotiated;
            match names.negotiated.iter_mut().find(alike) {
                Some(known) => known.count += 1,
                None => names.negotiated.push(negotiated.clone()),
            }
        });
        outcome.fetch_add(1, Relaxed);
    }

    /// Counts a failed handshake. `offered` is known if the client has sent its ClientHello.
    pub(super) fn failed(&self, offered: Option<String>, reason: String) {
        self.with_names(|names| {
            count(&mut names.failures, reason);
            if let Some(offered) = offered {
                count(&mut names.offered, offered);
            }
        });
        self.failed.fetch_add(1, Relaxed);
    }

    fn with_names(&self, change: impl FnOnce(&mut Names)) {
        change(&mut self.names.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn mark(&self) {
        self.open.mark();
        self.in_flight.mark();
        self.log.start_anew();
    }

    fn read(&self) -> Side {
        let handshakes = Handshakes {
            full: self.full.load(Relaxed),
            resumed: self.resumed.load(Relaxed),
            failed: self.failed.load(Relaxed),
        };
        let mut side = Side {
            accepts: self.accepts.load(Relaxed),
            open: self.open.now.load(Relaxed),
            most_open: self.open.most.load(Relaxed),
            requests: self.requests.load(Relaxed),
            asked_to_close: self.asked_to_close.load(Relaxed),
            most_in_flight: self.in_flight.most.load(Relaxed),
            body_bytes: self.body_bytes.load(Relaxed),
            handshakes,
            log: self.log.rows(),
            ..Side::default()
        };
        self.with_names(|names| {
            side.negotiated = names.negotiated.clone();
            side.offered = names.offered.clone();
            side.failures = names.failures.clone();
        });
        side.negotiated.sort();
        side
    }
}

fn count(texts: &mut BTreeMap<String, u64>, text: String) {
    let known = texts.len();
    match texts.entry(text) {
        Entry::Occupied(mut entry) => *entry.get_mut() += 1,
        Entry::Vacant(entry) if known < TEXTS => {
            entry.insert(1);
        }
        Entry::Vacant(_) => *texts.entry(OTHERS.to_owned()).or_default() += 1,
    }
}

/// An open connection, counted as such until it is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    number: u64,
    side: Arc<SideCounters>,
}

impl Connection {
    /// Counts a request, which is in flight until the value is dropped.
    pub(super) fn request(&self, asks_to_close: bool) -> InFlight {
        self.side.requests.fetch_add(1, Relaxed);
        if asks_to_close {
            self.side.asked_to_close.fetch_add(1, Relaxed);
        }
        self.side.in_flight.rise();
        InFlight { row: self.side.log.arrived(self.number), side: Arc::clone(&self.side) }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.side.open.fall();
    }
}

/// A request in flight, counted as such until it is dropped.
#[derive(Debug)]
pub(super) struct InFlight {
    row: Option<Row>,
    side: Arc<SideCounters>,
}

impl InFlight {
    /// Counts bytes of the body that were passed to the connection.
    pub(super) fn sent(&self, bytes: usize) {
        self.side.body_bytes.fetch_add(bytes as u64, Relaxed);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(row) = self.row {
            self.side.log.answered(row);
        }
        self.side.in_flight.fall();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_fall_and_are_marked() {
        let counters = Counters::default();
        let connection = counters.http.accepted();
        let (one, two) = (connection.request(false), connection.request(true));
        one.sent(10);
        drop(one);
        let seen = counters.read().http;
        assert_eq!((seen.open, seen.requests, seen.most_in_flight, seen.body_bytes), (1, 2, 2, 10));
        assert_eq!(seen.asked_to_close, 1);
        counters.mark();
        let seen = counters.read().http;
        assert_eq!((seen.most_open, seen.most_in_flight, seen.log.len(), seen.requests), (1, 1, 0, 2));
        drop((connection, two));
        assert_eq!(counters.read().http.open, 0);
    }

    #[test]
    fn connections_are_numbered_over_both_transports() {
        let counters = Counters::default();
        let (one, two) = (counters.http.accepted(), counters.https.accepted());
        assert_eq!((one.number, two.number), (1, 2));
    }

    #[test]
    fn handshakes_are_counted_by_what_they_settled_on() {
        let side = SideCounters::default();
        let negotiated = Negotiated {
            version: "TLSv1.3".into(),
            suite: "TLS_AES_128_GCM_SHA256".into(),
            group: "x25519".into(),
            alpn: String::new(),
            count: 1,
        };
        for resumed in [false, false, true] {
            side.completed(resumed, "x25519".into(), negotiated.clone());
        }
        side.completed(false, "x25519".into(), Negotiated { alpn: "http/1.1".into(), ..negotiated });
        let seen = side.read();
        assert_eq!(seen.handshakes, Handshakes { full: 3, resumed: 1, failed: 0 });
        assert_eq!(
            seen.negotiated.iter().map(|n| (n.alpn.as_str(), n.count)).collect::<Vec<_>>(),
            [("", 3), ("http/1.1", 1)]
        );
        assert_eq!(seen.offered, BTreeMap::from([("x25519".to_owned(), 4)]));
    }

    #[test]
    fn strangers_cannot_fill_the_ledger() {
        let side = SideCounters::default();
        for reason in 0..1000 {
            side.failed(None, format!("reason {reason}"));
        }
        let seen = side.read();
        assert_eq!((seen.handshakes.failed, seen.failures.len()), (1000, TEXTS + 1));
        assert_eq!(seen.failures[OTHERS], 1000 - TEXTS as u64);
    }
}
