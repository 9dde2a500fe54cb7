//! Whether the first that a server sends after a TLS 1.3 handshake is its tickets alone, or holds an answer. Both are encrypted
//! records of a like size that come about a round trip after the handshake, so it is told by what came of others of the same host.

/// A client that has its answer does not wait this long, unless it keeps the connection, ns.
const GAVE_UP_NS: u64 = 100_000_000;

/// So many times as long as the burst took to come the client must have been silent, to have waited in vain.
const GAVE_UP_TIMES: u64 = 5;

/// A client that ends its connection this soon has what it wanted, ns.
const PROMPT_NS: u64 = 20_000_000;

/// What has been learnt of a host's first bursts, bytes from the end of the handshake on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Early {
    /// The least that an answer followed: tickets. More may hold the beginning of an answer that came in two parts, of which
    /// the second looked like an answer to tickets.
    tickets: Option<u64>,
    /// The least that had been an answer, or held one.
    answer: Option<u64>,
}

/// What a burst was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Was {
    /// Tickets and no answer.
    Tickets,
    /// An answer, with or without tickets.
    Answer,
    /// An answer, or tickets: nothing is known that tells.
    Either,
}

/// A burst that nothing of the server's followed until the connection ended, or until the pass did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Last {
    /// Bytes from the end of the handshake on.
    pub(crate) bytes: u64,
    /// From the request to it, ns.
    pub(crate) took_ns: u64,
    /// From it to the end, ns.
    pub(crate) silent_ns: u64,
    /// The client ended the connection, and the server had not.
    pub(crate) by_client: bool,
}

impl Early {
    pub(crate) fn learn_tickets(&mut self, bytes: u64) {
        self.tickets = Some(self.tickets.map_or(bytes, |least| least.min(bytes)));
    }

    pub(crate) fn learn_answer(&mut self, bytes: u64) {
        self.answer = Some(self.answer.map_or(bytes, |least| least.min(bytes)));
    }

    /// By size alone. What contradicts itself tells nothing.
    pub(crate) fn by_size(self, bytes: u64) -> Was {
        let may_be_tickets = self.tickets.is_some_and(|least| bytes <= least);
        let may_be_answer = self.answer.is_some_and(|least| bytes >= least);
        match (may_be_tickets, may_be_answer) {
            (true, false) => Was::Tickets,
            (false, true) => Was::Answer,
            _ => Was::Either,
        }
    }

    /// What a connection's last burst was, its client's silence after it considered. [`Was::Either`] is a silence that fits both
    /// a client that waited in vain and one that kept an idle connection.
    pub(crate) fn judge(self, last: Last) -> Was {
        match self.by_size(last.bytes) {
            Was::Either if last.silent_ns >= GAVE_UP_NS && last.silent_ns > GAVE_UP_TIMES * last.took_ns => Was::Either,
            Was::Either => Was::Answer,
            known => known,
        }
    }
}

impl Last {
    /// The client ended the connection as soon as this had come: it was what it wanted.
    pub(crate) fn is_prompt(self) -> bool {
        self.by_client && self.silent_ns < PROMPT_NS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn last(bytes: u64, silent_ms: u64) -> Last {
        Last { bytes, took_ns: MS, silent_ns: silent_ms * MS, by_client: true }
    }

    #[test]
    fn what_an_answer_followed_elsewhere_is_tickets_here() {
        let mut early = Early::default();
        early.learn_tickets(510);
        assert_eq!([510, 255, 511].map(|bytes| early.by_size(bytes)), [Was::Tickets, Was::Tickets, Was::Either]);
        early.learn_answer(700);
        assert_eq!([510, 600, 700].map(|bytes| early.by_size(bytes)), [Was::Tickets, Was::Either, Was::Answer]);
        early.learn_answer(400);
        assert_eq!(early.by_size(450), Was::Either, "known as both");
    }

    #[test]
    fn a_head_that_came_with_the_tickets_and_before_its_body_is_no_ticket() {
        let mut early = Early::default();
        early.learn_tickets(255);
        early.learn_tickets(390);
        assert_ne!(early.by_size(392), Was::Tickets);
        assert_ne!(early.by_size(390), Was::Tickets);
    }

    #[test]
    fn of_an_unknown_size_a_long_silence_leaves_it_open_and_a_short_one_does_not() {
        let early = Early::default();
        assert_eq!(early.judge(last(510, 99)), Was::Answer);
        assert_eq!(early.judge(last(510, 100)), Was::Either);
        let slow = Last { took_ns: 30 * MS, ..last(510, 140) };
        assert_eq!(early.judge(slow), Was::Answer, "it came no sooner than an answer would");
    }
}
