//! Whether the first that a server sends after a TLS 1.3 handshake is its tickets alone, or holds an answer. Both are
//! encrypted records of a like size that come about a round trip after the handshake, so it is told by what came of
//! others of the same host.

/// A client that has its answer does not wait this long, unless it keeps the connection, ns.
const GAVE_UP_NS: u64 = 100_000_000;

/// So many times as long as the burst took to come the client must have been silent, to have waited in vain.
const GAVE_UP_TIMES: u64 = 5;

/// A client that ends its connection this soon has what it wanted, ns.
const PROMPT_NS: u64 = 20_000_000;

/// The most lengths of tickets that are kept of a host: those of a full and a resumed handshake differ at most.
const MOST_LENGTHS: usize = 8;

/// What has been learnt of a host's first bursts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SessionTickets {
    /// Lengths of records that an answer followed: of tickets, which are alike on one connection.
    tickets: Vec<u64>,
    /// The least that had been an answer, or held one, bytes from the end of the handshake on.
    answer: Option<u64>,
}

/// A burst's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Bytes from the end of the handshake on.
    pub(crate) bytes: u64,
    /// What each of its records is long, where all are alike.
    pub(crate) record: Option<u64>,
    /// How many records came after the request.
    pub(crate) records: u64,
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

impl Was {
    /// Whether what may be tickets or an answer is taken for an answer. Where nothing tells, a client that ends the
    /// connection after a long silence has waited in vain, and one that leaves it open keeps it.
    pub(crate) fn is_taken_for_answer(self, by_client: bool) -> bool {
        match self {
            Was::Answer => true,
            Was::Tickets => false,
            Was::Either => !by_client,
        }
    }
}

/// A burst that nothing of the server's followed until the connection ended, or until the pass did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Last {
    /// How much it was.
    pub(crate) size: Size,
    /// From the request to it, ns.
    pub(crate) took_ns: u64,
    /// From it to the end, ns.
    pub(crate) silent_ns: u64,
    /// The client ended the connection, and the server had not.
    pub(crate) by_client: bool,
}

impl SessionTickets {
    /// Records of this length were followed by an answer.
    pub(crate) fn learn_tickets(&mut self, length: u64) {
        if !self.tickets.contains(&length) && self.tickets.len() < MOST_LENGTHS {
            self.tickets.push(length);
        }
    }

    pub(crate) fn learn_answer(&mut self, bytes: u64) {
        self.answer = Some(self.answer.map_or(bytes, |least| least.min(bytes)));
    }

    /// By size alone. What contradicts itself tells nothing. Where tickets are known, a burst that holds a record of
    /// another length holds an answer: it came together with them, or after them and before the pause that is waited
    /// for, as it does where the machine is busy.
    pub(crate) fn by_size(&self, size: Size) -> Was {
        let is_tickets = size.record.is_some_and(|length| self.tickets.contains(&length));
        let is_other = !is_tickets && !self.tickets.is_empty();
        let may_be_answer = self.answer.is_some_and(|least| size.bytes >= least);
        match (is_tickets, may_be_answer || is_other) {
            (true, false) => Was::Tickets,
            (false, true) => Was::Answer,
            _ => Was::Either,
        }
    }

    /// What a connection's last burst was, its client's silence after it considered. [`Was::Either`] is a silence that
    /// fits both a client that waited in vain and one that kept an idle connection.
    pub(crate) fn judge(&self, last: Last) -> Was {
        match self.by_size(last.size) {
            Was::Either
                if last.silent_ns >= last.size.gave_up_ns() && last.silent_ns > GAVE_UP_TIMES * last.took_ns =>
            {
                Was::Either
            }
            Was::Either => Was::Answer,
            known => known,
        }
    }
}

impl Size {
    /// A client that has its answer does not wait this long, unless it keeps the connection, ns. Several records of one
    /// length are hardly an answer.
    fn gave_up_ns(self) -> u64 {
        if self.record.is_some() && self.records >= 2 { PROMPT_NS } else { GAVE_UP_NS }
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

    fn size(records: &[u64]) -> Size {
        let first = records.first().copied().filter(|first| records.iter().all(|record| record == first));
        Size { bytes: records.iter().sum(), record: first, records: records.len() as u64 }
    }

    fn last(records: &[u64], silent_ms: u64) -> Last {
        Last { size: size(records), took_ns: MS, silent_ns: silent_ms * MS, by_client: true }
    }

    #[test]
    fn what_an_answer_followed_elsewhere_is_tickets_here_one_or_two() {
        let mut early = SessionTickets::default();
        early.learn_tickets(255);
        for tickets in [&[255][..], &[255, 255]] {
            assert_eq!(early.by_size(size(tickets)), Was::Tickets);
        }
        assert_eq!(early.by_size(size(&[300])), Was::Answer, "no ticket of this host is so long");
        early.learn_answer(700);
        assert_eq!(early.by_size(size(&[700])), Was::Answer);
        early.learn_answer(200);
        assert_eq!(early.by_size(size(&[255])), Was::Either, "known as both");
    }

    #[test]
    fn an_answer_that_comes_together_with_the_tickets_is_no_ticket() {
        let mut early = SessionTickets::default();
        early.learn_tickets(255);
        assert_eq!(early.by_size(size(&[255, 255, 180])), Was::Answer);
        assert_eq!(early.by_size(size(&[255, 255, 180, 24])), Was::Answer);
        assert_eq!(SessionTickets::default().by_size(size(&[255, 180])), Was::Either, "nothing is known of tickets");
    }

    #[test]
    fn of_an_unknown_size_a_long_silence_leaves_it_open_and_a_short_one_does_not() {
        let early = SessionTickets::default();
        assert_eq!(early.judge(last(&[510], 99)), Was::Answer);
        assert_eq!(early.judge(last(&[510], 100)), Was::Either);
        let slow = Last { took_ns: 30 * MS, ..last(&[510], 140) };
        assert_eq!(early.judge(slow), Was::Answer, "it came no sooner than an answer would");
    }
}
