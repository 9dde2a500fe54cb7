//! Reads the costs of another process: CPU time, memory, threads.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use procfs::process::Process;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::cpu_ns_of;

/// One reading of a process's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    cpu_ns: u64,
    user_ticks: u64,
    system_ticks: u64,
}

/// What a process used between two readings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// CPU time by the process CPU clock, ended threads included, ns.
    pub cpu_ns: u64,
    /// The share of it spent in user mode, 0 to 1. Many kernels estimate it from timer ticks, which is coarse for short
    /// trials; `None` if there was no tick.
    pub user_share: Option<f64>,
}

/// Why a process' counters could not be read.
#[derive(Debug, thiserror::Error)]
#[error("reading the {what} of process {pid} failed: {reason}")]
pub struct ProcessError {
    what: &'static str,
    pid: u32,
    reason: String,
}

impl Reading {
    /// Reads the counters of process `pid` now.
    pub fn of(pid: u32) -> Result<Reading, ProcessError> {
        // The CPU clock is read last: the time for reading /proc must not fall between the clock and `go`.
        let stat = open(pid)?.stat().map_err(|error| failed("CPU ticks", pid, &error))?;
        let cpu_ns = cpu_ns_of(pid).ok_or_else(|| failed("CPU clock", pid, &"the process is gone"))?;
        Ok(Reading { cpu_ns, user_ticks: stat.utime, system_ticks: stat.stime })
    }

    /// The process' cost between `earlier` and this reading.
    pub fn since(&self, earlier: &Reading) -> Cost {
        let user = self.user_ticks.saturating_sub(earlier.user_ticks) as f64;
        let ticks = user + self.system_ticks.saturating_sub(earlier.system_ticks) as f64;
        Cost { cpu_ns: self.cpu_ns.saturating_sub(earlier.cpu_ns), user_share: (ticks > 0.0).then(|| user / ticks) }
    }
}

/// Resets the peak of resident memory.
pub fn reset_peak_memory(pid: u32) -> Result<(), ProcessError> {
    // 5 resets VmHWM (proc_pid_clear_refs(5)).
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").map_err(|error| failed("peak-memory reset", pid, &error))
}

/// Peak resident memory since the last reset, bytes.
pub fn peak_memory_bytes(pid: u32) -> Result<u64, ProcessError> {
    let status = open(pid)?.status().map_err(|error| failed("peak memory", pid, &error))?;
    let kib = status.vmhwm.ok_or_else(|| failed("peak memory", pid, &"the kernel does not report VmHWM"))?;
    Ok(kib * 1024)
}

/// The number of threads of process `pid`; `None` if it has ended.
pub fn threads(pid: u32) -> Option<u64> {
    u64::try_from(open(pid).ok()?.stat().ok()?.num_threads).ok()
}

/// The number of running processes that `pid` has started. Their cost is not part of its own.
pub fn children(pid: u32) -> usize {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().filter_map(Result::ok);
    let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.map(|task| of_task(task).split_whitespace().count()).sum()
}

/// Raises this process' (and so its children's) limit of open files to the hard limit, and returns it.
pub fn raise_open_files() -> Result<u64, ProcessError> {
    let pid = std::process::id();
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(|error| failed("open-files limit", pid, &error))?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).map_err(|error| failed("open-files limit", pid, &error))?;
    Ok(hard)
}

fn open(pid: u32) -> Result<Process, ProcessError> {
    let number = i32::try_from(pid).map_err(|error| failed("entry in /proc", pid, &error))?;
    Process::new(number).map_err(|error| failed("entry in /proc", pid, &error))
}

fn failed(what: &'static str, pid: u32, reason: &dyn std::fmt::Display) -> ProcessError {
    ProcessError { what, pid, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::own_cpu_ns;

    #[test]
    fn burnt_cpu_is_seen_as_cost() {
        let pid = std::process::id();
        let before = Reading::of(pid).unwrap();
        let start = own_cpu_ns();
        while own_cpu_ns() < start + 20_000_000 {}
        let cost = Reading::of(pid).unwrap().since(&before);
        assert!(cost.cpu_ns >= 20_000_000, "{cost:?}");
        assert!(peak_memory_bytes(pid).unwrap() > 0);
    }

    #[test]
    fn a_process_that_is_gone_is_an_error() {
        let error = Reading::of(u32::MAX).unwrap_err();
        assert!(error.to_string().contains("4294967295"), "{error}");
    }
}
