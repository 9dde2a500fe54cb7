//! The table of stages: the client and the executor of each.

use workload::{Cell, Connection};

use super::blocking::{handed_over, inside};
use super::client::clients;
use super::exchange::Reading;
use super::ways::{Ways, registered_last};
use crate::PrepareError;
use crate::clients::{Shared, ureq};
use crate::models::any_thread::any_thread;
use crate::models::async_std::AsyncStd;
use crate::models::smol::Smol;
use crate::models::tokio_current::TokioCurrent;
use crate::models::tokio_multi::TokioMulti;
use crate::models::{Model, threads};
use crate::slot::Task;

/// The model of all stages.
pub const MODEL: &str = "talk";

const PLAIN_TOO: &[&str] = &[Cell::PLAIN, "rustls"];
const RUSTLS: &[&str] = &["rustls"];
const BOTH_STACKS: &[&str] = &["rustls", "native-tls"];

type Prepared = Result<Box<dyn Model>, PrepareError>;

/// One stage.
struct Stage {
    /// Its name, as the client of its cells.
    name: &'static str,
    stacks: &'static [&'static str],
    /// How its TLS layer waits; for a blocking client, which has no such layer, how that client waits.
    ways: fn() -> Ways,
    prepare: fn(&Shared, u32, Ways) -> Prepared,
    libraries: &'static [&'static str],
    note: &'static str,
}

/// A stage on the single-threaded executor.
fn staged(shared: &Shared, slots: u32, ways: Ways, reading: Reading) -> Prepared {
    Ok(any_thread(TokioCurrent::new()?, clients(shared, slots, ways, reading, false)?, Task::run))
}

/// Stage 2 on an executor with this many threads.
fn on_workers(shared: &Shared, slots: u32, ways: Ways, workers: usize) -> Prepared {
    Ok(any_thread(TokioMulti::new(workers)?, clients(shared, slots, ways, Reading::Recv, false)?, Task::run))
}

static STAGES: &[Stage] = &[
    Stage {
        name: "serial",
        stacks: RUSTLS,
        ways: || Ways::SERIAL,
        prepare: |shared, _, ways| staged(shared, 1, ways, Reading::Recv),
        libraries: &["tokio"],
        note: "requests: one after another",
    },
    Stage {
        name: "0-alone",
        stacks: RUSTLS,
        ways: || registered_last(&[Ways::COOPERATIVE]),
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "the TLS layer that has registered last carries TLS: only the cooperative one is installed",
    },
    Stage {
        name: "0-beside-another",
        stacks: RUSTLS,
        ways: || registered_last(&[Ways::COOPERATIVE, Ways::BLOCKING]),
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::Recv),
        libraries: &["tokio"],
        note: "the same program with a blocking layer installed too, which registers last",
    },
    Stage {
        name: "1-recv",
        stacks: PLAIN_TOO,
        ways: || Ways::COOPERATIVE,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::Recv),
        libraries: &["tokio"],
        note: "every operation yields; the client reads by recv",
    },
    Stage {
        name: "1-recv-into",
        stacks: RUSTLS,
        ways: || Ways::COOPERATIVE,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "every operation yields; the client reads by recv_into",
    },
    Stage {
        name: "2-recv",
        stacks: RUSTLS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::Recv),
        libraries: &["tokio"],
        note: "handshake, send and reads hold the thread; the client reads by recv",
    },
    Stage {
        name: "2-recv-into",
        stacks: RUSTLS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "handshake, send and reads hold the thread; the client reads by recv_into",
    },
    Stage {
        name: "3-recv",
        stacks: RUSTLS,
        ways: || Ways::WRAPPED,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::Recv),
        libraries: &["tokio"],
        note: "a wrapper makes handshake, send and recv yield; the client reads by recv",
    },
    Stage {
        name: "3-recv-into",
        stacks: RUSTLS,
        ways: || Ways::WRAPPED,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "the same wrapper knows no recv_into, which falls through to the blocking layer",
    },
    Stage {
        name: "4-recv",
        stacks: RUSTLS,
        ways: || Ways::PATCHED,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::Recv),
        libraries: &["tokio"],
        note: "the wrapper has learnt recv_into; the client reads by recv",
    },
    Stage {
        name: "4-recv-into",
        stacks: RUSTLS,
        ways: || Ways::PATCHED,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "the wrapper has learnt recv_into; the client reads by it",
    },
    Stage {
        name: "4-reverted",
        stacks: RUSTLS,
        ways: || Ways { recv_into: Ways::WRAPPED.recv_into, ..Ways::PATCHED },
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "the patch taken back: recv_into falls through again",
    },
    Stage {
        name: "5-recv-into",
        stacks: RUSTLS,
        ways: || Ways::COOPERATIVE_WAIT,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "stage 2's layer, its one way to wait replaced by a cooperative one",
    },
    Stage {
        name: "blocking-plain",
        stacks: &[Cell::PLAIN],
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, ways| staged(shared, slots, ways, Reading::RecvInto),
        libraries: &["tokio"],
        note: "stage 2's configuration over plain HTTP: its TLS layer is never used",
    },
    Stage {
        name: "send-first",
        stacks: RUSTLS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, ways| {
            Ok(any_thread(TokioCurrent::new()?, clients(shared, slots, ways, Reading::Recv, true)?, Task::run))
        },
        libraries: &["tokio"],
        note: "stage 2, but all requests are sent before any response is read: the harm is that sends are delayed",
    },
    Stage {
        name: "2-workers-2",
        stacks: RUSTLS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, ways| on_workers(shared, slots, ways, 2),
        libraries: &["tokio"],
        note: "stage 2 on an executor of 2 threads",
    },
    Stage {
        name: "2-workers-4",
        stacks: RUSTLS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, ways| on_workers(shared, slots, ways, 4),
        libraries: &["tokio"],
        note: "stage 2 on an executor of 4 threads",
    },
    Stage {
        name: "2-workers-8",
        stacks: RUSTLS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, ways| on_workers(shared, slots, ways, 8),
        libraries: &["tokio"],
        note: "stage 2 on an executor of 8 threads",
    },
    Stage {
        name: "ureq-in-tokio",
        stacks: BOTH_STACKS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, _| {
            Ok(any_thread(TokioCurrent::new()?, inside(ureq::clients(shared, slots)?), Task::run))
        },
        libraries: &["tokio", "ureq"],
        note: "a blocking client called inside async fn, on tokio's current thread",
    },
    Stage {
        name: "ureq-in-smol",
        stacks: BOTH_STACKS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, _| Ok(any_thread(Smol::new(1), inside(ureq::clients(shared, slots)?), Task::run)),
        libraries: &["smol", "ureq"],
        note: "a blocking client called inside async fn, on smol's global executor",
    },
    Stage {
        name: "ureq-in-async-std",
        stacks: BOTH_STACKS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, _| Ok(any_thread(AsyncStd::new(1), inside(ureq::clients(shared, slots)?), Task::run)),
        libraries: &["async-std", "ureq"],
        note: "a blocking client called inside async fn, on async-std's global executor",
    },
    Stage {
        name: "cure-spawn-blocking",
        stacks: BOTH_STACKS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, _| {
            Ok(any_thread(TokioCurrent::new()?, handed_over(ureq::clients(shared, slots)?), Task::run))
        },
        libraries: &["tokio", "ureq"],
        note: "the same client, handed to threads that may block",
    },
    Stage {
        name: "cure-threads",
        stacks: BOTH_STACKS,
        ways: || Ways::BLOCKING,
        prepare: |shared, slots, _| Ok(threads::prepare(ureq::clients(shared, slots)?)),
        libraries: &["ureq"],
        note: "the same client, a thread per request and no executor",
    },
];

/// The cells of all stages, in the order of the talk.
pub fn cells() -> Vec<Cell> {
    let of_stage = |stage: &Stage| {
        let cell = |tls: &&str| Cell::new(MODEL, stage.name, *tls, Connection::NewConn);
        stage.stacks.iter().map(cell).collect::<Vec<_>>()
    };
    STAGES.iter().flat_map(of_stage).collect()
}

/// A note on a stage; empty for a name that is no stage.
pub(crate) fn note_of(cell: &Cell) -> &'static str {
    stage(cell).map_or("", |stage| stage.note)
}

/// Whether a cell is a stage.
pub(crate) fn is_stage(cell: &Cell) -> bool {
    stage(cell).is_some()
}

/// The libraries that a stage uses beside its TLS stack's.
pub(crate) fn libraries(cell: &Cell) -> &'static [&'static str] {
    stage(cell).map_or(&[], |stage| stage.libraries)
}

/// What carries TLS in a stage, and which of its operations yield: two facts, neither of which follows from the other.
/// `None` for a cell that is no stage.
pub fn probe(cell: &Cell) -> Option<String> {
    let stage = stage(cell)?;
    let blocking = stage.libraries.contains(&"ureq");
    let carrier = if cell.is_tls() { cell.tls.as_str() } else { "no TLS" };
    Some(if blocking {
        format!("{carrier} in a blocking client")
    } else {
        format!("{carrier}; {}", (stage.ways)().words())
    })
}

/// Prepares a stage's cell.
pub(crate) fn prepare(cell: &Cell, shared: &Shared, slots: u32) -> Prepared {
    let stage = stage(cell).ok_or_else(|| PrepareError::NoSuchCell(cell.to_string()))?;
    (stage.prepare)(shared, slots, (stage.ways)())
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
