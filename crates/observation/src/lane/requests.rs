//! What a lane makes of requests and answers: exchanges, counted and kept, and what its host's next lane may learn of
//! them.

use wire::Side;

use super::{AFTER_ANSWER_NS, ALERT_BYTES, Lane};
use crate::connection::{Doing, Exchange, Handshake};
use crate::recorder::{DELAYED_ACK_NS, MOST_EXCHANGES};
use crate::request_state::Unasked;
use crate::session_tickets::Was;

/// A client that ends a connection this soon after it sent something awaits no answer: none comes over a network so
/// fast, and who gives up waits for longer.
const LEAVE_NS: u64 = 5_000_000;

impl Lane {
    /// Application data, or anything where there is no TLS.
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
        self.pulse.busy();
        let before = self.request_state.last(at, true);
        let host = &self.connection.host;
        let early = before.map(|_| self.recorder.totals().early(host)).unwrap_or_default();
        let Some(exchange) = self.request_state.asked(bytes, at, &early) else { return };
        // A request in two parts with a delayed acknowledgement between looks like two.
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
        if heard.is_answer && self.pulse.answered(at) {
            self.recorder.totals().was_not_idle(&self.connection.host);
        }
    }

    /// Whether the server has ended it while nothing was under way; one that ends it with its answer never meant to
    /// keep it.
    fn was_cut_idle(&self) -> bool {
        let answered_ns = self.request_state.last_ns().unwrap_or(self.last_answer_ns);
        self.shutdown.first().is_some_and(|end| {
            let is_idle = end.doing == Doing::Idle && end.at_ns.saturating_sub(answered_ns) > AFTER_ANSWER_NS;
            end.side == Side::Server && is_idle
        })
    }

    /// Whether the client, which ends the connection at `at`, has said no more than its leave since the last answer: in
    /// HTTP/2 that is a frame (GOAWAY, RFC 9113 §6.8), encrypted like a request.
    pub(super) fn takes_leave(&self, at: u64) -> bool {
        let is_fresh = self.request_state.sent_for(at).is_some_and(|ns| ns < LEAVE_NS);
        self.connection.may_be_h2 && self.connection.exchanged > 0 && is_fresh
    }

    /// What the server may send now without being asked.
    fn unasked(&self) -> Option<Unasked> {
        if self.connection.exchanged > 0 || !self.request_state.may_be_early() {
            return None;
        }
        let until_ns = tickets_until_ns(self.connection.handshake.as_deref()?)?;
        let early = self.recorder.totals().early(&self.connection.host);
        Some(Unasked { until_ns, bytes: self.unasked_bytes, early })
    }

    /// What the server sent last, where that may be tickets or an answer, and nothing followed until `at`.
    pub(super) fn last_was(&self, at: u64) -> Option<Was> {
        let last = self.request_state.last(at, true)?;
        Some(self.recorder.totals().early(&self.connection.host).judge(last))
    }

    /// The last exchange, where there is one that was not told yet.
    pub(super) fn last_exchange(&mut self) {
        let (by, at) = self.shutdown.first().map_or((None, self.now_ns), |end| (Some(end.side), end.at_ns));
        let by_client = by == Some(Side::Client);
        if by_client && self.takes_leave(at) {
            return;
        }
        let was = self.last_was(at);
        if let Some(last) = self.request_state.last(at, by_client) {
            let mut totals = self.recorder.totals();
            totals.counts.perhaps_unanswered += u64::from(was == Some(Was::Either));
            if last.is_prompt() && was == Some(Was::Answer) {
                totals.learn(&self.connection.host, |early| early.learn_answer(last.size.bytes));
            }
        }
        if let Some(exchange) = self.request_state.ended(was.is_none_or(|was| was.is_taken_for_answer(by_client))) {
            self.exchanged(exchange);
        }
    }

    /// An exchange is over: all that followed it is known.
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

/// Until when the server's tickets may come, where it may send any unasked (RFC 8446 §4.6.1): a round trip after the
/// handshake.
fn tickets_until_ns(handshake: &Handshake) -> Option<u64> {
    let round_trip = handshake.round_trip_ns();
    handshake.finished_ns.filter(|_| handshake.is_13()).map(|finished| finished + round_trip + round_trip / 2)
}
