//! Which cells are benchmarked, and how large a batch is.

use measure::result::{LeftOut, Section};
use runner::sections::{WorkloadOptions, by_connection};
use workload::{Amount, Cell, Connection, Requests, catalog};

/// Requests of a batch over new connections: many times C, so that start and end have little effect.
const NEW_CONN_REQUESTS: Requests = Requests::new(400).unwrap();

/// Requests of a batch over kept connections: each costs a tenth or less.
const KEEP_ALIVE_REQUESTS: Requests = Requests::new(4_000).unwrap();

/// The number of batches per cell that the result folder keeps: the latest ones.
pub const ROUNDS: u32 = 10;

/// All cells that one process can run as intended, in a section per kind of connection, and those that it cannot.
pub fn sections() -> (Vec<Section>, Vec<LeftOut>) {
    let (cells, left): (Vec<Cell>, Vec<Cell>) = fetch::cells().into_iter().partition(can_stand_here);
    let sections = |(connection, requests)| {
        let of_kind = cells.iter().filter(|cell| cell.connection == connection).cloned();
        let amount = Some(Amount::Requests(requests));
        let options = WorkloadOptions { amount, rounds: Some(ROUNDS), ..WorkloadOptions::default() };
        by_connection(&of_kind.collect::<Vec<Cell>>(), &options)
    };
    let kinds = [(Connection::NewConn, NEW_CONN_REQUESTS), (Connection::KeepAlive, KEEP_ALIVE_REQUESTS)];
    let sections = kinds.into_iter().flat_map(sections).collect();
    let why =
        "OpenSSL reads its settings once per process, and here they are pinned: `tlstax run` shows it as it comes";
    let left = left.iter().map(|cell| LeftOut { what: cell.to_string(), concurrency: None, why: why.to_owned() });
    (sections, left.collect())
}

/// Whether the process-wide OpenSSL configuration leaves the cell unchanged.
fn can_stand_here(cell: &Cell) -> bool {
    let pinned = catalog::stack_named(&cell.tls).is_some_and(|stack| stack.groups_from_environment);
    fetch::terms_of(cell).compares() || !pinned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_benchmarked_or_named() {
        let (sections, left) = sections();
        let benchmarked: usize = sections.iter().map(|section| section.cells.len()).sum();
        assert_eq!(benchmarked + left.len(), fetch::cells().len());
        assert!(left.iter().all(|left| left.what.contains("-stock/native-tls/")), "{left:?}");
        for stack in catalog::stacks::ALL.iter().filter(|stack| stack.core) {
            assert!(sections[0].cells.iter().any(|cell| cell.tls == stack.name), "{}", stack.name);
        }
    }
}
