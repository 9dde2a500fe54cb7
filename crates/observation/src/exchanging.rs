//! Which bytes are a request, and which its answer: told by direction and pause, where the content is not seen.

use crate::connection::{Doing, Exchange};

/// What a server may send of its own accord after a TLS 1.3 handshake, bytes: a few tickets.
const TICKETS_BYTES: u64 = 4_096;

/// How much later than a round trip after the handshake tickets may come, ns: what a busy server takes to make them.
const TICKETS_LATE_NS: u64 = 5_000_000;

/// A pause after which what a server sends is something else than before, ns.
const PAUSE_NS: u64 = 1_000_000;

/// Where the exchanges of a connection are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Exchanging {
    /// None has begun.
    #[default]
    Quiet,
    /// A request is being sent, or has been.
    Sent(Exchange),
    /// So is this one, and the server has sent what may be tickets or the answer: what comes next tells.
    SentAndEarly(Exchange, Burst),
    /// The answer comes, or has come.
    Answered(Exchange),
}

/// Bytes that the server sent without a pause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Burst {
    first_ns: u64,
    last_ns: u64,
    bytes: u64,
}

impl Exchanging {
    /// The client sent something. Gives the exchange before, where this shows it to be over.
    pub(crate) fn asked(&mut self, at: u64) -> Option<Exchange> {
        let (over, next) = match *self {
            Exchanging::Quiet => (None, Exchanging::Sent(Exchange::begun(at))),
            Exchanging::Sent(exchange) => (None, Exchanging::Sent(exchange.went_on(at))),
            Exchanging::SentAndEarly(exchange, burst) if at - exchange.sent_last_ns < TICKETS_LATE_NS => {
                (None, Exchanging::SentAndEarly(exchange.went_on(at), burst))
            }
            Exchanging::SentAndEarly(exchange, burst) => {
                (Some(burst.answers(exchange)), Exchanging::Sent(Exchange::begun(at)))
            }
            Exchanging::Answered(exchange) => (Some(exchange), Exchanging::Sent(Exchange::begun(at))),
        };
        *self = next;
        over
    }

    /// The server sent so many bytes. `tickets_until_ns`: until when it may send tickets unasked; `None` where it can't.
    /// Whether that was, or may be, part of an answer.
    pub(crate) fn answered(&mut self, bytes: u64, at: u64, tickets_until_ns: Option<u64>) -> bool {
        let may_be_tickets =
            bytes <= TICKETS_BYTES && tickets_until_ns.is_some_and(|until| at <= until + TICKETS_LATE_NS);
        *self = match *self {
            Exchanging::Quiet => Exchanging::Quiet,
            Exchanging::Sent(exchange) if may_be_tickets => {
                Exchanging::SentAndEarly(exchange, Burst { first_ns: at, last_ns: at, bytes })
            }
            Exchanging::Sent(exchange) => Exchanging::Answered(exchange.answered(at, at)),
            Exchanging::SentAndEarly(exchange, burst) if at - burst.last_ns >= PAUSE_NS => {
                Exchanging::Answered(exchange.answered(at, at))
            }
            Exchanging::SentAndEarly(exchange, burst) if burst.bytes + bytes > TICKETS_BYTES => {
                Exchanging::Answered(exchange.answered(burst.first_ns, at))
            }
            Exchanging::SentAndEarly(exchange, burst) => {
                Exchanging::SentAndEarly(exchange, Burst { last_ns: at, bytes: burst.bytes + bytes, ..burst })
            }
            Exchanging::Answered(exchange) => Exchanging::Answered(Exchange { last_ns: Some(at), ..exchange }),
        };
        !self.is_quiet()
    }

    /// Nothing more comes: gives the last exchange.
    pub(crate) fn ended(&mut self) -> Option<Exchange> {
        match std::mem::take(self) {
            Exchanging::Quiet => None,
            Exchanging::Sent(exchange) | Exchanging::Answered(exchange) => Some(exchange),
            Exchanging::SentAndEarly(exchange, burst) => Some(burst.answers(exchange)),
        }
    }

    /// No exchange has begun yet.
    pub(crate) fn is_quiet(&self) -> bool {
        matches!(self, Exchanging::Quiet)
    }

    /// What the connection is doing as to exchanges.
    pub(crate) fn doing(&self, at: u64) -> Doing {
        match self {
            Exchanging::Sent(_) => Doing::Waiting,
            Exchanging::Answered(exchange) if exchange.last_ns.is_some_and(|last| at <= last) => Doing::Transferring,
            Exchanging::Quiet | Exchanging::SentAndEarly(..) | Exchanging::Answered(_) => Doing::Idle,
        }
    }
}

impl Burst {
    /// The exchange, these bytes being its answer after all.
    fn answers(self, exchange: Exchange) -> Exchange {
        exchange.answered(self.first_ns, self.last_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_request_in_parts_is_one_and_its_pause_is_kept() {
        let mut exchanging = Exchanging::default();
        assert!(exchanging.asked(0).is_none() && exchanging.asked(40 * MS).is_none());
        exchanging.answered(100, 50 * MS, None);
        exchanging.answered(100, 60 * MS, None);
        let over = exchanging.asked(90 * MS).unwrap();
        assert_eq!((over.sent_ns, over.sent_last_ns, over.longest_gap_ns), (0, 40 * MS, 40 * MS));
        assert_eq!((over.answered_ns, over.last_ns), (Some(50 * MS), Some(60 * MS)));
        assert_eq!(exchanging.ended().unwrap().answered_ns, None, "the second was never answered");
    }

    #[test]
    fn tickets_before_the_answer_are_not_the_answer() {
        let mut exchanging = Exchanging::default();
        exchanging.asked(10 * MS);
        exchanging.answered(500, 11 * MS, Some(12 * MS));
        exchanging.answered(300, 211 * MS, Some(12 * MS));
        assert_eq!(exchanging.ended().unwrap().answered_ns, Some(211 * MS));
    }

    #[test]
    fn a_quick_answer_without_tickets_is_the_answer() {
        let mut exchanging = Exchanging::default();
        exchanging.asked(10 * MS);
        exchanging.answered(500, 11 * MS, Some(12 * MS));
        assert_eq!(exchanging.asked(500 * MS).unwrap().answered_ns, Some(11 * MS));
    }

    #[test]
    fn what_a_server_sends_unasked_is_no_answer() {
        let mut exchanging = Exchanging::default();
        assert!(!exchanging.answered(500, 0, None));
        assert!(exchanging.ended().is_none());
    }
}
