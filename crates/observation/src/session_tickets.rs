//! Decides whether the first burst that a server sends after a TLS 1.3 handshake is tickets only, or holds a response.
//! Both are encrypted records of similar size that come about a round trip after the handshake, so the decision rests
//! on what earlier bursts of the same host turned out to be.

/// A client that has received its response does not wait this long, unless it keeps the connection, ns.
const GAVE_UP_NS: u64 = 100_000_000;

/// A client counts as having waited in vain if it was silent for this many times as long as the burst took to arrive.
const GAVE_UP_TIMES: u64 = 5;

/// A client that closes its connection this soon has received what it wanted, ns.
const PROMPT_NS: u64 = 20_000_000;

/// The most ticket lengths that are kept of a host. Usually they differ only between full and resumed handshakes.
const MOST_LENGTHS: usize = 8;

/// What is known of a host's first bursts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SessionTickets {
    /// Lengths of records that a response followed, which are tickets. On one connection all tickets have the same
    /// length.
    tickets: Vec<u64>,
    /// The size of the smallest burst that was a response or held one, in bytes since the end of the handshake.
    answer: Option<u64>,
}

/// The size of a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Bytes since the end of the handshake.
    pub(crate) bytes: u64,
    /// The length of each record, if all have the same.
    pub(crate) record: Option<u64>,
    /// The number of records that came after the request.
    pub(crate) records: u64,
}

/// What a burst was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BurstKind {
    /// Tickets only.
    Tickets,
    /// A response, with or without tickets.
    Answer,
    /// Either; nothing is known that decides.
    Either,
}

impl BurstKind {
    /// Whether the burst is taken for a response. If nothing decides, a client that closes the connection after a long
    /// silence is assumed to have waited in vain, and one that leaves it open to keep it.
    pub(crate) fn is_taken_for_answer(self, by_client: bool) -> bool {
        match self {
            BurstKind::Answer => true,
            BurstKind::Tickets => false,
            BurstKind::Either => !by_client,
        }
    }
}

/// A burst after which the server sent nothing until the connection or the run ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastBurst {
    /// Its size.
    pub(crate) size: Size,
    /// The time from the request to the burst, ns.
    pub(crate) took_ns: u64,
    /// The time from the burst to the end, ns.
    pub(crate) silent_ns: u64,
    /// Whether the client closed the connection before the server did.
    pub(crate) by_client: bool,
}

impl SessionTickets {
    /// Notes that records of this length were followed by a response.
    pub(crate) fn learn_tickets(&mut self, length: u64) {
        if !self.tickets.contains(&length) && self.tickets.len() < MOST_LENGTHS {
            self.tickets.push(length);
        }
    }

    pub(crate) fn learn_answer(&mut self, bytes: u64) {
        self.answer = Some(self.answer.map_or(bytes, |least| least.min(bytes)));
    }

    /// Decides by size only. Contradicting evidence decides nothing. If ticket lengths are known, a burst that holds a
    /// record of another length holds a response: that came together with the tickets, or so soon after them that no
    /// pause was seen, as happens on a busy machine.
    pub(crate) fn by_size(&self, size: Size) -> BurstKind {
        let is_tickets = size.record.is_some_and(|length| self.tickets.contains(&length));
        let is_other = !is_tickets && !self.tickets.is_empty();
        let may_be_answer = self.answer.is_some_and(|least| size.bytes >= least);
        match (is_tickets, may_be_answer || is_other) {
            (true, false) => BurstKind::Tickets,
            (false, true) => BurstKind::Answer,
            _ => BurstKind::Either,
        }
    }

    /// Decides what a connection's last burst was, also by the client's silence after it. The result is
    /// [`BurstKind::Either`] if the silence fits both a client that waited in vain and one that kept an idle
    /// connection.
    pub(crate) fn judge(&self, last: LastBurst) -> BurstKind {
        match self.by_size(last.size) {
            BurstKind::Either
                if last.silent_ns >= last.size.gave_up_ns() && last.silent_ns > GAVE_UP_TIMES * last.took_ns =>
            {
                BurstKind::Either
            }
            BurstKind::Either => BurstKind::Answer,
            known => known,
        }
    }
}

impl Size {
    /// A client that has received its response does not wait this long, unless it keeps the connection, ns. Several
    /// records of the same length are rarely a response.
    fn gave_up_ns(self) -> u64 {
        if self.record.is_some() && self.records >= 2 { PROMPT_NS } else { GAVE_UP_NS }
    }
}

impl LastBurst {
    /// Whether the client closed the connection right after the burst: it had received what it wanted.
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

    fn last(records: &[u64], silent_ms: u64) -> LastBurst {
        LastBurst { size: size(records), took_ns: MS, silent_ns: silent_ms * MS, by_client: true }
    }

    #[test]
    fn what_an_answer_followed_elsewhere_is_tickets_here_one_or_two() {
        let mut early = SessionTickets::default();
        early.learn_tickets(255);
        for tickets in [&[255][..], &[255, 255]] {
            assert_eq!(early.by_size(size(tickets)), BurstKind::Tickets);
        }
        assert_eq!(early.by_size(size(&[300])), BurstKind::Answer, "no ticket of this host is so long");
        early.learn_answer(700);
        assert_eq!(early.by_size(size(&[700])), BurstKind::Answer);
        early.learn_answer(200);
        assert_eq!(early.by_size(size(&[255])), BurstKind::Either, "known as both");
    }

    #[test]
    fn an_answer_that_comes_together_with_the_tickets_is_no_ticket() {
        let mut early = SessionTickets::default();
        early.learn_tickets(255);
        assert_eq!(early.by_size(size(&[255, 255, 180])), BurstKind::Answer);
        assert_eq!(early.by_size(size(&[255, 255, 180, 24])), BurstKind::Answer);
        assert_eq!(
            SessionTickets::default().by_size(size(&[255, 180])),
            BurstKind::Either,
            "nothing is known of tickets"
        );
    }

    #[test]
    fn of_an_unknown_size_a_long_silence_leaves_it_open_and_a_short_one_does_not() {
        let early = SessionTickets::default();
        assert_eq!(early.judge(last(&[510], 99)), BurstKind::Answer);
        assert_eq!(early.judge(last(&[510], 100)), BurstKind::Either);
        let slow = LastBurst { took_ns: 30 * MS, ..last(&[510], 140) };
        assert_eq!(early.judge(slow), BurstKind::Answer, "it came no sooner than an answer would");
    }
}
