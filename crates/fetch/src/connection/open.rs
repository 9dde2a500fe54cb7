//! An open connection: its capacity, when it was set up, and how many requests it has carried.

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use measure::marks::{RequestMarks, SetupMarks};

use crate::FetchError;

/// A request, and its body if it has one.
pub(crate) type Message = Request<Full<Bytes>>;

/// A connection that carries requests.
pub(crate) trait Connection {
    /// How many more requests it can carry now, beside those in flight.
    fn room(&self) -> usize;

    /// Sends a request and returns the status of the response, whose body is put into `body`. `marks` records when
    /// bytes of both moved.
    fn send(
        &mut self,
        message: Message,
        body: &mut Vec<u8>,
        marks: &RequestMarks,
    ) -> impl Future<Output = Result<u16, FetchError>>;
}

/// An open connection.
pub(crate) struct Open<C> {
    connection: C,
    setup: SetupMarks,
    /// Requests started over it.
    carried: u64,
    /// Number of requests after which it is closed.
    limit: u64,
}

impl<C: Connection> Open<C> {
    /// A connection that has carried no request and is closed after `limit` of them.
    pub(crate) fn new(connection: C, setup: SetupMarks, limit: u64) -> Open<C> {
        Open { connection, setup, carried: 0, limit }
    }

    /// [`Connection::send`]. The first request opened the connection, so its marks include the set-up.
    pub(crate) fn send(
        &mut self,
        message: Message,
        body: &mut Vec<u8>,
        marks: &RequestMarks,
    ) -> impl Future<Output = Result<u16, FetchError>> {
        if self.carried == 0 {
            marks.opened(self.setup);
        }
        self.carried += 1;
        self.connection.send(message, body, marks)
    }

    /// Whether it can carry one more request.
    pub(crate) fn has_room(&self) -> bool {
        self.carried < self.limit && self.connection.room() > 0
    }
}
