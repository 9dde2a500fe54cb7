//! The registry: the one table that joins models, clients and TLS stacks into cells. A new one is a file of its own and
//! a line here.

use std::sync::Arc;

use measure::phase::Phase;
use measure::result::Terms;
use workload::{Cell, Connection};

use crate::PrepareError;
use crate::clients::{Shared, hyper, reqwest, reqwest_stock, ureq, ureq_stock};
use crate::libraries::{ASYNC_STD, HYPER, RAYON, REQWEST, SMOL, TOKIO, UREQ};
use crate::models::any_thread::any_thread;
use crate::models::async_std::AsyncStd;
use crate::models::smol::Smol;
use crate::models::tokio_current::TokioCurrent;
use crate::models::tokio_multi::TokioMulti;
use crate::models::{Model, rayon, serial, threads};
use crate::slot::Task;
use crate::tls::native_tls::{self, NativeTls};
use crate::tls::openssl::{self, OpenSsl};
use crate::tls::plain::Plain;
use crate::tls::rustls::{self, Rustls};
use crate::tls::{Backend, Stack, rustls_ring};
use crate::{floor, talk};

type Prepared = Result<Box<dyn Model>, PrepareError>;

/// The model whose pool has a thread per slot.
pub(crate) const RAYON_POOL: &str = "rayon-pool";

/// A model with a client that can run in it.
pub(crate) struct Pair {
    model: &'static str,
    client: &'static str,
    pub(crate) prepare: fn(&Shared, slots: u32, workers: usize) -> Prepared,
    /// The libraries of both, with their versions.
    libraries: &'static [&'static str],
    pub(crate) terms: Terms,
    /// What `list` says of the model.
    note: &'static str,
}

static PAIRS: &[Pair] = &[
    Pair {
        model: "serial",
        client: "ureq",
        prepare: |shared, slots, _| Ok(serial::prepare(ureq::clients(shared, slots.min(1))?)),
        libraries: &[UREQ],
        terms: Terms::Pinned,
        note: "one request after another, whatever concurrency is asked for",
    },
    Pair {
        model: "threads",
        client: "ureq",
        prepare: |shared, slots, _| Ok(threads::prepare(ureq::clients(shared, slots)?)),
        libraries: &[UREQ],
        terms: Terms::Pinned,
        note: "a thread per request, C at most alive",
    },
    Pair {
        model: "rayon",
        client: "ureq",
        prepare: |shared, slots, workers| rayon::prepare(ureq::clients(shared, slots)?, workers),
        libraries: &[RAYON, UREQ],
        terms: Terms::Pinned,
        note: "rayon's default pool: as many requests in flight as it has threads, not C",
    },
    Pair {
        model: RAYON_POOL,
        client: "ureq",
        prepare: |shared, slots, _| rayon::prepare(ureq::clients(shared, slots)?, slots as usize),
        libraries: &[RAYON, UREQ],
        terms: Terms::Pinned,
        note: "a rayon pool of C threads, 1,024 at most",
    },
    Pair {
        model: "tokio-current",
        client: "hyper",
        prepare: |shared, slots, _| {
            Ok(any_thread(TokioCurrent::new()?, hyper::clients::<TokioCurrent>(shared, slots)?, Task::run))
        },
        libraries: &[TOKIO, HYPER],
        terms: Terms::Pinned,
        note: "a task per request on one thread",
    },
    Pair {
        model: "tokio-multi",
        client: "hyper",
        prepare: |shared, slots, workers| {
            Ok(any_thread(TokioMulti::new(workers)?, hyper::clients::<TokioMulti>(shared, slots)?, Task::run))
        },
        libraries: &[TOKIO, HYPER],
        terms: Terms::Pinned,
        note: "a task per request on a pool of worker threads",
    },
    Pair {
        model: "smol",
        client: "hyper",
        prepare: |shared, slots, workers| {
            Ok(any_thread(Smol::new(workers), hyper::clients::<Smol>(shared, slots)?, Task::run))
        },
        libraries: &[SMOL, HYPER],
        terms: Terms::Pinned,
        note: "a task per request on smol's global executor, one worker thread unless told otherwise; one more polls",
    },
    Pair {
        model: "async-std",
        client: "hyper",
        prepare: |shared, slots, workers| {
            Ok(any_thread(AsyncStd::new(workers), hyper::clients::<AsyncStd>(shared, slots)?, Task::run))
        },
        libraries: &[ASYNC_STD, HYPER],
        terms: Terms::Pinned,
        note: "discontinued upstream (RUSTSEC-2025-0052): shown for those who still run it and must decide",
    },
    Pair {
        model: "tokio-current",
        client: "reqwest",
        prepare: |shared, slots, _| Ok(any_thread(TokioCurrent::new()?, reqwest::clients(shared, slots)?, Task::run)),
        libraries: &[TOKIO, REQWEST],
        terms: Terms::Pooled,
        note: "a task per request on one thread",
    },
    Pair {
        model: "tokio-multi",
        client: "reqwest",
        prepare: |shared, slots, workers| {
            Ok(any_thread(TokioMulti::new(workers)?, reqwest::clients(shared, slots)?, Task::run))
        },
        libraries: &[TOKIO, REQWEST],
        terms: Terms::Pooled,
        note: "a task per request on a pool of worker threads",
    },
    Pair {
        model: "threads",
        client: "ureq-stock",
        prepare: |shared, slots, _| Ok(threads::prepare(ureq_stock::clients(shared, slots)?)),
        libraries: &[UREQ],
        terms: Terms::Stock,
        note: "a thread per request, C at most alive",
    },
    Pair {
        model: "tokio-multi",
        client: "reqwest-stock",
        prepare: |shared, slots, workers| {
            Ok(any_thread(TokioMulti::new(workers)?, reqwest_stock::clients(shared, slots)?, Task::run))
        },
        libraries: &[TOKIO, REQWEST],
        terms: Terms::Stock,
        note: "a task per request on a pool of worker threads",
    },
];

static STACKS: &[Stack] = &[
    Stack {
        name: Cell::PLAIN,
        core: true,
        build: |_| Ok(Arc::new(Plain)),
        library: || None,
        lacks: |_| None,
        stock: Some(Backend::None),
    },
    Stack {
        name: "rustls",
        core: true,
        build: |settings| Ok(Arc::new(Rustls::new(settings)?)),
        library: || Some(rustls::library()),
        lacks: |_| None,
        stock: Some(Backend::Rustls),
    },
    Stack {
        name: "rustls-ring",
        core: false,
        build: |settings| Ok(Arc::new(rustls_ring::new(settings)?)),
        library: || Some(rustls_ring::library()),
        lacks: rustls_ring::lacks,
        stock: None,
    },
    Stack {
        name: "native-tls",
        core: true,
        build: |settings| Ok(Arc::new(NativeTls::new(settings)?)),
        library: || Some(native_tls::library()),
        lacks: native_tls::lacks,
        stock: Some(Backend::NativeTls),
    },
    Stack {
        name: "openssl",
        core: false,
        build: |settings| Ok(Arc::new(OpenSsl::new(settings)?)),
        library: || Some(openssl::library()),
        lacks: openssl::lacks,
        stock: None,
    },
];

/// The matrix: every model and client over the stacks that most programs have, by new connections and kept ones. In the
/// order of tables: by model and client, TLS stack, connection.
pub fn cells() -> Vec<Cell> {
    joined(&Connection::MATRIX, |stack| stack.core)
}

/// Every model and client over every TLS stack by these connections, in the same order; among them what cannot be, for
/// which the caller asks [`refusal`](crate::refusal). Without TLS there is nothing to resume, and so no such cell.
pub fn cells_of(connections: &[Connection]) -> Vec<Cell> {
    let mut cells = joined(connections, |_| true);
    cells.retain(|cell| cell.is_tls() || cell.connection != Connection::Resumed);
    cells
}

fn joined(connections: &[Connection], takes: impl Fn(&Stack) -> bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for pair in PAIRS {
        for stack in STACKS.iter().filter(|stack| takes(stack)) {
            let cell = |connection: &Connection| Cell::new(pair.model, pair.client, stack.name, *connection);
            cells.extend(connections.iter().map(cell));
        }
    }
    cells
}

/// The TLS stacks that are not part of [`cells`], but of [`cells_of`].
pub fn stacks_beyond() -> impl Iterator<Item = &'static str> {
    STACKS.iter().filter(|stack| !stack.core).map(|stack| stack.name)
}

/// What there is to know about a cell's model; empty for a cell that is not in the table.
pub fn note_of(cell: &Cell) -> &'static str {
    match cell.model.as_str() {
        floor::MODEL => floor::note_of(cell),
        talk::MODEL => talk::note_of(cell),
        _ => pair(cell).map_or("", |pair| pair.note),
    }
}

/// The TLS library behind a cell and its version; `None` without TLS.
pub fn library_of(cell: &Cell) -> Option<String> {
    // Left to itself, ureq takes rustls with ring.
    match (cell.client.as_str(), stack(cell)?.stock) {
        ("ureq-stock", Some(Backend::Rustls)) => Some(rustls_ring::library()),
        _ => (stack(cell)?.library)(),
    }
}

/// On which terms a cell takes part; [`Terms::Pinned`] for a cell that is not in the table.
pub fn terms_of(cell: &Cell) -> Terms {
    match cell.model.as_str() {
        floor::MODEL => floor::terms_of(cell),
        _ => pair(cell).map_or(Terms::Pinned, |pair| pair.terms),
    }
}

/// Whether a cell's model has a thread for every request in flight.
pub fn thread_per_slot(cell: &Cell) -> bool {
    THREAD_PER_SLOT.contains(&cell.model.as_str())
}

/// Models whose threads are as many as the slots.
const THREAD_PER_SLOT: [&str; 2] = ["threads", RAYON_POOL];

/// Phases that a cell's client does not tell.
pub(crate) fn untold(cell: &Cell) -> &'static [Phase] {
    match terms_of(cell) {
        _ if cell.model == floor::MODEL => &Phase::ALL,
        Terms::Pinned => &[],
        Terms::Pooled | Terms::Stock | Terms::Command | Terms::Floor => {
            &[Phase::Connect, Phase::Tls, Phase::Send, Phase::Wait, Phase::Body]
        }
    }
}

/// Every library that does a cell's work, with its version.
pub(crate) fn libraries(cell: &Cell) -> Vec<String> {
    if cell.model == floor::MODEL {
        return floor::libraries(cell);
    }
    let of_pair = pair(cell).map_or_else(|| talk::libraries(cell), |pair| pair.libraries);
    of_pair.iter().map(|library| (*library).to_owned()).chain(library_of(cell)).collect()
}

/// The line of a cell's model and client.
pub(crate) fn pair(cell: &Cell) -> Option<&'static Pair> {
    PAIRS.iter().find(|pair| pair.model == cell.model && pair.client == cell.client)
}

/// The line of a cell's TLS stack.
pub(crate) fn stack(cell: &Cell) -> Option<&'static Stack> {
    STACKS.iter().find(|stack| stack.name == cell.tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_follows_the_grammar_and_stands_once() {
        let mut names: Vec<String> = cells().iter().map(Cell::to_string).collect();
        assert!(names.iter().all(|name| name.parse::<Cell>().is_ok()));
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!((names.len(), count), (PAIRS.len() * 3 * 2, count));
    }

    #[test]
    fn libraries_name_their_versions() {
        let cell = "tokio-multi/hyper/native-tls/new-conn".parse().unwrap();
        let libraries = libraries(&cell).join(" ");
        assert!(libraries.contains("OpenSSL ") && !libraries.contains("unknown"), "{libraries}");
    }
}
