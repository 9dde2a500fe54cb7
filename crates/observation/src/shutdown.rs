//! Determines which side ended a connection first, and when.
//!
//! A direction ends with its last byte or, over TLS, with the `close_notify` before it, which the peer may answer with
//! its own. In TLS 1.3 `close_notify` is a record of 24 bytes, but so are two bytes of data. Such a record counts only
//! if it is the last of its direction. If it came right after data (as a body of two bytes does), the direction must
//! also have ended soon after it.

use wire::Side;

use crate::connection::Doing;

/// A record that follows data within this time may be the rest of that data: Linux delays an acknowledgement by 40 ms,
/// for which a careless server waits between header and body.
const RIGHT_BEHIND_NS: u64 = 100_000_000;

/// A direction ends within this time after its `close_notify`, unless it waits for the peer's.
const SOON_NS: u64 = 100_000_000;

/// The end of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) side: Side,
    pub(crate) at_ns: u64,
    /// What the connection was doing at that time.
    pub(crate) doing: Doing,
}

/// The ends of both directions, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Shutdown {
    first: Option<End>,
    /// Records that may be `close_notify`: the client's and the server's.
    perhaps: [Option<Perhaps>; 2],
}

#[derive(Debug, Clone, Copy)]
struct Perhaps {
    end: End,
    /// The other side has sent something since.
    is_passed: bool,
    /// It came right after data of the same side.
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
    /// The end that came first. A record that may be the server's `close_notify` is an end if only the client's end
    /// followed it: a client that closes at once prevents the server's own end from arriving.
    pub(crate) fn first(&self) -> Option<End> {
        let notified = self.perhaps[place(Side::Server)].filter(|perhaps| !perhaps.is_passed && !perhaps.is_behind);
        let notified = notified.map(|perhaps| perhaps.end);
        self.first.map(|first| notified.filter(|end| end.at_ns < first.at_ns).unwrap_or(first))
    }

    /// Notes a record that may be an end. `data_ns` is when that side last sent data. If an earlier record was taken
    /// for the end until now, returns when it came: it was data.
    pub(crate) fn perhaps(&mut self, end: End, data_ns: Option<u64>) -> Option<u64> {
        let data = self.took(end.side);
        let is_behind = data_ns.is_some_and(|data| end.at_ns.saturating_sub(data) < RIGHT_BEHIND_NS);
        self.perhaps[place(end.side)] = Some(Perhaps { end, is_passed: false, is_behind });
        data
    }

    /// A direction ends at `at_ns`. If this shows that the server's record which was taken for its end was data,
    /// returns when it came.
    pub(crate) fn outlived(&mut self, at_ns: u64) -> Option<u64> {
        let servers = &mut self.perhaps[place(Side::Server)];
        let is_data = servers.is_some_and(|perhaps| {
            perhaps.is_behind && !perhaps.is_passed && at_ns.saturating_sub(perhaps.end.at_ns) > SOON_NS
        });
        if is_data { servers.take().map(|perhaps| perhaps.end.at_ns) } else { None }
    }

    /// `side` sends data. If an earlier record was taken for its end until now, returns when it came: it was data.
    pub(crate) fn spoke(&mut self, side: Side) -> Option<u64> {
        if let Some(theirs) = &mut self.perhaps[place(other(side))] {
            theirs.is_passed = true;
        }
        self.took(side)
    }

    /// The record that was taken for the end of `side` was data, unless the other side has sent something since: then
    /// the exchange that it would belong to is over. A client's request is longer than two bytes; such a record from a
    /// client is `user_canceled` before `close_notify` (RFC 8446 §6.1), which the JDK sends.
    fn took(&mut self, side: Side) -> Option<u64> {
        let taken = self.perhaps[place(side)].take().filter(|_| side == Side::Server);
        taken.filter(|perhaps| !perhaps.is_passed).map(|perhaps| perhaps.end.at_ns)
    }

    /// A direction has ended. If its last record may be `close_notify`, the end is the time of that record.
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
