//! Who ended a connection first, and when.
//!
//! A direction ends with its last byte, and over TLS with `close_notify` before that, which the peer may meet with its own. In TLS
//! 1.3 that is a record of 24 bytes, but so are two bytes of data: it counts only once its direction has really ended with it.

use wire::Side;

use crate::connection::Doing;

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
pub(crate) struct Ends {
    first: Option<End>,
    /// What may be `close_notify`: the client's, the server's.
    perhaps: [Option<Perhaps>; 2],
}

#[derive(Debug, Clone, Copy)]
struct Perhaps {
    end: End,
    /// The other side has spoken since.
    is_passed: bool,
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

impl Ends {
    /// The end that came first.
    pub(crate) fn first(&self) -> Option<End> {
        self.first
    }

    /// This may be an end. Gives when data came that was taken for an end until now.
    pub(crate) fn perhaps(&mut self, end: End) -> Option<u64> {
        let data = self.took(end.side);
        self.perhaps[place(end.side)] = Some(Perhaps { end, is_passed: false });
        data
    }

    /// `side` sends data. Gives when data came that was taken for its end until now.
    pub(crate) fn spoke(&mut self, side: Side) -> Option<u64> {
        if let Some(theirs) = &mut self.perhaps[place(other(side))] {
            theirs.is_passed = true;
        }
        self.took(side)
    }

    /// What was taken for the end of `side` was data, unless the other side has spoken since: what it was part of is over then.
    fn took(&mut self, side: Side) -> Option<u64> {
        self.perhaps[place(side)].take().filter(|perhaps| !perhaps.is_passed).map(|perhaps| perhaps.end.at_ns)
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
        let mut ends = Ends::default();
        assert_eq!(ends.perhaps(end(Side::Client, 10)), None);
        assert_eq!(ends.perhaps(end(Side::Server, 11)), None);
        ends.ended(end(Side::Server, 12));
        ends.ended(end(Side::Client, 13));
        assert_eq!(ends.first(), Some(end(Side::Client, 10)));
    }

    #[test]
    fn what_more_follows_was_data() {
        let mut ends = Ends::default();
        ends.perhaps(end(Side::Server, 10));
        assert_eq!(ends.first(), None);
        assert_eq!(ends.spoke(Side::Server), Some(10));
        ends.perhaps(end(Side::Server, 20));
        assert_eq!(ends.spoke(Side::Client), None);
        assert_eq!(ends.spoke(Side::Server), None, "the client has asked for something else since");
        ends.ended(end(Side::Client, 30));
        assert_eq!(ends.first(), Some(end(Side::Client, 30)));
    }
}
