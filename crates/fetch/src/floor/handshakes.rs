//! Translates a cell into crate `handshake`'s terms: the case, the chain and the trust store.

use handshake::{Authority, Case, Kind, Setting, Stack};
use workload::{Cell, Connection, catalog};

use crate::PrepareError;

/// The stack behind a cell; `None` for an unknown stack and without TLS.
pub(super) fn stack(cell: &Cell) -> Option<Stack> {
    let name = catalog::stack_named(&cell.tls)?.in_memory?;
    Stack::ALL.into_iter().find(|stack| stack.name() == name)
}

/// The handshake that a cell makes.
pub(super) fn case(cell: &Cell) -> Result<Case, PrepareError> {
    let stack = stack(cell).ok_or_else(|| PrepareError::NoSuchCell(cell.to_string()))?;
    Ok(Case {
        stack,
        version: cell.axes.tls_version,
        group: cell.axes.group,
        key: cell.axes.cert,
        kind: match cell.connection {
            Connection::Resumed => Kind::Resumed,
            _ => Kind::Full,
        },
    })
}

/// The chain that the cell's client receives, and the trust store that it has.
pub(super) fn setting(cell: &Cell) -> Setting {
    Setting { chain: cell.axes.chain, trust: cell.axes.trust }
}

/// An authority whose keys are those of the cell's chain. Its files are needed during set-up only.
pub(super) fn authority(cell: &Cell, case: Case) -> Result<Authority, PrepareError> {
    Authority::with(case.key).map_err(|error| refuse(cell, error))
}

/// Converts an error during the set-up of a floor, for `map_err`.
pub(super) fn refuse(cell: &Cell, error: impl ToString) -> PrepareError {
    PrepareError::Floor { cell: cell.to_string(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handshake_in_memory_that_the_catalog_names_is_there() {
        for entry in catalog::stacks::ALL {
            let cell = Cell::new("serial", "ureq", entry.name, Connection::NewConn);
            assert_eq!(stack(&cell).map(Stack::name), entry.in_memory, "{}", entry.name);
        }
    }
}
