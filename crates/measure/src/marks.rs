//! The timestamps that a client's connection records during a request, and when it is set up.
//!
//! HTTP libraries report little about when bytes were sent and received. Their connections, wrapped by crate `fetch`,
//! do. Phases belong to a request ([`RequestMarks`]), set-up belongs to a connection ([`SetupMarks`]): of the requests
//! that a connection carries, only the one that opened it reports the set-up. Only one request at a time uses the same
//! marks, so the atomics are never contended; they are atomics because a library may require `Send + Sync` of the
//! connection.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::clock::now_ns;
use crate::phase::Timeline;

/// When a connection was set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SetupMarks {
    connected: u64,
    secured: u64,
}

impl SetupMarks {
    /// The TCP connection is established.
    pub fn connected() -> SetupMarks {
        SetupMarks { connected: now_ns(), secured: 0 }
    }

    /// The TLS handshake is complete.
    pub fn secured(&mut self) {
        self.secured = now_ns();
    }
}

/// When the bytes of one request and its response moved.
#[derive(Debug, Default)]
pub struct ByteMarks {
    sent: AtomicU64,
    first_byte: AtomicU64,
}

impl ByteMarks {
    /// Clears the timestamps of the previous request.
    pub fn clear(&self) {
        self.sent.store(0, Relaxed);
        self.first_byte.store(0, Relaxed);
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

    fn copy(&self, from: &ByteMarks) {
        self.sent.store(from.sent.load(Relaxed), Relaxed);
        self.first_byte.store(from.first_byte.load(Relaxed), Relaxed);
    }
}

/// The timestamps of a request that only its client knows.
#[derive(Debug, Default)]
pub struct RequestMarks {
    built: AtomicU64,
    connected: AtomicU64,
    secured: AtomicU64,
    bytes: ByteMarks,
}

impl RequestMarks {
    /// Clears the timestamps of the previous request.
    pub fn clear(&self) {
        for mark in [&self.built, &self.connected, &self.secured] {
            mark.store(0, Relaxed);
        }
        self.bytes.clear();
    }

    /// The request's own client object has been built.
    pub fn built(&self) {
        self.built.store(now_ns(), Relaxed);
    }

    /// The request has opened a connection, which was set up at these times.
    pub fn opened(&self, setup: SetupMarks) {
        self.connected.store(setup.connected, Relaxed);
        self.secured.store(setup.secured, Relaxed);
    }

    /// Bytes of the request were passed to the connection. The last call before the response counts.
    #[inline]
    pub fn wrote(&self) {
        self.bytes.wrote();
    }

    /// Bytes of the response arrived. The first call counts.
    #[inline]
    pub fn read(&self) {
        self.bytes.read();
    }

    /// Copies when the bytes of the request and its response moved.
    pub fn moved(&self, bytes: &ByteMarks) {
        self.bytes.copy(bytes);
    }

    /// Copies the timestamps of `from`.
    pub fn copy(&self, from: &RequestMarks) {
        let pairs = [(&self.built, &from.built), (&self.connected, &from.connected), (&self.secured, &from.secured)];
        pairs.into_iter().for_each(|(mine, theirs)| mine.store(theirs.load(Relaxed), Relaxed));
        self.bytes.copy(&from.bytes);
    }

    /// Combines these timestamps with the model's.
    pub fn timeline(&self, due: u64, start: u64, done: u64) -> Timeline {
        Timeline {
            due,
            start,
            built: self.built.load(Relaxed),
            connected: self.connected.load(Relaxed),
            secured: self.secured.load(Relaxed),
            sent: self.bytes.sent.load(Relaxed),
            first_byte: self.bytes.first_byte.load(Relaxed),
            done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_read_and_the_last_write_before_it_count() {
        let marks = RequestMarks::default();
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

    #[test]
    fn a_request_takes_over_what_its_connection_tells() {
        let mut setup = SetupMarks::connected();
        setup.secured();
        let bytes = ByteMarks::default();
        bytes.wrote();
        bytes.read();
        let marks = RequestMarks::default();
        marks.opened(setup);
        marks.moved(&bytes);
        bytes.clear();
        let line = marks.timeline(0, 0, 0);
        assert!(0 < line.connected && line.connected <= line.secured && line.secured <= line.sent);
        assert!(line.sent <= line.first_byte);
        let copy = RequestMarks::default();
        copy.copy(&marks);
        assert_eq!(copy.timeline(0, 0, 0), line);
    }
}
