//! Where an open connection is kept between requests.

use super::open::{Connection, Open};

/// Where a slot's connection is kept.
pub(crate) enum Placement<C> {
    /// With the slot that opened it: no other slot uses it, so it needs no lock.
    OwnedBySlot(Option<Box<Open<C>>>),
}

impl<C: Connection> Placement<C> {
    /// Takes the open connection, if there is one.
    pub(crate) fn take(&mut self) -> Option<Box<Open<C>>> {
        let Placement::OwnedBySlot(kept) = self;
        kept.take()
    }

    /// Keeps a connection for the next request. One that can carry no more is closed.
    pub(crate) fn put_back(&mut self, open: Box<Open<C>>) {
        let Placement::OwnedBySlot(kept) = self;
        *kept = Some(open).filter(|open| open.has_room());
    }
}

#[cfg(test)]
mod tests {
    use measure::clock::now_ns;
    use measure::marks::{RequestMarks, SetupMarks};

    use super::super::open::Message;
    use super::*;
    use crate::FetchError;

    /// A connection that can carry this many requests at once.
    struct Room(usize);

    impl Connection for Room {
        fn room(&self) -> usize {
            self.0
        }

        async fn send(&mut self, _: Message, _: &mut Vec<u8>, _: &RequestMarks) -> Result<u16, FetchError> {
            Ok(200)
        }
    }

    #[test]
    fn a_connection_waits_while_it_has_room() {
        let mut placement = Placement::OwnedBySlot(None);
        assert!(placement.take().is_none());
        placement.put_back(Box::new(Open::new(Room(1), SetupMarks::default(), 1)));
        let mut open = placement.take().unwrap();
        assert!(placement.take().is_none(), "nobody else has it");
        smol::block_on(open.send(Message::default(), &mut Vec::new(), &RequestMarks::default())).unwrap();
        placement.put_back(open);
        assert!(placement.take().is_none(), "it has carried all that it may");
        placement.put_back(Box::new(Open::new(Room(0), SetupMarks::default(), 1)));
        assert!(placement.take().is_none(), "it is full");
    }

    #[test]
    fn only_the_request_that_opened_a_connection_reports_its_set_up() {
        let mut open = Open::new(Room(1), SetupMarks::connected(), u64::MAX);
        let mut timeline = || {
            let marks = RequestMarks::default();
            smol::block_on(open.send(Message::default(), &mut Vec::new(), &marks)).unwrap();
            marks.timeline(0, 0, now_ns())
        };
        assert!(timeline().connected > 0);
        assert_eq!(timeline().connected, 0);
    }
}
