//! Keeps what all lanes of a pass tell, in bounded memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connection::{Connection, Exchange, Stretch};
use crate::counts::{Counts, Host, MOST_HOSTS, MOST_REASONS, OTHER_REASONS};
use crate::levels::{Levelling, Levels};
use crate::session_tickets::SessionTickets;
use crate::spread::Spreading;

/// The most connections that are kept one by one: those opened first.
pub const MOST_CONNECTIONS: u64 = 4_096;

/// The most exchanges that are kept of each: the first ones.
pub const MOST_EXCHANGES: usize = 64;

/// A client's turn in a handshake from which on it is counted as held: a handshake's arithmetic takes a client 0.2 to 3
/// ms.
pub const HELD_NS: u64 = 20_000_000;

/// An answer is taken as complete after this long without a byte.
const QUIET_NS: u64 = 1_000_000;

/// For how long after a close a new connection counts as opened because of it. Servers and balancers keep idle
/// connections for 5 to 75 s unless told otherwise: one that waits for two minutes would wait for this client too, and
/// one that the client had kept for longer would be gone.
const REOPENED_NS: u64 = 120_000_000_000;

/// The most closes of a host that are remembered: the last ones.
const MOST_CLOSES: usize = 16_384;

/// The most idle connections that are looked through for one that could have been used.
const LOOKED_THROUGH: usize = 256;

/// What all lanes of a pass tell. Cloned, it is the same.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    /// CLOCK_MONOTONIC.
    began_ns: Arc<AtomicU64>,
    totals: Arc<Mutex<Totals>>,
}

#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) counts: Counts,
    pub(crate) spreads: Spreads,
    levelling: Levelling,
    hosts: Vec<Host>,
    /// By name, where in `hosts` it is and what is known of its connections now.
    known: HashMap<String, Known>,
    kept: Vec<Connection>,
    ended_ns: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Spreads {
    pub(crate) resolve: Spreading,
    pub(crate) connect: Spreading,
    pub(crate) handshake: Spreading,
    pub(crate) client_turns: Spreading,
    pub(crate) held: Spreading,
    pub(crate) server_turns: Spreading,
    pub(crate) waits: Spreading,
    pub(crate) transfers: Spreading,
}

/// What must be known of a host to judge its next connection.
#[derive(Debug, Default)]
struct Known {
    at: usize,
    handshake_finished: bool,
    /// When the client closed connections after use that no later one has taken the place of, in order.
    closed_after_use: VecDeque<u64>,
    /// When the server closed connections after its answer that no later one has taken the place of, in order.
    closed_after_answer: VecDeque<u64>,
    /// When the server last ended an idle connection, and no connection has been opened since.
    cut_ns: Option<u64>,
    early: SessionTickets,
    open: HashMap<u64, Arc<Pulse>>,
}

/// What others may know of a connection while it is open.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// When the last byte of an answer came; 0 while a request is under way or none has been.
    quiet_since_ns: AtomicU64,
    /// It was taken for idle when another was opened.
    was_passed_over: AtomicBool,
}

impl Pulse {
    /// A byte of an answer came. Whether it had been taken for idle, and was not: that answer had only paused.
    pub(crate) fn answered(&self, ns: u64) -> bool {
        self.quiet_since_ns.store(ns.max(1), Relaxed);
        self.was_passed_over.swap(false, Relaxed)
    }

    /// A request is sent.
    pub(crate) fn busy(&self) {
        self.quiet_since_ns.store(0, Relaxed);
        self.was_passed_over.store(false, Relaxed);
    }

    /// Another was opened in its stead: it could have taken one request more, not all that follow.
    fn pass_over(&self) {
        self.quiet_since_ns.store(0, Relaxed);
        self.was_passed_over.store(true, Relaxed);
    }
}

/// The pauses within a request that are counted: Linux delays an acknowledgement by 40 ms at least (`TCP_DELACK_MIN`),
/// and a timer of 4 ms and a busy machine add to it.
pub(crate) const DELAYED_ACK_NS: std::ops::RangeInclusive<u64> = 35_000_000..=60_000_000;

/// How a connection left its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// The client closed it after use.
    ByClientAfterUse,
    /// The server closed it as soon as it had answered.
    ByServerAfterAnswer,
    /// The server closed it while it was idle after use.
    CutIdle,
    /// Some other way.
    Otherwise,
}

/// Everything that was kept.
#[derive(Debug)]
pub struct Kept {
    /// Exact counts.
    pub counts: Counts,
    /// By host.
    pub hosts: Vec<Host>,
    /// Over time.
    pub levels: Levels,
    /// One by one, in the order of opening.
    pub connections: Vec<Connection>,
}

impl Recorder {
    /// The pass begins at `now_ns`, before which nothing was seen. CLOCK_MONOTONIC.
    pub fn begin(&self, now_ns: u64) {
        self.began_ns.store(now_ns, Relaxed);
    }

    /// Time since the pass began, of a CLOCK_MONOTONIC stamp, ns.
    pub(crate) fn since(&self, now_ns: u64) -> u64 {
        now_ns.saturating_sub(self.began_ns.load(Relaxed))
    }

    pub(crate) fn totals(&self) -> MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request to connect that was not carried on, by reason.
    pub fn turned_away(&self, reason: &str) {
        let reasons = &mut self.totals().counts.not_reached;
        let is_apart = reasons.len() < MOST_REASONS || reasons.contains_key(reason);
        count(reasons, if is_apart { reason } else { OTHER_REASONS }.to_owned());
    }

    /// Notes a request of a program that is not the command, which was turned away.
    pub fn stranger(&self) {
        self.totals().counts.strangers += 1;
    }

    /// Whether nobody has come so far.
    pub fn is_untouched(&self) -> bool {
        let counts = &self.totals().counts;
        counts.connections + counts.strangers + counts.no_room == 0 && counts.not_reached.is_empty()
    }

    /// Notes a connection that was closed because no more files could be opened.
    pub fn no_room(&self) {
        self.totals().counts.no_room += 1;
    }

    /// The pass is over at `now_ns`: what is open then was open until then. CLOCK_MONOTONIC.
    pub fn end(&self, now_ns: u64) {
        self.totals().ended_ns = Some(self.since(now_ns));
    }

    pub(crate) fn ended_ns(&self) -> Option<u64> {
        self.totals().ended_ns
    }

    /// Gives out everything. Lanes that are still there keep their part: drop them first.
    pub fn finish(&self) -> Kept {
        let mut totals = std::mem::take(&mut *self.totals());
        let spreads = &totals.spreads;
        let counts = Counts {
            resolve: spreads.resolve.spread(),
            connect: spreads.connect.spread(),
            handshake: spreads.handshake.spread(),
            client_turns: spreads.client_turns.spread(),
            held: spreads.held.spread(),
            server_turns: spreads.server_turns.spread(),
            waits: spreads.waits.spread(),
            transfers: spreads.transfers.spread(),
            ..totals.counts
        };
        totals.kept.sort_by_key(|connection| connection.number);
        Kept { counts, hosts: totals.hosts, levels: totals.levelling.levels(), connections: totals.kept }
    }
}

/// Counts one more of `what`.
pub(crate) fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, what: K) {
    *counts.entry(what).or_default() += 1;
}

impl Totals {
    /// The number of the next connection.
    pub(crate) fn opened(&mut self) -> u64 {
        self.counts.connections += 1;
        self.counts.connections
    }

    pub(crate) fn level(&mut self, stretch: Stretch) {
        self.levelling.add(stretch);
    }

    pub(crate) fn keep(&mut self, connection: Connection) {
        self.kept.push(connection);
    }

    /// Counts an exchange that is over.
    pub(crate) fn exchanged(&mut self, host: &str, exchange: &Exchange) {
        self.counts.exchanges += 1;
        if let Some(host) = self.host(host) {
            host.exchanges += 1;
        }
        self.counts.delayed_ack_gaps += u64::from(DELAYED_ACK_NS.contains(&exchange.longest_gap_ns));
        match (exchange.answered_ns, exchange.last_ns) {
            (Some(answered), Some(last)) => {
                self.spreads.waits.add(answered.saturating_sub(exchange.sent_ns));
                self.spreads.transfers.add(last.saturating_sub(answered));
            }
            _ => self.counts.unanswered += 1,
        }
    }

    /// Counts of `host`; `None` beyond the hosts that are counted apart.
    pub(crate) fn host(&mut self, host: &str) -> Option<&mut Host> {
        let at = self.known.get(host)?.at;
        self.hosts.get_mut(at)
    }

    /// Notes that connection `number` is for `host`, opened at `ns`, and whether it need have been.
    pub(crate) fn goes_to(&mut self, host: &str, number: u64, pulse: &Arc<Pulse>, ns: u64) {
        if !self.known.contains_key(host) {
            if self.hosts.len() == MOST_HOSTS {
                return;
            }
            self.known.insert(host.to_owned(), Known { at: self.hosts.len(), ..Known::default() });
            self.hosts.push(Host { name: host.to_owned(), ..Host::default() });
        }
        let Some(known) = self.known.get_mut(host) else { return };
        let Some(counts) = self.hosts.get_mut(known.at) else { return };
        counts.connections += 1;
        if takes_place(&mut known.closed_after_use, ns) {
            counts.could_have_reused += 1;
        } else if let Some(idle) = known.open.values().take(LOOKED_THROUGH).find(|pulse| is_quiet(pulse, ns)) {
            idle.pass_over();
            counts.could_have_reused += 1;
            counts.beside_idle += 1;
        } else if takes_place(&mut known.closed_after_answer, ns) {
            counts.after_servers_close += 1;
        }
        if known.cut_ns.take().is_some_and(|cut| ns.saturating_sub(cut) < REOPENED_NS) {
            counts.reopened += 1;
        }
        known.open.insert(number, Arc::clone(pulse));
    }

    /// A connection to `host` that was taken for idle beside a new one had only paused.
    pub(crate) fn was_not_idle(&mut self, host: &str) {
        if let Some(counts) = self.host(host) {
            counts.could_have_reused = counts.could_have_reused.saturating_sub(1);
            counts.beside_idle = counts.beside_idle.saturating_sub(1);
        }
    }

    /// Whether a handshake with `host` has been finished, so that another could resume its session.
    pub(crate) fn has_shaken_hands(&self, host: &str) -> bool {
        self.known.get(host).is_some_and(|known| known.handshake_finished)
    }

    pub(crate) fn shook_hands(&mut self, host: &str) {
        if let Some(known) = self.known.get_mut(host) {
            known.handshake_finished = true;
        }
    }

    /// What is known of the first that `host` sends after a handshake.
    pub(crate) fn early(&self, host: &str) -> SessionTickets {
        self.known.get(host).map(|known| known.early.clone()).unwrap_or_default()
    }

    /// Adds to what is known of that.
    pub(crate) fn learn(&mut self, host: &str, add: impl FnOnce(&mut SessionTickets)) {
        if let Some(known) = self.known.get_mut(host) {
            add(&mut known.early);
        }
    }

    /// Notes that connection `number` to `host` is gone.
    pub(crate) fn left(&mut self, host: &str, number: u64, how: Left, ns: u64) {
        let Some(known) = self.known.get_mut(host) else { return };
        known.open.remove(&number);
        match how {
            Left::ByClientAfterUse => remember(&mut known.closed_after_use, ns),
            Left::ByServerAfterAnswer => remember(&mut known.closed_after_answer, ns),
            Left::CutIdle => {
                known.cut_ns = Some(ns);
                if let Some(counts) = self.hosts.get_mut(known.at) {
                    counts.cut_idle += 1;
                }
            }
            Left::Otherwise => {}
        }
    }
}

/// Whether a connection opened at `ns` takes the place of one of those that were closed then, which is forgotten.
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

fn is_quiet(pulse: &Pulse, now_ns: u64) -> bool {
    match pulse.quiet_since_ns.load(Relaxed) {
        0 => false,
        since => now_ns.saturating_sub(since) >= QUIET_NS,
    }
}
