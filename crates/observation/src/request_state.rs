//! Tells requests and responses apart by direction and pauses, where their content is not visible.

use crate::connection::{Doing, Exchange};
use crate::session_tickets::{BurstKind, LastBurst, SessionTickets, Size};

/// The most that a server sends without a request after a TLS 1.3 handshake, bytes: a few tickets.
const TICKETS_BYTES: u64 = 4_096;

/// How much later than one round trip after the handshake tickets may come, ns: the time that a busy server takes to
/// make them.
const TICKETS_LATE_NS: u64 = 5_000_000;

/// After a pause of this length, what a server sends no longer belongs to what it sent before, ns.
const PAUSE_NS: u64 = 1_000_000;

/// The state of a connection's current exchange.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum RequestState {
    /// No exchange has begun.
    #[default]
    Quiet,
    /// A request is being sent, or has been sent.
    Sent(Exchange),
    /// The same, and the server has sent bytes that may be tickets or the response. What comes next decides.
    SentAndEarly(Exchange, Burst),
    /// The response is arriving, or has arrived.
    Answered(Exchange),
}

/// Bytes that the server has sent without a pause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Burst {
    first_ns: u64,
    last_ns: u64,
    /// Including what it had sent before the request.
    bytes: u64,
    /// The length of each record, if all have the same: a server's tickets do.
    record: Option<u64>,
    /// The number of records.
    records: u64,
}

/// What a server may send without a request.
#[derive(Debug, Clone)]
pub(crate) struct Unasked {
    /// The time until which tickets may come.
    pub(crate) until_ns: u64,
    /// Bytes that came before the first request.
    pub(crate) bytes: u64,
    /// What is known of its host's tickets.
    pub(crate) early: SessionTickets,
}

/// What bytes from the server showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    /// They are, or may be, part of a response.
    pub(crate) is_answer: bool,
    /// The length of each ticket, if the bytes before them were tickets.
    pub(crate) tickets: Option<u64>,
}

impl RequestState {
    /// The client has sent `bytes`. Returns the previous exchange, if this shows that it has ended. `early` is what is
    /// known of its host's tickets.
    pub(crate) fn asked(&mut self, bytes: u64, at: u64, early: &SessionTickets) -> Option<Exchange> {
        let begun = RequestState::Sent(Exchange::begun(at, bytes));
        let (over, next) = match *self {
            RequestState::Quiet => (None, begun),
            RequestState::Sent(exchange) => (None, RequestState::Sent(exchange.went_on(at, bytes))),
            RequestState::SentAndEarly(exchange, burst)
                if at.saturating_sub(exchange.sent_last_ns) < TICKETS_LATE_NS
                    || early.by_size(burst.size()) == BurstKind::Tickets =>
            {
                (None, RequestState::SentAndEarly(exchange.went_on(at, bytes), burst))
            }
            RequestState::SentAndEarly(exchange, burst) => (Some(burst.answers(exchange)), begun),
            RequestState::Answered(exchange) => (Some(exchange), begun),
        };
        *self = next;
        over
    }

    /// The server has sent a record of `bytes`. `unasked` is what it may send without a request; `None` if it can't.
    pub(crate) fn answered(&mut self, bytes: u64, at: u64, unasked: Option<&Unasked>) -> Received {
        let tickets = unasked.filter(|unasked| {
            bytes + unasked.bytes <= TICKETS_BYTES && at <= unasked.until_ns.saturating_add(TICKETS_LATE_NS)
        });
        let by_size = |burst: Burst| unasked.map_or(BurstKind::Answer, |unasked| unasked.early.by_size(burst.size()));
        let mut learnt = None;
        *self = match *self {
            RequestState::Quiet => RequestState::Quiet,
            RequestState::Sent(exchange) => match tickets {
                Some(unasked) => {
                    let record = (bytes > 0).then_some(bytes);
                    let records = u64::from(bytes > 0);
                    let burst = Burst { first_ns: at, last_ns: at, bytes: bytes + unasked.bytes, record, records };
                    RequestState::SentAndEarly(exchange, burst)
                }
                None => RequestState::Answered(exchange.answered(at, at, bytes)),
            },
            RequestState::SentAndEarly(exchange, burst) if at.saturating_sub(burst.last_ns) >= PAUSE_NS => {
                let was_answer = by_size(burst) == BurstKind::Answer;
                learnt = burst.record.filter(|_| !was_answer);
                let (first_ns, before) = if was_answer { (burst.first_ns, burst.bytes) } else { (at, 0) };
                RequestState::Answered(exchange.answered(first_ns, at, before + bytes))
            }
            RequestState::SentAndEarly(exchange, burst) if burst.bytes + bytes > TICKETS_BYTES => {
                RequestState::Answered(exchange.answered(burst.first_ns, at, burst.bytes + bytes))
            }
            RequestState::SentAndEarly(exchange, burst) => RequestState::SentAndEarly(exchange, burst.and(bytes, at)),
            RequestState::Answered(exchange) => {
                let answer_bytes = exchange.answer_bytes + bytes;
                RequestState::Answered(Exchange { last_ns: Some(at), answer_bytes, ..exchange })
            }
        };
        let is_answer = match *self {
            RequestState::SentAndEarly(_, burst) => by_size(burst) != BurstKind::Tickets,
            _ => !self.is_quiet(),
        };
        Received { is_answer, tickets: learnt }
    }

    /// The burst that the server sent last, if it may be tickets or a response, and nothing has followed it until `at`.
    pub(crate) fn last(&self, at: u64, by_client: bool) -> Option<LastBurst> {
        let RequestState::SentAndEarly(exchange, burst) = self else { return None };
        Some(LastBurst {
            size: burst.size(),
            took_ns: burst.first_ns.saturating_sub(exchange.sent_ns),
            silent_ns: at.saturating_sub(burst.last_ns),
            by_client,
        })
    }

    /// When the last byte of the response came, if the last exchange has one.
    pub(crate) fn last_ns(&self) -> Option<u64> {
        match self {
            RequestState::Answered(exchange) => exchange.last_ns,
            _ => None,
        }
    }

    /// When the server last sent something since the last request.
    pub(crate) fn heard_ns(&self) -> Option<u64> {
        match self {
            RequestState::SentAndEarly(_, burst) => Some(burst.last_ns),
            _ => self.last_ns(),
        }
    }

    /// How long a request without any response bytes has been in flight at `at`, ns.
    pub(crate) fn sent_for(&self, at: u64) -> Option<u64> {
        match self {
            RequestState::Sent(exchange) => Some(at.saturating_sub(exchange.sent_ns)),
            _ => None,
        }
    }

    /// Whether what the server sends next may be tickets.
    pub(crate) fn may_be_early(&self) -> bool {
        matches!(self, RequestState::Sent(_) | RequestState::SentAndEarly(..))
    }

    /// Ends the connection's exchanges and returns the last one. `early_is_answer` says whether bytes that may be
    /// tickets or the response are taken for the response.
    pub(crate) fn ended(&mut self, early_is_answer: bool) -> Option<Exchange> {
        match std::mem::take(self) {
            RequestState::Quiet => None,
            RequestState::Sent(exchange) | RequestState::Answered(exchange) => Some(exchange),
            RequestState::SentAndEarly(exchange, burst) if early_is_answer => Some(burst.answers(exchange)),
            RequestState::SentAndEarly(exchange, _) => Some(exchange),
        }
    }

    /// Whether no exchange has begun yet.
    pub(crate) fn is_quiet(&self) -> bool {
        matches!(self, RequestState::Quiet)
    }

    /// What the connection is doing at `at`, as far as exchanges tell.
    pub(crate) fn doing(&self, at: u64) -> Doing {
        match self {
            RequestState::Sent(_) => Doing::Waiting,
            RequestState::Answered(exchange) if exchange.last_ns.is_some_and(|last| at <= last) => Doing::Transferring,
            RequestState::Quiet | RequestState::SentAndEarly(..) | RequestState::Answered(_) => Doing::Idle,
        }
    }
}

impl Burst {
    /// The exchange with these bytes as its response.
    fn answers(self, exchange: Exchange) -> Exchange {
        exchange.answered(self.first_ns, self.last_ns, self.bytes)
    }

    /// Adds a record. A part of a record that has no header of its own counts as 0 bytes.
    fn and(self, bytes: u64, at: u64) -> Burst {
        let record = self.record.filter(|record| bytes == 0 || bytes == *record);
        let records = self.records + u64::from(bytes > 0);
        Burst { last_ns: at, bytes: self.bytes + bytes, record, records, ..self }
    }

    fn size(self) -> Size {
        Size { bytes: self.bytes, record: self.record, records: self.records }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn until(ms: u64) -> Option<Unasked> {
        Some(Unasked { until_ns: ms * MS, bytes: 0, early: SessionTickets::default() })
    }

    #[test]
    fn a_request_in_parts_is_one_and_its_pause_is_kept() {
        let mut state = RequestState::default();
        let early = SessionTickets::default();
        assert!(state.asked(1, 0, &early).is_none() && state.asked(1, 40 * MS, &early).is_none());
        state.answered(100, 50 * MS, None);
        state.answered(100, 60 * MS, None);
        let over = state.asked(1, 90 * MS, &early).unwrap();
        assert_eq!((over.sent_ns, over.sent_last_ns, over.longest_gap_ns), (0, 40 * MS, 40 * MS));
        assert_eq!((over.answered_ns, over.last_ns), (Some(50 * MS), Some(60 * MS)));
        assert_eq!(state.ended(true).unwrap().answered_ns, None, "the second was never answered");
    }

    #[test]
    fn tickets_before_the_answer_are_not_the_answer_and_their_length_is_learnt() {
        let mut state = RequestState::default();
        state.asked(1, 10 * MS, &SessionTickets::default());
        assert_eq!(state.answered(500, 11 * MS, until(12).as_ref()), Received { is_answer: true, tickets: None });
        assert_eq!(state.answered(300, 211 * MS, until(12).as_ref()), Received { is_answer: true, tickets: Some(500) });
        assert_eq!(state.ended(true).unwrap().answered_ns, Some(211 * MS));
    }

    #[test]
    fn a_quick_answer_without_tickets_is_the_answer() {
        let mut state = RequestState::default();
        state.asked(1, 10 * MS, &SessionTickets::default());
        state.answered(500, 11 * MS, until(12).as_ref());
        assert_eq!(state.asked(1, 500 * MS, &SessionTickets::default()).unwrap().answered_ns, Some(11 * MS));
    }

    #[test]
    fn what_is_known_to_be_tickets_is_no_answer_whatever_follows() {
        let mut early = SessionTickets::default();
        early.learn_tickets(250);
        let mut state = RequestState::default();
        state.asked(1, 10 * MS, &early);
        // Half of the tickets came before the request.
        let unasked = Unasked { until_ns: 12 * MS, bytes: 250, early: early.clone() };
        assert!(!state.answered(250, 11 * MS, Some(&unasked)).is_answer);
        assert!(state.asked(1, 500 * MS, &early).is_none(), "it sends on");
        let over = state.ended(false).unwrap();
        assert_eq!((over.answered_ns, over.sent_last_ns), (None, 500 * MS));
    }

    #[test]
    fn what_a_server_sends_unasked_is_no_answer() {
        let mut state = RequestState::default();
        assert!(!state.answered(500, 0, None).is_answer);
        assert!(state.ended(true).is_none());
    }
}
