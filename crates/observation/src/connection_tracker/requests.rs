//! Turns requests and responses into exchanges, counts and keeps them, and notes for the host's other connections what
//! they show of its tickets.

use wire::Side;

use super::{AFTER_ANSWER_NS, ALERT_BYTES, ConnectionTracker};
use crate::connection::{Doing, Exchange, Handshake};
use crate::recorder::{DELAYED_ACK_NS, MOST_EXCHANGES};
use crate::request_state::Unasked;
use crate::session_tickets::BurstKind;

/// A client that closes a connection this soon after it sent something does not wait for a response: none arrives so
/// fast over a network, and a client that gives up waits longer.
const LEAVE_NS: u64 = 5_000_000;

impl ConnectionTracker {
    /// Records application data or, without TLS, any bytes.
    pub(super) fn spoke(&mut self, from: Side, bytes: u64, at: u64) {
        if let Some(data_ns) = self.shutdown.spoke(from) {
            self.said(from, u64::from(ALERT_BYTES), data_ns);
        }
        self.said(from, bytes, at);
    }

    pub(super) fn said(&mut self, from: Side, bytes: u64, at: u64) {
        match from {
            Side::Client => self.asked(bytes, at),
            Side::Server => self.answered(bytes, at),
        }
    }

    fn asked(&mut self, bytes: u64, at: u64) {
        if self.was_cut_idle() && !std::mem::replace(&mut self.sent_into_closed, true) {
            self.recorder.totals().counts.sent_into_closed += 1;
        }
        self.shared.busy();
        let before = self.request_state.last(at, true);
        let host = &self.connection.host;
        let early = before.map(|_| self.recorder.totals().early(host)).unwrap_or_default();
        let Some(exchange) = self.request_state.asked(bytes, at, &early) else { return };
        // A request in two parts with a delayed acknowledgement between them looks like two requests.
        let is_next = !DELAYED_ACK_NS.contains(&at.saturating_sub(exchange.sent_last_ns));
        if let Some(last) = before.filter(|_| is_next) {
            self.recorder.totals().learn(host, |early| early.learn_answer(last.size.bytes));
        }
        self.exchanged(exchange);
    }

    fn answered(&mut self, bytes: u64, at: u64) {
        let unasked = self.unasked();
        let heard = self.request_state.answered(bytes, at, unasked.as_ref());
        if let Some(tickets) = heard.tickets {
            self.recorder.totals().learn(&self.connection.host, |early| early.learn_tickets(tickets));
        }
        if heard.is_answer && self.shared.answered(at) {
            self.recorder.totals().was_not_idle(&self.connection.host);
        }
    }

    /// Whether the server has closed the connection while it was idle. A server that closes it with its response did
    /// not mean to keep it.
    fn was_cut_idle(&self) -> bool {
        let answered_ns = self.request_state.last_ns().unwrap_or(self.last_answer_ns);
        self.shutdown.first().is_some_and(|end| {
            let is_idle = end.doing == Doing::Idle && end.at_ns.saturating_sub(answered_ns) > AFTER_ANSWER_NS;
            end.side == Side::Server && is_idle
        })
    }

    /// Whether the client, which closes the connection at `at`, has sent only a GOAWAY frame since the last response
    /// (RFC 9113 §6.8). Encrypted, it looks like a request.
    pub(super) fn takes_leave(&self, at: u64) -> bool {
        let is_fresh = self.request_state.sent_for(at).is_some_and(|ns| ns < LEAVE_NS);
        self.connection.may_be_h2 && self.connection.exchanged > 0 && is_fresh
    }

    /// What the server may send now without a request.
    fn unasked(&self) -> Option<Unasked> {
        if self.connection.exchanged > 0 || !self.request_state.may_be_early() {
            return None;
        }
        let until_ns = tickets_until_ns(self.connection.handshake.as_deref()?)?;
        let early = self.recorder.totals().early(&self.connection.host);
        Some(Unasked { until_ns, bytes: self.unasked_bytes, early })
    }

    /// What the server's last burst was, if it may be tickets or a response, and nothing followed until `at`.
    pub(super) fn last_was(&self, at: u64) -> Option<BurstKind> {
        let last = self.request_state.last(at, true)?;
        Some(self.recorder.totals().early(&self.connection.host).judge(last))
    }

    /// Records the last exchange, if it has not been recorded yet.
    pub(super) fn last_exchange(&mut self) {
        let (by, at) = self.shutdown.first().map_or((None, self.now_ns), |end| (Some(end.side), end.at_ns));
        let by_client = by == Some(Side::Client);
        if by_client && self.takes_leave(at) {
            return;
        }
        let was = self.last_was(at);
        if let Some(last) = self.request_state.last(at, by_client) {
            let mut totals = self.recorder.totals();
            totals.counts.perhaps_unanswered += u64::from(was == Some(BurstKind::Either));
            if last.is_prompt() && was == Some(BurstKind::Answer) {
                totals.learn(&self.connection.host, |early| early.learn_answer(last.size.bytes));
            }
        }
        if let Some(exchange) = self.request_state.ended(was.is_none_or(|was| was.is_taken_for_answer(by_client))) {
            self.exchanged(exchange);
        }
    }

    /// Records an exchange that has ended.
    fn exchanged(&mut self, exchange: Exchange) {
        let before = if self.connection.exchanged == 0 { Doing::Standing } else { Doing::Idle };
        self.until(exchange.sent_ns, before);
        self.connection.exchanged += 1;
        if self.connection.exchanges.len() < MOST_EXCHANGES {
            self.connection.exchanges.push(exchange);
        }
        let end = self.now_ns;
        self.last_answer_ns = exchange.last_ns.unwrap_or(self.last_answer_ns);
        self.recorder.totals().exchanged(&self.connection.host, &exchange);
        self.until(exchange.answered_ns.unwrap_or(end), Doing::Waiting);
        self.until(exchange.last_ns.unwrap_or(0), Doing::Transferring);
    }
}

/// The time until which tickets may come, if the server may send any (RFC 8446 §4.6.1): about a round trip after the
/// handshake.
fn tickets_until_ns(handshake: &Handshake) -> Option<u64> {
    let round_trip = handshake.round_trip_ns();
    handshake.finished_ns.filter(|_| handshake.is_13()).map(|finished| finished + round_trip + round_trip / 2)
}
