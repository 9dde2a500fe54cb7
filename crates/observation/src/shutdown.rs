//! Who ended a connection first, and when.
//!
//! A direction ends with its last byte, and over TLS with `close_notify` before that, which the peer may meet with its
//! own. In TLS 1.3 that is a record of 24 bytes, but so are two bytes of data: it counts only once its direction has
//! really ended with it, and, where it came right behind data (a body of two bytes does), only if that was soon.

use wire::Side;

use crate::connection::Doing;

/// What follows data within this time may be the rest of it: Linux delays an acknowledgement, which a careless server
/// waits for between a head and its body, by 40 ms.
const RIGHT_BEHIND_NS: u64 = 100_000_000;

/// Within this time of its `close_notify` a direction ends, unless it waits for the peer's.
const SOON_NS: u64 = 100_000_000;

/// One side has nothing more to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) side: Side,
    pub(crate) at_ns: u64,
    /// What the connection was doing then.
    pub(crate) doing: Doing,
}

/// Ends so far.
#[derive(Debug, Default)]
pub(crate) struct Shutdown {
    first: Option<End>,
    /// What may be `close_notify`: the client's, the server's.
    perhaps: [Option<Perhaps>; 2],
}

#[derive(Debug, Clone, Copy)]
struct Perhaps {
    end: End,
    /// The other side has spoken since.
    is_passed: bool,
    /// It came right behind data of the same side.
    is_behind: bool,
}

fn place(side: Side) -> usize {
    usize::from(side == Side::Server)
}

fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}

impl Shutdown {
    /// The end that came first. What may be the server's `close_notify`, behind which nothing came but the client's
    /// end, is one: a client that closes at once does not let the server's own end come.
    pub(crate) fn first(&self) -> Option<End> {
        let notified = self.perhaps[place(Side::Server)].filter(|perhaps| !perhaps.is_passed && !perhaps.is_behind);
        let notified = notified.map(|perhaps| perhaps.end);
        self.first.map(|first| notified.filter(|end| end.at_ns < first.at_ns).unwrap_or(first))
    }

    /// This may be an end, that side's last data having come at `data_ns`. Gives when data came that was taken for an
    /// end until now.
    pub(crate) fn perhaps(&mut self, end: End, data_ns: Option<u64>) -> Option<u64> {
        let data = self.took(end.side);
        let is_behind = data_ns.is_some_and(|data| end.at_ns.saturating_sub(data) < RIGHT_BEHIND_NS);
        self.perhaps[place(end.side)] = Some(Perhaps { end, is_passed: false, is_behind });
        data
    }

    /// A direction ends at `at_ns`. Gives when the server's data came that was taken for its end until now, and that
    /// this shows to have been data.
    pub(crate) fn outlived(&mut self, at_ns: u64) -> Option<u64> {
        let servers = &mut self.perhaps[place(Side::Server)];
        let is_data = servers.is_some_and(|perhaps| {
            perhaps.is_behind && !perhaps.is_passed && at_ns.saturating_sub(perhaps.end.at_ns) > SOON_NS
        });
        if is_data { servers.take().map(|perhaps| perhaps.end.at_ns) } else { None }
    }

    /// `side` sends data. Gives when data came that was taken for its end until now.
    pub(crate) fn spoke(&mut self, side: Side) -> Option<u64> {
        if let Some(theirs) = &mut self.perhaps[place(other(side))] {
            theirs.is_passed = true;
        }
        self.took(side)
    }

    /// What was taken for the end of `side` was data, unless the other side has spoken since: what it was part of is
    /// over then. A client asks for nothing in two bytes; what it sends so is `user_canceled` before `close_notify`
    /// (RFC 8446 §6.1), as JDK does.
    fn took(&mut self, side: Side) -> Option<u64> {
        let taken = self.perhaps[place(side)].take().filter(|_| side == Side::Server);
        taken.filter(|perhaps| !perhaps.is_passed).map(|perhaps| perhaps.end.at_ns)
    }

    /// A direction has ended, which is what its last record may have said before.
    pub(crate) fn ended(&mut self, end: End) {
        let end = self.perhaps[place(end.side)].take().map_or(end, |perhaps| perhaps.end);
        if self.first.is_none_or(|first| end.at_ns < first.at_ns) {
            self.first = Some(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(side: Side, at_ns: u64) -> End {
        End { side, at_ns, doing: Doing::Idle }
    }

    #[test]
    fn a_close_notify_that_the_peer_meets_is_first_though_its_direction_ends_last() {
        let mut shutdown = Shutdown::default();
        assert_eq!(shutdown.perhaps(end(Side::Client, 10), None), None);
        assert_eq!(shutdown.perhaps(end(Side::Server, 11), None), None);
        shutdown.ended(end(Side::Server, 12));
        shutdown.ended(end(Side::Client, 13));
        assert_eq!(shutdown.first(), Some(end(Side::Client, 10)));
    }

    #[test]
    fn what_more_follows_was_data() {
        let mut shutdown = Shutdown::default();
        shutdown.perhaps(end(Side::Server, 10), None);
        assert_eq!(shutdown.first(), None);
        assert_eq!(shutdown.spoke(Side::Server), Some(10));
        shutdown.perhaps(end(Side::Server, 20), None);
        assert_eq!(shutdown.spoke(Side::Client), None);
        assert_eq!(shutdown.spoke(Side::Server), None, "the client has asked for something else since");
        shutdown.ended(end(Side::Client, 30));
        assert_eq!(shutdown.first(), Some(end(Side::Client, 30)));
    }

    #[test]
    fn a_client_that_cancels_before_it_says_goodbye_has_sent_no_request() {
        let mut shutdown = Shutdown::default();
        assert_eq!(shutdown.perhaps(end(Side::Client, 10), None), None);
        assert_eq!(shutdown.perhaps(end(Side::Client, 11), None), None);
        assert_eq!(shutdown.spoke(Side::Client), None);
    }

    #[test]
    fn a_short_record_right_behind_data_is_an_end_only_if_the_direction_ends_soon() {
        const MS: u64 = 1_000_000;
        for (data_ms, ends_ms, was_data) in
            [(Some(60), 300, true), (Some(60), 150, false), (Some(0), 300, false), (None, 300, false)]
        {
            let mut shutdown = Shutdown::default();
            shutdown.perhaps(end(Side::Server, 110 * MS), data_ms.map(|ms| ms * MS));
            assert_eq!(shutdown.outlived(ends_ms * MS), was_data.then_some(110 * MS), "{data_ms:?} {ends_ms}");
        }
    }
}
