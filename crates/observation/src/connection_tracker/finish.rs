//! The end of tracking: how the connection ended, and what goes to the recorder.

use wire::{Protocol, Side};

use super::{AFTER_ANSWER_NS, ConnectionTracker};
use crate::account::account;
use crate::connection::{Close, Connection, Doing};
use crate::recorder::{CloseCause, MOST_CONNECTIONS};

impl ConnectionTracker {
    /// How the connection ended, or would have ended if it closed now.
    pub(super) fn close(&self) -> Close {
        if self.connection.connecting.established_ns.is_none() {
            return Close::NotReached;
        }
        let first = self.shutdown.first();
        match (first.map_or(Side::Client, |end| end.side), first.map_or(Doing::Connecting, |end| end.doing)) {
            (Side::Client, Doing::Handshake) => Close::ClientHandshaking,
            (Side::Client, Doing::Waiting) => Close::ClientWaiting,
            (Side::Client, _) => Close::Client,
            (Side::Server, Doing::Handshake) => Close::ServerHandshaking,
            (Side::Server, Doing::Waiting) => Close::ServerWaiting,
            (Side::Server, _) => Close::Server,
        }
    }

    /// Whether the host has not accepted the connection until now. If so, that is recorded as the reason.
    fn gave_no_answer(&mut self) -> bool {
        let connecting = &mut self.connection.connecting;
        if connecting.established_ns.is_some() || connecting.failure.is_some() || self.connection.host.is_empty() {
            return false;
        }
        let seconds = self.now_ns.saturating_sub(self.connection.opened_ns) / 1_000_000_000;
        let reason =
            format!("{} had not accepted the connection when the run ended {seconds} s later", self.connection.host);
        self.recorder.turned_away(&reason);
        connecting.failure = Some(reason);
        true
    }

    /// The time from the last response to the first end of a direction, ns.
    fn idled_ns(&self) -> u64 {
        self.shutdown.first().map_or(0, |end| end.at_ns.saturating_sub(self.last_answer_ns))
    }

    /// Moves everything that is left to the recorder.
    pub(super) fn finish(&mut self) {
        if std::mem::replace(&mut self.is_finished, true) {
            return;
        }
        // One side has ended its direction and the other sends nothing more: the connection ended with the last event.
        let is_given_up = self.shutdown.first().is_some() && self.connection.connecting.failure.is_none();
        if is_given_up && self.connection.closed_ns.is_none() {
            self.connection.closed_ns = Some(self.now_ns);
        }
        self.connection.ended_ns = self.shutdown.first().map(|end| end.at_ns);
        let ended = self.recorder.ended_ns().filter(|_| self.connection.closed_ns.is_none());
        let now = self.now_ns.max(ended.unwrap_or(0));
        self.now_ns = now;
        self.last_exchange();
        if self.connection.close == Close::Open && (is_given_up || self.gave_no_answer()) {
            self.connection.close = self.close();
        }
        if self.parser.protocol() != Protocol::Tls {
            self.connection.handshake = None;
        }
        let last = match self.connection.exchanged {
            _ if self.connection.connecting.established_ns.is_none() => Doing::Connecting,
            _ if self.connection.handshake.is_some() && !self.is_shaken() => Doing::Handshake,
            0 => Doing::Standing,
            _ => Doing::Idle,
        };
        self.until(now, last);
        let is_kept = self.connection.number <= MOST_CONNECTIONS;
        let mut totals = self.recorder.totals();
        account(&mut totals, &self.connection, self.parser.protocol());
        let how = match self.connection.close {
            _ if self.connection.exchanged == 0 => CloseCause::Otherwise,
            Close::Client => CloseCause::ByClientAfterUse,
            Close::Server if self.idled_ns() <= AFTER_ANSWER_NS => CloseCause::ByServerAfterAnswer,
            Close::Server => CloseCause::CutIdle,
            _ => CloseCause::Otherwise,
        };
        totals.left(&self.connection.host, self.connection.number, how, now);
        if is_kept {
            let Connection { number, way, opened_ns, .. } = self.connection;
            totals.keep(std::mem::replace(&mut self.connection, Connection::opened(number, way, opened_ns)));
        }
    }
}
