//! What was asked for and cannot run here: taken out before anything is measured, each with its reason.

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
    /// All was taken out, for these reasons.
    #[error("nothing is left to run: {0}")]
    NothingLeft(String),
}

/// Takes out of `sections` what a library cannot do or this machine not hold, and returns it behind what is in
/// `left_out` already. The limit of open files is raised as far as it goes.
///
/// # Errors
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

/// Takes out what cannot be, each with its reason.
pub fn refuse(cells: &mut Vec<Cell>) -> Vec<LeftOut> {
    let mut refused = Vec::new();
    // What an external engine can do is known when it has tried.
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

/// Why a cell of ours or a program can keep neither a rate nor a duration; `None` for one that can, or may say that it
/// can.
fn unpaced(cell: &Cell) -> Option<&'static str> {
    let program = cell.model == EXTERNAL && cell.connection == Connection::Own;
    fetch::unpaced(cell).or(program.then_some(
        "a program that is given a URL paces itself: leave --rate and --duration out, and give it flags of its own",
    ))
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
