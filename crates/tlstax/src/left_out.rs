//! What was asked for and cannot run here: taken out before anything is measured, each with its reason.

use std::collections::BTreeSet;

use measure::process::raise_open_files;
use measure::result::{LeftOut, Section};

use crate::cmd::cells::refuse;
use crate::cmd::rate_args::unpaced;
use crate::failure::Failure;

/// Takes out of `sections` what a library cannot do or this machine not hold, says so, and returns it behind what is
/// in `left_out` already.
///
/// # Errors
/// When nothing is left, with all reasons.
pub(crate) fn take_out(sections: &mut Vec<Section>, mut left_out: Vec<LeftOut>) -> Result<Vec<LeftOut>, Failure> {
    let open_files = raise_open_files().map_err(|error| Failure::Usage(error.to_string()))?;
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
            let limit = harness::binding(cell, workload, open_files).map(|limit| limit.to_string());
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
    let reasons: BTreeSet<&str> = left_out.iter().map(|left| left.why.as_str()).collect();
    let reasons: Vec<&str> = reasons.into_iter().collect();
    if sections.is_empty() {
        return Err(Failure::Usage(format!("nothing is left to run: {}", reasons.join("; "))));
    }
    for reason in reasons {
        terminal::say(format_args!("left out: {reason}"));
    }
    Ok(left_out)
}
