//! The registry: joins the catalog's models, clients and TLS stacks with the code of each, and combines them into
//! cells.
//!
//! It names none of them: they are in the lists of the catalog.

use std::sync::LazyLock;

use measure::phase::Phase;
use workload::catalog::{self, Client, Model as Entry};
use workload::{Cell, Connection, Terms};

use crate::pair::{Pair, Prepare};
use crate::tls::Stack;
use crate::{floor, libraries, models, talk, tls};

/// A model with a client that runs in it.
pub(crate) struct Joined {
    model: &'static Entry,
    pub(crate) client: &'static Client,
    pub(crate) prepare: Prepare,
}

macro_rules! with_pairs {
    ($($(#[$on:meta])? $module:ident,)*) => {
        [$($(#[$on])? (&catalog::models::$module::MODEL, models::$module::pairs())),*]
    };
}

macro_rules! with_code {
    ($($module:ident,)*) => {
        &[$(Stack { entry: &catalog::stacks::$module::STACK, build: tls::$module::build }),*]
    };
}

/// Every model with its clients, in the order in which tables list them: by client, then model.
static PAIRS: LazyLock<Vec<Joined>> = LazyLock::new(|| {
    let models: &[(&'static Entry, Vec<Pair>)] = &workload::for_each_model!(with_pairs;);
    let of_client = |client: &'static Client| {
        let pairs = models.iter().flat_map(|(model, pairs)| pairs.iter().map(move |pair| (*model, pair)));
        let measured =
            pairs.filter(move |(model, pair)| pair.client.name == client.name && client.is_measured_in(model));
        measured.map(move |(model, pair)| Joined { model, client, prepare: pair.prepare })
    };
    catalog::clients::ALL.iter().flat_map(|client| of_client(client)).collect()
});

static STACKS: &[Stack] = workload::for_each_stack!(with_code;);

/// The matrix: every model and client over the two most common stacks and without TLS, by new connections and kept
/// ones. In the order in which tables list them: by model and client, TLS stack, connection.
pub fn cells() -> Vec<Cell> {
    let is_core = |pair: &Joined, stack: &Stack| pair.model.core && pair.client.core && stack.entry.core;
    joined(&Connection::MATRIX, is_core)
}

/// Every model and client over every TLS stack by these connections, in the same order. The list includes cells that
/// cannot run; [`refusal`](crate::refusal) says why. It has no cells that resume sessions without TLS.
pub fn cells_of(connections: &[Connection]) -> Vec<Cell> {
    let mut cells = joined(connections, |_, _| true);
    cells.retain(|cell| cell.is_tls() || cell.connection != Connection::Resumed);
    cells
}

fn joined(connections: &[Connection], takes: impl Fn(&Joined, &Stack) -> bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for pair in PAIRS.iter() {
        for stack in STACKS.iter().filter(|stack| takes(pair, stack)) {
            let cell =
                |connection: &Connection| Cell::new(pair.model.name, pair.client.name, stack.entry.name, *connection);
            cells.extend(connections.iter().map(cell));
        }
    }
    cells
}

/// A note on a cell's model; empty for a cell that does not exist.
pub fn note_of(cell: &Cell) -> &'static str {
    match cell.model.as_str() {
        floor::MODEL => floor::note_of(cell),
        talk::MODEL => talk::note_of(cell),
        _ => pair(cell).map_or("", |pair| pair.model.note),
    }
}

/// The TLS library behind a cell and its version; `None` without TLS.
pub fn library_of(cell: &Cell) -> Option<String> {
    let named = stack(cell)?.entry;
    let stack = catalog::client_named(&cell.client).map_or(named, |client| client.stack_behind(named));
    stack.library.as_ref().map(libraries::of_stack)
}

/// The terms of a cell's client; [`Terms::Pinned`] for a cell that does not exist.
pub fn terms_of(cell: &Cell) -> Terms {
    match cell.model.as_str() {
        floor::MODEL => floor::terms_of(cell),
        _ => pair(cell).map_or(Terms::Pinned, |pair| pair.client.terms),
    }
}

/// Phases that a cell's client does not report.
pub(crate) fn untold(cell: &Cell) -> &'static [Phase] {
    match terms_of(cell) {
        _ if cell.model == floor::MODEL => &Phase::ALL,
        Terms::Pinned => &[],
        Terms::Pooled | Terms::Stock | Terms::Command | Terms::Floor => {
            &[Phase::Connect, Phase::Tls, Phase::Send, Phase::Wait, Phase::Body]
        }
    }
}

/// Every library that a cell uses, with its version.
pub(crate) fn libraries(cell: &Cell) -> Vec<String> {
    if cell.model == floor::MODEL {
        return floor::libraries(cell);
    }
    let of_pair = |pair: &Joined| [pair.model.libraries, pair.client.libraries].concat();
    let packages = pair(cell).map_or_else(|| talk::libraries(cell).to_vec(), of_pair);
    packages.into_iter().map(libraries::named).chain(library_of(cell)).collect()
}

/// A cell's model with its client.
pub(crate) fn pair(cell: &Cell) -> Option<&'static Joined> {
    PAIRS.iter().find(|pair| pair.model.name == cell.model && pair.client.name == cell.client)
}

/// A cell's TLS stack.
pub(crate) fn stack(cell: &Cell) -> Option<&'static Stack> {
    STACKS.iter().find(|stack| stack.entry.name == cell.tls)
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
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_entry_is_in_a_cell_and_the_matrix_has_all_of_the_core() {
        let all = cells_of(&Connection::MATRIX);
        let matrix = cells();
        let is_core = |cell: &Cell| {
            let entries = [
                catalog::model_named(&cell.model).map(|model| model.core),
                catalog::client_named(&cell.client).map(|client| client.core),
                catalog::stack_named(&cell.tls).map(|stack| stack.core),
            ];
            entries.iter().all(|core| core.unwrap())
        };
        assert_eq!(all.iter().filter(|cell| is_core(cell)).collect::<Vec<_>>(), matrix.iter().collect::<Vec<_>>());
        assert!(catalog::models::ALL.iter().all(|model| all.iter().any(|cell| cell.model == model.name)));
        assert!(catalog::clients::ALL.iter().all(|client| all.iter().any(|cell| cell.client == client.name)));
        assert!(catalog::stacks::ALL.iter().all(|stack| all.iter().any(|cell| cell.tls == stack.name)));
    }

    #[test]
    fn a_client_that_names_models_runs_in_each_of_them() {
        for client in catalog::clients::ALL {
            let named = client.models.unwrap_or_default().iter().map(|model| model.name);
            let joined: Vec<&str> =
                PAIRS.iter().filter(|pair| pair.client.name == client.name).map(|pair| pair.model.name).collect();
            assert!(named.into_iter().all(|model| joined.contains(&model)), "{}: {joined:?}", client.name);
        }
    }

    #[test]
    fn libraries_name_their_versions() {
        let cell = "tokio-multi/hyper/native-tls/new-conn".parse().unwrap();
        let libraries = libraries(&cell).join(" ");
        assert!(libraries.contains("OpenSSL ") && !libraries.contains("unknown"), "{libraries}");
    }

    #[test]
    fn every_cell_and_stage_is_made_of_libraries_of_known_versions() {
        for cell in [cells(), talk::cells()].concat() {
            let libraries = libraries(&cell);
            assert!(!libraries.is_empty() && !libraries.concat().contains("unknown"), "{cell}: {libraries:?}");
        }
    }
}
