//! A stack's handshakes in memory, one after another: each counts only if both sides report the parameters of the cell.
//!
//! Client and server take turns on one thread. Each turn is timed by the thread's CPU clock, and the client's turns are
//! the cost. A resumed handshake resumes the session of the one before, and reads its ticket.

use std::sync::Arc;

use handshake::Pair;
use measure::clock::now_ns;
use measure::phase::Timeline;
use measure::recorder::Recorder;
use workload::Cell;

use super::handshakes::{authority, case, refuse, setting};
use crate::models::Model;
use crate::schedule::Schedule;
use crate::{ErrorKind, PrepareError};

struct Memory {
    pair: Box<dyn Pair>,
    client_cpu_ns: u64,
}

/// Sets up client and server, and for resumed handshakes makes the first.
pub(super) fn prepare(cell: &Cell) -> Result<Box<dyn Model>, PrepareError> {
    let case = case(cell)?;
    let pair = case.pair_in(&authority(cell, case)?, setting(cell)).map_err(|error| refuse(cell, error))?;
    Ok(Box::new(Memory { pair, client_cpu_ns: 0 }))
}

impl Model for Memory {
    fn run(&mut self, schedule: Schedule, recorder: &Arc<Recorder>) {
        self.client_cpu_ns = 0;
        for _ in 0..schedule.requests() {
            let due = now_ns();
            match self.pair.handshake() {
                Ok(times) => {
                    self.client_cpu_ns += times.client_ns;
                    recorder.right(&Timeline { due, done: now_ns(), ..Timeline::default() });
                }
                Err(error) => recorder.wrong(ErrorKind::Tls.name(), || error.to_string()),
            }
        }
    }

    fn slots(&self) -> usize {
        1
    }

    fn workers(&self) -> Option<usize> {
        Some(1)
    }

    fn client_cpu_ns(&self) -> Option<u64> {
        Some(self.client_cpu_ns)
    }
}
