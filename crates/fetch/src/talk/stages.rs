//! The table of stages: who fetches in which, on which executor.

use workload::{Cell, Connection};

use super::blocking::{handed_over, inside};
use super::client::{Reading, clients};
use super::ways::{Ways, registered_last};
use crate::PrepareError;
use crate::clients::{Shared, ureq};
use crate::models::{Model, async_std, smol, threads, tokio_current, tokio_multi};
use crate::table::{ASYNC_STD, SMOL, TOKIO, UREQ};

/// The model of all of them.
pub const MODEL: &str = "talk";

const PLAIN_TOO: &[&str] = &[Cell::PLAIN, "rustls"];
const RUSTLS: &[&str] = &["rustls"];
const BOTH_STACKS: &[&str] = &["rustls", "native-tls"];

/// One stage.
struct Stage {
    /// Its name, as the client of its cells.
    name: &'static str,
    stacks: &'static [&'static str],
    prepare: fn(&Shared, u32) -> Result<Box<dyn Model>, PrepareError>,
    libraries: &'static [&'static str],
    note: &'static str,
}

/// A stage on the single-threaded executor.
fn staged(shared: &Shared, slots: u32, ways: Ways, reading: Reading) -> Result<Box<dyn Model>, PrepareError> {
    tokio_current::prepare(clients(shared, slots, ways, reading, false))
}

/// Stage 2 on an executor of so many threads.
fn on_workers(shared: &Shared, slots: u32, workers: usize) -> Result<Box<dyn Model>, PrepareError> {
    tokio_multi::prepare(clients(shared, slots, Ways::BLOCKING, Reading::Recv, false), workers)
}

static STAGES: &[Stage] = &[
    Stage {
        name: "serial",
        stacks: RUSTLS,
        prepare: |shared, _| staged(shared, 1, Ways::SERIAL, Reading::Recv),
        libraries: &[TOKIO],
        note: "requests: one after another",
    },
    Stage {
        name: "0-alone",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, registered_last(&[Ways::COOPERATIVE]), Reading::RecvInto),
        libraries: &[TOKIO],
        note: "the TLS layer that has registered last carries TLS: only the cooperative one is installed",
    },
    Stage {
        name: "0-beside-another",
        stacks: RUSTLS,
        prepare: |shared, slots| {
            staged(shared, slots, registered_last(&[Ways::COOPERATIVE, Ways::BLOCKING]), Reading::Recv)
        },
        libraries: &[TOKIO],
        note: "the same program where a blocking layer happens to be installed too, and registers last",
    },
    Stage {
        name: "1-recv",
        stacks: PLAIN_TOO,
        prepare: |shared, slots| staged(shared, slots, Ways::COOPERATIVE, Reading::Recv),
        libraries: &[TOKIO],
        note: "every operation yields; the client reads by recv",
    },
    Stage {
        name: "1-recv-into",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::COOPERATIVE, Reading::RecvInto),
        libraries: &[TOKIO],
        note: "every operation yields; the client reads by recv_into",
    },
    Stage {
        name: "2-recv",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::BLOCKING, Reading::Recv),
        libraries: &[TOKIO],
        note: "handshake, send and reads hold the thread; the client reads by recv",
    },
    Stage {
        name: "2-recv-into",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::BLOCKING, Reading::RecvInto),
        libraries: &[TOKIO],
        note: "handshake, send and reads hold the thread; the client reads by recv_into",
    },
    Stage {
        name: "3-recv",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::WRAPPED, Reading::Recv),
        libraries: &[TOKIO],
        note: "a wrapper makes handshake, send and recv yield; the client reads by recv",
    },
    Stage {
        name: "3-recv-into",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::WRAPPED, Reading::RecvInto),
        libraries: &[TOKIO],
        note: "the same wrapper knows no recv_into, which falls through to the blocking layer",
    },
    Stage {
        name: "4-recv",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::PATCHED, Reading::Recv),
        libraries: &[TOKIO],
        note: "the wrapper has learnt recv_into; the client reads by recv",
    },
    Stage {
        name: "4-recv-into",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::PATCHED, Reading::RecvInto),
        libraries: &[TOKIO],
        note: "the wrapper has learnt recv_into; the client reads by it",
    },
    Stage {
        name: "4-reverted",
        stacks: RUSTLS,
        prepare: |shared, slots| {
            staged(shared, slots, Ways { recv_into: Ways::WRAPPED.recv_into, ..Ways::PATCHED }, Reading::RecvInto)
        },
        libraries: &[TOKIO],
        note: "the patch taken back: recv_into falls through again",
    },
    Stage {
        name: "5-recv-into",
        stacks: RUSTLS,
        prepare: |shared, slots| staged(shared, slots, Ways::COOPERATIVE_WAIT, Reading::RecvInto),
        libraries: &[TOKIO],
        note: "stage 2's layer, its one way to wait replaced by a cooperative one",
    },
    Stage {
        name: "blocking-plain",
        stacks: &[Cell::PLAIN],
        prepare: |shared, slots| staged(shared, slots, Ways::BLOCKING, Reading::RecvInto),
        libraries: &[TOKIO],
        note: "stage 2's configuration over plain HTTP: its TLS layer is never used",
    },
    Stage {
        name: "send-first",
        stacks: RUSTLS,
        prepare: |shared, slots| tokio_current::prepare(clients(shared, slots, Ways::BLOCKING, Reading::Recv, true)),
        libraries: &[TOKIO],
        note: "stage 2, but all requests are sent before any answer is read: what harms is that sends are held back",
    },
    Stage {
        name: "2-workers-2",
        stacks: RUSTLS,
        prepare: |shared, slots| on_workers(shared, slots, 2),
        libraries: &[TOKIO],
        note: "stage 2 on an executor of 2 threads",
    },
    Stage {
        name: "2-workers-4",
        stacks: RUSTLS,
        prepare: |shared, slots| on_workers(shared, slots, 4),
        libraries: &[TOKIO],
        note: "stage 2 on an executor of 4 threads",
    },
    Stage {
        name: "2-workers-8",
        stacks: RUSTLS,
        prepare: |shared, slots| on_workers(shared, slots, 8),
        libraries: &[TOKIO],
        note: "stage 2 on an executor of 8 threads",
    },
    Stage {
        name: "ureq-in-tokio",
        stacks: BOTH_STACKS,
        prepare: |shared, slots| tokio_current::prepare(inside(ureq::clients(shared, slots))),
        libraries: &[TOKIO, UREQ],
        note: "a blocking client called inside async fn, on tokio's current thread",
    },
    Stage {
        name: "ureq-in-smol",
        stacks: BOTH_STACKS,
        prepare: |shared, slots| Ok(smol::prepare(inside(ureq::clients(shared, slots)), 1)),
        libraries: &[SMOL, UREQ],
        note: "a blocking client called inside async fn, on smol's global executor",
    },
    Stage {
        name: "ureq-in-async-std",
        stacks: BOTH_STACKS,
        prepare: |shared, slots| Ok(async_std::prepare(inside(ureq::clients(shared, slots)), 1)),
        libraries: &[ASYNC_STD, UREQ],
        note: "a blocking client called inside async fn, on async-std's global executor",
    },
    Stage {
        name: "cure-spawn-blocking",
        stacks: BOTH_STACKS,
        prepare: |shared, slots| tokio_current::prepare(handed_over(ureq::clients(shared, slots))),
        libraries: &[TOKIO, UREQ],
        note: "the same client, handed to threads that may block",
    },
    Stage {
        name: "cure-threads",
        stacks: BOTH_STACKS,
        prepare: |shared, slots| Ok(threads::prepare(ureq::clients(shared, slots))),
        libraries: &[UREQ],
        note: "the same client, a thread per request and no executor",
    },
];

/// The cells of all stages, in the order of the talk.
pub fn cells() -> Vec<Cell> {
    let of_stage = |stage: &Stage| {
        let cell = |tls: &&str| Cell {
            model: MODEL.to_owned(),
            client: stage.name.to_owned(),
            tls: (*tls).to_owned(),
            connection: Connection::NewConn,
        };
        stage.stacks.iter().map(cell).collect::<Vec<_>>()
    };
    STAGES.iter().flat_map(of_stage).collect()
}

/// What there is to know about a stage; empty for one that there is not.
pub(crate) fn note_of(cell: &Cell) -> &'static str {
    stage(cell).map_or("", |stage| stage.note)
}

/// The libraries of a stage beside its TLS stack's.
pub(crate) fn libraries(cell: &Cell) -> &'static [&'static str] {
    stage(cell).map_or(&[], |stage| stage.libraries)
}

/// Prepares a stage's cell.
pub(crate) fn prepare(cell: &Cell, shared: &Shared, slots: u32) -> Result<Box<dyn Model>, PrepareError> {
    let stage = stage(cell).ok_or_else(|| PrepareError::NoSuchCell(cell.to_string()))?;
    (stage.prepare)(shared, slots)
}

fn stage(cell: &Cell) -> Option<&'static Stage> {
    let is = |stage: &&Stage| {
        stage.name == cell.client && stage.stacks.contains(&cell.tls.as_str()) && cell.connection == Connection::NewConn
    };
    STAGES.iter().find(is).filter(|_| cell.model == MODEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_is_a_cell_that_can_be_found_again() {
        let cells = cells();
        assert!(cells.iter().all(|cell| stage(cell).is_some() && cell.to_string().parse() == Ok(cell.clone())));
        assert!(stage(&"talk/1-recv/rustls/keep-alive".parse().unwrap()).is_none());
        assert!(stage(&"talk/2-recv/native-tls/new-conn".parse().unwrap()).is_none());
    }
}
