//! Removes cells that cannot run here, before anything is measured, and records the reason of each.

use std::collections::BTreeSet;

use measure::process::{ProcessError, raise_open_files};
use measure::result::{LeftOut, Section};
use workload::{Cell, Connection};

use crate::plan::external_engine::EXTERNAL;
use crate::plan::limit::binding;

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum SkipError {
    /// The limit of open files.
    #[error(transparent)]
    OpenFiles(#[from] ProcessError),
    /// All cells were removed, for these reasons.
    #[error("nothing is left to run: {0}")]
    NothingLeft(String),
}

/// Removes from `sections` what a library does not support or this machine cannot run, and returns it after the entries
/// of `left_out`. Raises the limit of open files as far as possible.
///
/// # Errors
///
/// When nothing is left, with all reasons; and when the limit of open files cannot be read.
pub fn take_out(sections: &mut Vec<Section>, mut left_out: Vec<LeftOut>) -> Result<Vec<LeftOut>, SkipError> {
    let open_files = raise_open_files()?;
    for section in sections.iter_mut() {
        left_out.extend(refuse(&mut section.cells));
        if section.workload.is_timed() {
            section.cells.retain(|cell| match unpaced(cell) {
                Some(why) => {
                    left_out.push(LeftOut { what: cell.to_string(), concurrency: None, why: why.to_owned() });
                    false
                }
                None => true,
            });
        }
        if !section.workload.request.is_default() {
            section.cells.retain(|cell| match fetch::only_gets(cell) {
                Some(why) => {
                    left_out.push(LeftOut { what: cell.to_string(), concurrency: None, why: why.to_owned() });
                    false
                }
                None => true,
            });
        }
        let workload = &section.workload;
        section.cells.retain(|cell| {
            let limit = binding(cell, workload, open_files).map(|limit| limit.to_string());
            match fetch::crowded(cell, workload.slots()).or(limit) {
                Some(why) => {
                    let concurrency = Some(workload.concurrency);
                    left_out.push(LeftOut { what: cell.to_string(), concurrency, why });
                    false
                }
                None => true,
            }
        });
    }
    sections.retain(|section| !section.cells.is_empty());
    if sections.is_empty() {
        return Err(SkipError::NothingLeft(reasons(&left_out).into_iter().collect::<Vec<_>>().join("; ")));
    }
    Ok(left_out)
}

/// The reasons in `left_out`, each once.
pub fn reasons(left_out: &[LeftOut]) -> BTreeSet<&str> {
    left_out.iter().map(|left| left.why.as_str()).collect()
}

/// Removes the cells that cannot run, and returns them with their reasons.
pub fn refuse(cells: &mut Vec<Cell>) -> Vec<LeftOut> {
    let mut refused = Vec::new();
    // The abilities of an external engine are only known once it has tried.
    let refusal = |cell: &Cell| if cell.model == EXTERNAL { None } else { fetch::refusal(cell) };
    cells.retain(|cell| match refusal(cell) {
        Some(why) => {
            refused.push(LeftOut { what: cell.to_string(), concurrency: None, why });
            false
        }
        None => true,
    });
    refused
}

/// Why a built-in cell or a program supports neither a rate nor a duration; `None` for one that does, or may.
fn unpaced(cell: &Cell) -> Option<&'static str> {
    let program = cell.model == EXTERNAL && cell.connection == Connection::Own;
    fetch::unpaced(cell).or(program
        .then_some("a program with {url} paces itself: omit --rate and --duration, and use the program's own flags"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_stages_and_programs_keep_no_time() {
        let paces = |cell: &str| unpaced(&cell.parse().unwrap()).is_none();
        assert!(paces("tokio-current/hyper/rustls/new-conn") && paces("engine/mine/plain/keep-alive"));
        for cell in ["floor/memory/rustls/new-conn", "floor/sockets/plain/new-conn", "engine/curl/plain/own"] {
            assert!(!paces(cell), "{cell}");
        }
        assert!(fetch::talk::cells().iter().all(|cell| unpaced(cell).is_some()));
    }
}
