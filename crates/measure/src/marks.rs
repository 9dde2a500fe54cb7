//! The timestamps that a client's connection records during a request.
//!
//! HTTP libraries report little about when bytes were sent and received. Their connections, wrapped by crate `fetch`,
//! do: each slot owns one `Marks` and passes it to the connection that it opens. Only one request uses a slot at a
//! time, so the atomics are never contended; they are atomics because a library may require `Send + Sync` of the
//! connection.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::clock::now_ns;
use crate::phase::Timeline;

/// The timestamps that only the connection knows.
#[derive(Debug, Default)]
pub struct Marks {
    built: AtomicU64,
    connected: AtomicU64,
    secured: AtomicU64,
    sent: AtomicU64,
    first_byte: AtomicU64,
}

impl Marks {
    /// Clears the timestamps of the previous request.
    pub fn clear(&self) {
        for mark in [&self.built, &self.connected, &self.secured, &self.sent, &self.first_byte] {
            mark.store(0, Relaxed);
        }
    }

    /// The request's own client object has been built.
    pub fn built(&self) {
        self.built.store(now_ns(), Relaxed);
    }

    /// The TCP connection is established.
    pub fn connected(&self) {
        self.connected.store(now_ns(), Relaxed);
    }

    /// The TLS handshake is complete.
    pub fn secured(&self) {
        self.secured.store(now_ns(), Relaxed);
    }

    /// Bytes of the request were passed to the connection. The last call before the response counts.
    #[inline]
    pub fn wrote(&self) {
        if self.first_byte.load(Relaxed) == 0 {
            self.sent.store(now_ns(), Relaxed);
        }
    }

    /// Bytes of the response arrived. The first call counts.
    #[inline]
    pub fn read(&self) {
        if self.first_byte.load(Relaxed) == 0 {
            self.first_byte.store(now_ns(), Relaxed);
        }
    }

    /// Copies the timestamps of `from`.
    pub fn copy(&self, from: &Marks) {
        let pairs = [
            (&self.built, &from.built),
            (&self.connected, &from.connected),
            (&self.secured, &from.secured),
            (&self.sent, &from.sent),
            (&self.first_byte, &from.first_byte),
        ];
        pairs.into_iter().for_each(|(mine, theirs)| mine.store(theirs.load(Relaxed), Relaxed));
    }

    /// Combines the connection's timestamps with the model's.
    pub fn timeline(&self, due: u64, start: u64, done: u64) -> Timeline {
        Timeline {
            due,
            start,
            built: self.built.load(Relaxed),
            connected: self.connected.load(Relaxed),
            secured: self.secured.load(Relaxed),
            sent: self.sent.load(Relaxed),
            first_byte: self.first_byte.load(Relaxed),
            done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_read_and_the_last_write_before_it_count() {
        let marks = Marks::default();
        marks.wrote();
        marks.wrote();
        marks.read();
        let line = marks.timeline(1, 2, now_ns());
        marks.wrote();
        marks.read();
        assert_eq!(marks.timeline(1, 2, line.done), line);
        assert!(line.sent <= line.first_byte && line.connected == 0);
        marks.clear();
        assert_eq!(marks.timeline(0, 0, 0), Timeline::default());
    }
}
