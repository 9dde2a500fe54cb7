//! The file of bills that a profiled run leaves in its result folder, as plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workload::Cell;

use super::{Bill, Tax};

/// The file's name.
pub const BILLS_FILE: &str = "bills.json";

/// All bills of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// One for each cell that was profiled and did its work, in the order of the run.
    pub cells: Vec<CellBill>,
}

/// What one cell's CPU time went to, and what its threads did with the wall clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellBill {
    /// The cell.
    pub cell: Cell,
    /// Its bill.
    pub bill: Bill,
    /// What of it the plain twin does not have; `None` for a plain cell, and where the twin was not profiled.
    pub tax: Option<Tax>,
    /// Whether kernel frames were sampled; without them the bill is of user space alone.
    pub kernel: bool,
    /// Whether the CPUs' clocks were sampled, so that threads shorter than a period are in it too.
    pub short_threads: bool,
    /// What the process' threads did with the wall clock; `None` where the kernel does not tell.
    pub threads: Option<ThreadTimes>,
    /// Mean time of each phase of a request, µs of wall clock, by the phase's name; those that the client tells.
    pub phases_us: BTreeMap<String, f64>,
    /// Files beside this one, by what they are: `flamegraph`, `folded`, `pprof`, `difference`.
    pub files: BTreeMap<String, String>,
    /// Objects whose functions could not be named, with the samples that ended there.
    pub without_symbols: BTreeMap<String, u64>,
}

/// What threads did from `go` until `finished`, summed over all of them (schedstat of `/proc/PID/task/TID`, proc(5)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadTimes {
    /// Threads that were seen.
    pub threads: u64,
    /// On a CPU, ns.
    pub running_ns: u64,
    /// Ready and waiting for a CPU, ns.
    pub runnable_ns: u64,
    /// Neither: asleep or waiting for a socket, a lock or a timer, ns.
    pub blocked_ns: u64,
}
