//! Tickets that can be traced: each holds the number of the connection that it was issued on.
//!
//! They are not encrypted, which does no harm between a test and itself.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Mutex;

use rustls::server::ProducesTickets;

thread_local! {
    /// The connection that this thread serves, and the one on which its ticket was issued.
    static NUMBER: Cell<usize> = const { Cell::new(0) };
    static PARENT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Sets the connection that this thread serves.
pub(super) fn on_connection(number: usize) {
    NUMBER.set(number);
    PARENT.set(None);
}

/// The connection that issued the ticket with which this thread's connection is resumed.
pub(super) fn parent() -> Option<usize> {
    PARENT.get()
}

/// Issues tickets, and accepts each any number of times, as TLS 1.2 does; a test sees from the parents whether one was
/// used twice.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    given: Mutex<HashSet<usize>>,
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        3600
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let number = NUMBER.get();
        self.given.lock().unwrap().insert(number);
        Some([&number.to_be_bytes(), plain].concat())
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let (number, plain) = ticket.split_first_chunk()?;
        let number = usize::from_be_bytes(*number);
        self.given.lock().unwrap().contains(&number).then(|| PARENT.set(Some(number)))?;
        Some(plain.to_vec())
    }
}
