//! Where a client's connection leaves its stamps while a request is under way.
//!
//! HTTP libraries tell little of when bytes moved. Their connections, wrapped by crate `fetch`, do: each slot owns one
//! `Marks` and hands it to the connection that it opens. Only one request uses a slot at a time, so the atomics are
//! never contended; they are atomics because a library may keep the connection behind `Send + Sync`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::clock::now_ns;
use crate::phase::Timeline;

/// The stamps that only the connection can know.
#[derive(Debug, Default)]
pub struct Marks {
    built: AtomicU64,
    connected: AtomicU64,
    secured: AtomicU64,
    sent: AtomicU64,
    first_byte: AtomicU64,
}

impl Marks {
    /// Forgets the stamps of the request before.
    pub fn clear(&self) {
        for mark in [&self.built, &self.connected, &self.secured, &self.sent, &self.first_byte] {
            mark.store(0, Relaxed);
        }
    }

    /// The client object of the request's own is built.
    pub fn built(&self) {
        self.built.store(now_ns(), Relaxed);
    }

    /// The TCP connection stands.
    pub fn connected(&self) {
        self.connected.store(now_ns(), Relaxed);
    }

    /// The TLS handshake is complete.
    pub fn secured(&self) {
        self.secured.store(now_ns(), Relaxed);
    }

    /// Bytes of the request were handed to the connection. The last call before the answer counts.
    #[inline]
    pub fn wrote(&self) {
        if self.first_byte.load(Relaxed) == 0 {
            self.sent.store(now_ns(), Relaxed);
        }
    }

    /// Bytes of the answer came. The first call counts.
    #[inline]
    pub fn read(&self) {
        if self.first_byte.load(Relaxed) == 0 {
            self.first_byte.store(now_ns(), Relaxed);
        }
    }

    /// Takes over the stamps of another.
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

    /// Joins the connection's stamps with those of the model.
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
