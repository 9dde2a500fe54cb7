//! CPU time of the command and of all processes it started, over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The CPU time that the command used, and how much it lacked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cpu {
    /// The total CPU time of the command and of those of its child processes that were waited for, as the system
    /// reported it at the command's end, ns.
    pub total_ns: u64,
    /// The most processes that were found running at once.
    pub processes: u64,
    /// The number of CPUs that the command could use; 0 in observations that are older than this field.
    #[serde(default)]
    pub cpus: u64,
    /// Readings during the run, sorted by time. Processes that started and ended between two readings are in neither.
    pub readings: Vec<CpuReading>,
}

/// A reading of the CPU time so far, and of how long the command had to wait for a CPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CpuReading {
    /// The time of the reading.
    pub at_ns: u64,
    /// CPU time of the command since the run began, ns.
    pub cpu_ns: u64,
    /// Time for which the command's threads were ready to run and had no CPU, since the run began, ns.
    pub queued_ns: u64,
    /// Time for which a quota kept the command's control group from running, since the run began, ns, summed over the
    /// CPUs on which it had something to run. It is `throttled_usec` (cgroup v2) or `throttled_time` (v1) of the
    /// group's `cpu.stat.local` (Linux 6.6), which includes the quotas of its parent groups. Older kernels have it in
    /// `cpu.stat`: there it is the sum over the group and those parents that had a quota when the run began
    /// (Documentation/admin-guide/cgroup-v2.rst, scheduler/sched-bwc.rst). If processes are moved to other groups, the
    /// command's first group counts. 0 if there is no such group or file.
    #[serde(default)]
    pub throttled_ns: u64,
    /// Time in which some task was ready to run and had no CPU, since the run began, ns. It is `total` in the line
    /// `some` of the control group's `cpu.pressure` (cgroup v2) or, without that, of `/proc/pressure/cpu`, which is for
    /// the whole system. A task that a quota keeps from running counts too (Documentation/accounting/psi.rst). 0 if the
    /// kernel does not report it.
    #[serde(default)]
    pub pressure_ns: u64,
    /// Time for which the observer's own threads were ready to run and had no CPU, since the run began, ns. It is the
    /// second figure of `/proc/PID/task/TID/schedstat` (proc_pid_schedstat(5),
    /// Documentation/scheduler/sched-stats.rst), summed over at most 16 threads. It delays what they forward. 0 if the
    /// kernel does not report it.
    #[serde(default)]
    pub observer_delay_ns: u64,
}
