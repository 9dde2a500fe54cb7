//! The file with the bills of a profiled run, which is part of its result folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workload::Cell;

use super::{Bill, Tax};

/// The file's name.
pub const BILLS_FILE: &str = "bills.json";

/// All bills of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// One for each cell that was profiled successfully, in the order of the run.
    pub cells: Vec<CellBill>,
}

/// The bill of one cell, and how its threads spent the wall-clock time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellBill {
    /// The cell.
    pub cell: Cell,
    /// Its bill.
    pub bill: Bill,
    /// The difference to the plain twin's bill; `None` for a plain cell, and where the twin was not profiled.
    pub tax: Option<Tax>,
    /// Whether kernel frames were sampled; without them the bill is of user space alone.
    pub kernel: bool,
    /// Whether the CPUs' clocks were sampled, so that threads shorter than a period are included.
    pub short_threads: bool,
    /// How the process's threads spent the wall-clock time; `None` where the kernel does not report it.
    pub threads: Option<ThreadTimes>,
    /// Mean time of each phase of a request, µs of wall-clock time, by the phase's name, for phases that the client
    /// reports.
    pub phases_us: BTreeMap<String, f64>,
    /// Files in the same folder, by their kind: `flamegraph`, `folded`, `pprof`, `difference`.
    pub files: BTreeMap<String, String>,
    /// Objects whose functions could not be named, with the samples that ended there.
    pub without_symbols: BTreeMap<String, u64>,
}

/// How threads spent the time from `go` until `finished`, summed over all of them (schedstat of `/proc/PID/task/TID`,
/// proc(5)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadTimes {
    /// Number of threads that were seen.
    pub threads: u64,
    /// On a CPU, ns.
    pub running_ns: u64,
    /// Ready and waiting for a CPU, ns.
    pub runnable_ns: u64,
    /// Blocked: asleep, or waiting for a socket, a lock or a timer, ns.
    pub blocked_ns: u64,
}
