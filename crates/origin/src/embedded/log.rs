//! The log of the first requests since the last mark, with their times: enough for a chart of how they overlap.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::{LOG_ROWS, Served};
use nix::time::{ClockId, clock_gettime};

/// A log of [`LOG_ROWS`] rows. When it is full, a request costs one atomic load.
#[derive(Debug, Default)]
pub(super) struct Log {
    full: AtomicBool,
    pages: Mutex<Page>,
}

#[derive(Debug, Default)]
struct Page {
    /// How often the log has been reset: a request must not complete a row that is no longer its own.
    number: u64,
    rows: Vec<Served>,
}

/// The position of a request's row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    page: u64,
    index: usize,
}

impl Log {
    /// Records that a request has arrived, if there is room.
    pub(super) fn arrived(&self, connection: u64) -> Option<Row> {
        if self.full.load(Ordering::Relaxed) {
            return None;
        }
        let mut page = self.page();
        let index = page.rows.len();
        if index < LOG_ROWS {
            page.rows.push(Served { connection, arrived_ns: now_ns(), answered_ns: 0 });
        }
        self.full.store(page.rows.len() >= LOG_ROWS, Ordering::Relaxed);
        (index < LOG_ROWS).then_some(Row { page: page.number, index })
    }

    /// Records that the response to the request of `row` is complete.
    pub(super) fn answered(&self, row: Row) {
        let mut page = self.page();
        if page.number == row.page
            && let Some(served) = page.rows.get_mut(row.index)
        {
            served.answered_ns = now_ns();
        }
    }

    pub(super) fn start_anew(&self) {
        let mut page = self.page();
        page.number += 1;
        page.rows.clear();
        self.full.store(false, Ordering::Relaxed);
    }

    pub(super) fn rows(&self) -> Vec<Served> {
        self.page().rows.clone()
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// CLOCK_MONOTONIC, ns: the same clock for every process of a machine.
pub(super) fn now_ns() -> u64 {
    // This can only fail on a system without this clock.
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC).map(std::time::Duration::from).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_first_rows_and_a_request_ends_in_its_own_or_in_none() {
        let log = Log::default();
        let early = log.arrived(7).unwrap();
        let later: Vec<_> = (1..100).filter_map(|connection| log.arrived(connection)).collect();
        assert_eq!(later.len(), LOG_ROWS - 1);
        log.answered(later[1]);
        assert_eq!((log.rows()[0].connection, log.rows()[0].answered_ns), (7, 0));
        assert!(log.rows()[2].answered_ns >= log.rows()[2].arrived_ns);

        log.start_anew();
        let row = log.arrived(8).unwrap();
        log.answered(early);
        assert_eq!(log.rows()[0].answered_ns, 0);
        log.answered(row);
        assert!(log.rows()[0].answered_ns > 0);
    }
}
