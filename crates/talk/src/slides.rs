//! The slides' model of the total time, in seconds. It is not a measurement, but reproduces nine cells of a table
//! exactly.
//!
//! A request takes `send` to be sent, `work` at the server, and `receive` to be received. A client sends and receives
//! one request at a time.

/// What the slides assume: 0.05 s to send, 1 s of work, 0.05 s to receive.
pub const ASSUMED: Costs = Costs { send: 0.05, work: 1.0, receive: 0.05 };

/// The parts of a request, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// To open, secure and send.
    pub send: f64,
    /// The server's own time.
    pub work: f64,
    /// To receive and parse.
    pub receive: f64,
}

impl Costs {
    /// The time of requests one after another: n (s + P + r). It is the same if connections open together and then each
    /// blocks.
    pub fn one_by_one(&self, n: u64) -> f64 {
        n as f64 * (self.send + self.work + self.receive)
    }

    /// The time with all requests in flight: the last request has been sent after n s, or the first response arrives
    /// after s + P, whichever is later; then n responses are received.
    pub fn together(&self, n: u64) -> f64 {
        let n = n as f64;
        (n * self.send).max(self.send + self.work) + n * self.receive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slides_table_is_the_model() {
        for (n, slow, fast) in [(3, 3.30, 1.20), (5, 5.50, 1.30), (10, 11.0, 1.55)] {
            assert!((ASSUMED.one_by_one(n) - slow).abs() < 1e-9, "{n}");
            assert!((ASSUMED.together(n) - fast).abs() < 1e-9, "{n}");
        }
        assert!((ASSUMED.together(30) - 3.0).abs() < 1e-9, "beyond 21 requests sending is the limit");
    }
}
