//! Collects what the trackers of one run report, in bounded memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connection::{Connection, Exchange, Stretch};
use crate::counts::{Counts, Host, MOST_HOSTS, MOST_REASONS, OTHER_REASONS};
use crate::gauges::{GaugeRecorder, Gauges};
use crate::quantiles::DurationHistogram;
use crate::session_tickets::SessionTickets;

/// The most connections that are kept individually: those opened first.
pub const MOST_CONNECTIONS: u64 = 4_096;

/// The most exchanges that are kept of each connection: the first ones.
pub const MOST_EXCHANGES: usize = 64;

/// A handshake counts as held up by the client if one of the client's turns takes at least this long. The cryptography
/// of a handshake takes a client 0.2 to 3 ms.
pub const HELD_NS: u64 = 20_000_000;

/// A response is assumed to be complete after this long without a byte.
const QUIET_NS: u64 = 1_000_000;

/// A new connection counts as opened because an earlier one was closed if it follows within this time. Servers and load
/// balancers keep idle connections for 5 to 75 s by default, so a connection that had stayed open for longer would
/// probably have been closed by then.
const REOPENED_NS: u64 = 120_000_000_000;

/// The most closes of a host that are remembered: the latest ones.
const MOST_CLOSES: usize = 16_384;

/// The most open connections that are searched for an idle one that could have been used.
const LOOKED_THROUGH: usize = 256;

/// Collects the results of all trackers of one run. Clones share the same data.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    /// When the run began, by CLOCK_MONOTONIC.
    began_ns: Arc<AtomicU64>,
    totals: Arc<Mutex<Totals>>,
}

#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) counts: Counts,
    pub(crate) histograms: Histograms,
    gauges: GaugeRecorder,
    hosts: Vec<Host>,
    /// The state of each host's connections, by name.
    known: HashMap<String, HostState>,
    kept: Vec<Connection>,
    ended_ns: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Histograms {
    pub(crate) resolve: DurationHistogram,
    pub(crate) connect: DurationHistogram,
    pub(crate) handshake: DurationHistogram,
    pub(crate) client_turns: DurationHistogram,
    pub(crate) held: DurationHistogram,
    pub(crate) server_turns: DurationHistogram,
    pub(crate) waits: DurationHistogram,
    pub(crate) transfers: DurationHistogram,
}

/// The state of a host's connections, by which its next connection is judged.
#[derive(Debug, Default)]
struct HostState {
    at: usize,
    handshake_finished: bool,
    /// When the client closed connections after use, in order, without those that a later connection has replaced.
    closed_after_use: VecDeque<u64>,
    /// When the server closed connections after its response, in order, without those that a later connection has
    /// replaced.
    closed_after_answer: VecDeque<u64>,
    /// When the server last closed an idle connection, if no connection has been opened since.
    cut_ns: Option<u64>,
    early: SessionTickets,
    open: HashMap<u64, Arc<SharedState>>,
}

/// State of an open connection that it shares with the others of its host.
#[derive(Debug, Default)]
pub(crate) struct SharedState {
    /// When the last byte of a response came; 0 while a request is in flight, or before the first.
    quiet_since_ns: AtomicU64,
    /// It was taken for idle when another connection was opened.
    was_passed_over: AtomicBool,
}

impl SharedState {
    /// Notes a byte of a response. Returns whether the connection had been taken for idle although the response had
    /// only paused.
    pub(crate) fn answered(&self, ns: u64) -> bool {
        self.quiet_since_ns.store(ns.max(1), Relaxed);
        self.was_passed_over.swap(false, Relaxed)
    }

    /// Notes that a request is sent.
    pub(crate) fn busy(&self) {
        self.quiet_since_ns.store(0, Relaxed);
        self.was_passed_over.store(false, Relaxed);
    }

    /// Notes that another connection was opened instead of using this one. It could have carried one more request, not
    /// all later ones, so it doesn't count as idle again until its next response.
    fn pass_over(&self) {
        self.quiet_since_ns.store(0, Relaxed);
        self.was_passed_over.store(true, Relaxed);
    }
}

/// Pauses within a request that count as caused by a delayed acknowledgement: Linux delays one by at least 40 ms
/// (`TCP_DELACK_MIN`), to which a 4 ms timer and a busy machine add.
pub(crate) const DELAYED_ACK_NS: std::ops::RangeInclusive<u64> = 35_000_000..=60_000_000;

/// How a connection to a host was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseCause {
    /// The client closed it after use.
    ByClientAfterUse,
    /// The server closed it right after its response.
    ByServerAfterAnswer,
    /// The server closed it while it was idle after use.
    CutIdle,
    /// In another way.
    Otherwise,
}

/// Everything that a [`Recorder`] collected.
#[derive(Debug)]
pub struct Recording {
    /// Exact counts.
    pub counts: Counts,
    /// Exact counts by host.
    pub hosts: Vec<Host>,
    /// Connections and requests over time.
    pub levels: Gauges,
    /// The connections that were kept, in the order of opening.
    pub connections: Vec<Connection>,
}

impl Recorder {
    /// Sets the beginning of the run, by CLOCK_MONOTONIC. It must be called before any connection is opened.
    pub fn begin(&self, now_ns: u64) {
        self.began_ns.store(now_ns, Relaxed);
    }

    /// The time from the beginning of the run to a CLOCK_MONOTONIC timestamp, ns.
    pub(crate) fn since(&self, now_ns: u64) -> u64 {
        now_ns.saturating_sub(self.began_ns.load(Relaxed))
    }

    pub(crate) fn totals(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection that could not be made to its host, by reason.
    pub fn turned_away(&self, reason: &str) {
        let reasons = &mut self.totals().counts.not_reached;
        let is_apart = reasons.len() < MOST_REASONS || reasons.contains_key(reason);
        count(reasons, if is_apart { reason } else { OTHER_REASONS }.to_owned());
    }

    /// Counts a request from a program other than the command, which was refused.
    pub fn stranger(&self) {
        self.totals().counts.strangers += 1;
    }

    /// Whether no client has connected so far.
    pub fn is_untouched(&self) -> bool {
        let counts = &self.totals().counts;
        counts.connections + counts.strangers + counts.no_room == 0 && counts.not_reached.is_empty()
    }

    /// Counts a connection that was closed because no more files could be opened.
    pub fn no_room(&self) {
        self.totals().counts.no_room += 1;
    }

    /// Sets the end of the run, by CLOCK_MONOTONIC. Connections that are still open count as open until then.
    pub fn end(&self, now_ns: u64) {
        self.totals().ended_ns = Some(self.since(now_ns));
    }

    pub(crate) fn ended_ns(&self) -> Option<u64> {
        self.totals().ended_ns
    }

    /// Returns everything that was collected. Trackers that still exist have not added their results: drop them first.
    pub fn finish(&self) -> Recording {
        let mut totals = std::mem::take(&mut *self.totals());
        let histograms = &totals.histograms;
        let counts = Counts {
            resolve: histograms.resolve.quantiles(),
            connect: histograms.connect.quantiles(),
            handshake: histograms.handshake.quantiles(),
            client_turns: histograms.client_turns.quantiles(),
            held: histograms.held.quantiles(),
            server_turns: histograms.server_turns.quantiles(),
            waits: histograms.waits.quantiles(),
            transfers: histograms.transfers.quantiles(),
            ..totals.counts
        };
        totals.kept.sort_by_key(|connection| connection.number);
        Recording { counts, hosts: totals.hosts, levels: totals.gauges.gauges(), connections: totals.kept }
    }
}

/// Adds one to the count of `what`.
pub(crate) fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, what: K) {
    *counts.entry(what).or_default() += 1;
}

impl Totals {
    /// Counts a connection and returns its number.
    pub(crate) fn opened(&mut self) -> u64 {
        self.counts.connections += 1;
        self.counts.connections
    }

    pub(crate) fn add_stretch(&mut self, stretch: Stretch) {
        self.gauges.add(stretch);
    }

    pub(crate) fn keep(&mut self, connection: Connection) {
        self.kept.push(connection);
    }

    /// Counts an exchange that has ended.
    pub(crate) fn exchanged(&mut self, host: &str, exchange: &Exchange) {
        self.counts.exchanges += 1;
        if let Some(host) = self.host(host) {
            host.exchanges += 1;
        }
        self.counts.delayed_ack_gaps += u64::from(DELAYED_ACK_NS.contains(&exchange.longest_gap_ns));
        match (exchange.answered_ns, exchange.last_ns) {
            (Some(answered), Some(last)) => {
                self.histograms.waits.add(answered.saturating_sub(exchange.sent_ns));
                self.histograms.transfers.add(last.saturating_sub(answered));
            }
            _ => self.counts.unanswered += 1,
        }
    }

    /// The counts of `host`; `None` if it is not counted separately.
    pub(crate) fn host(&mut self, host: &str) -> Option<&mut Host> {
        let at = self.known.get(host)?.at;
        self.hosts.get_mut(at)
    }

    /// Notes that connection `number`, opened at `ns`, is to `host`, and counts whether an earlier one could have been
    /// reused.
    pub(crate) fn opened_to(&mut self, host: &str, number: u64, shared: &Arc<SharedState>, ns: u64) {
        if !self.known.contains_key(host) {
            if self.hosts.len() == MOST_HOSTS {
                return;
            }
            self.known.insert(host.to_owned(), HostState { at: self.hosts.len(), ..HostState::default() });
            self.hosts.push(Host { name: host.to_owned(), ..Host::default() });
        }
        let Some(known) = self.known.get_mut(host) else { return };
        let Some(counts) = self.hosts.get_mut(known.at) else { return };
        counts.connections += 1;
        if takes_place(&mut known.closed_after_use, ns) {
            counts.could_have_reused += 1;
        } else if let Some(idle) = known.open.values().take(LOOKED_THROUGH).find(|shared| is_quiet(shared, ns)) {
            idle.pass_over();
            counts.could_have_reused += 1;
            counts.beside_idle += 1;
        } else if takes_place(&mut known.closed_after_answer, ns) {
            counts.after_servers_close += 1;
        }
        if known.cut_ns.take().is_some_and(|cut| ns.saturating_sub(cut) < REOPENED_NS) {
            counts.reopened += 1;
        }
        known.open.insert(number, Arc::clone(shared));
    }

    /// Corrects the counts: a connection to `host` that was taken for idle had only paused.
    pub(crate) fn was_not_idle(&mut self, host: &str) {
        if let Some(counts) = self.host(host) {
            counts.could_have_reused = counts.could_have_reused.saturating_sub(1);
            counts.beside_idle = counts.beside_idle.saturating_sub(1);
        }
    }

    /// Whether a handshake with `host` has finished, so that a later one could resume its session.
    pub(crate) fn has_shaken_hands(&self, host: &str) -> bool {
        self.known.get(host).is_some_and(|known| known.handshake_finished)
    }

    pub(crate) fn shook_hands(&mut self, host: &str) {
        if let Some(known) = self.known.get_mut(host) {
            known.handshake_finished = true;
        }
    }

    /// What is known of the tickets and first responses of `host`.
    pub(crate) fn early(&self, host: &str) -> SessionTickets {
        self.known.get(host).map(|known| known.early.clone()).unwrap_or_default()
    }

    /// Adds to that.
    pub(crate) fn learn(&mut self, host: &str, add: impl FnOnce(&mut SessionTickets)) {
        if let Some(known) = self.known.get_mut(host) {
            add(&mut known.early);
        }
    }

    /// Notes that connection `number` to `host` has closed.
    pub(crate) fn left(&mut self, host: &str, number: u64, how: CloseCause, ns: u64) {
        let Some(known) = self.known.get_mut(host) else { return };
        known.open.remove(&number);
        match how {
            CloseCause::ByClientAfterUse => remember(&mut known.closed_after_use, ns),
            CloseCause::ByServerAfterAnswer => remember(&mut known.closed_after_answer, ns),
            CloseCause::CutIdle => {
                known.cut_ns = Some(ns);
                if let Some(counts) = self.hosts.get_mut(known.at) {
                    counts.cut_idle += 1;
                }
            }
            CloseCause::Otherwise => {}
        }
    }
}

/// Whether a connection opened at `ns` replaces one of those that were closed, which is then forgotten.
fn takes_place(closes: &mut VecDeque<u64>, ns: u64) -> bool {
    while closes.front().is_some_and(|closed| ns.saturating_sub(*closed) >= REOPENED_NS) {
        closes.pop_front();
    }
    closes.pop_front().is_some()
}

fn remember(closes: &mut VecDeque<u64>, ns: u64) {
    if closes.len() == MOST_CLOSES {
        closes.pop_front();
    }
    closes.push_back(ns);
}

fn is_quiet(shared: &SharedState, now_ns: u64) -> bool {
    match shared.quiet_since_ns.load(Relaxed) {
        0 => false,
        since => now_ns.saturating_sub(since) >= QUIET_NS,
    }
}
