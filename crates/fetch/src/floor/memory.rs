//! A stack's handshakes in memory, one after another: each counts only if both sides report the parameters of the cell.
//!
//! Client and server take turns on one thread. Each turn is timed by the thread's CPU clock, and the client's turns are
//! the cost. A resumed handshake resumes the session of the one before, and reads its ticket.

use workload::Cell;

use super::counted::counted;
use super::handshakes::{authority, case, refuse, setting};
use crate::PrepareError;
use crate::models::Model;

/// Sets up client and server, and for resumed handshakes makes the first.
pub(super) fn prepare(cell: &Cell) -> Result<Box<dyn Model>, PrepareError> {
    let case = case(cell)?;
    let mut pair = case.pair_in(&authority(cell, case)?, setting(cell)).map_err(|error| refuse(cell, error))?;
    Ok(counted(move || pair.handshake().map(|times| times.client_ns)))
}
