//! CPU time of the command and of all processes it started, over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the command cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cpu {
    /// CPU time in all, by what the system told at its end, ns: of the command and of those of its processes that were
    /// waited for.
    pub total_ns: u64,
    /// Most processes that were met at once.
    pub processes: u64,
    /// CPUs that it could use at once; 0 where an observation is older than this count.
    #[serde(default)]
    pub cpus: u64,
    /// Readings along the way, by time. What began and ended between two readings is in neither.
    pub readings: Vec<CpuReading>,
}

/// CPU time so far, and how short of it the command was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CpuReading {
    /// When.
    pub at_ns: u64,
    /// CPU time since the pass began, ns.
    pub cpu_ns: u64,
    /// Time for which its threads were ready to run and had no CPU, since the pass began, ns.
    pub queued_ns: u64,
    /// Time for which a quota kept the command's control group from running, since the pass began, ns: summed over the
    /// CPUs on which it had something to run. `throttled_usec` of cgroup v2, `throttled_time` of v1, in its
    /// `cpu.stat.local` (Linux 6.6), which counts the quotas of the groups above it too; before that in `cpu.stat`, of
    /// it and of each group above it that had a quota when the pass began (Documentation/admin-guide/cgroup-v2.rst,
    /// scheduler/sched-bwc.rst). Where processes are moved to other groups, the command's first one is followed. 0
    /// where there is no such group or file.
    #[serde(default)]
    pub throttled_ns: u64,
    /// Time in which some task was ready to run and had no CPU, since the pass began, ns: `some`, `total` of the
    /// control group's `cpu.pressure` (cgroup v2), else of `/proc/pressure/cpu`, which is of the whole system. A task
    /// that a quota keeps from running is such a task (Documentation/accounting/psi.rst). 0 where the kernel does not
    /// tell.
    #[serde(default)]
    pub pressure_ns: u64,
    /// Time for which the observer's own threads were ready to run and had no CPU, since the pass began, ns: the second
    /// figure of `/proc/PID/task/TID/schedstat` (proc_pid_schedstat(5), Documentation/scheduler/sched-stats.rst),
    /// summed over them, 16 at most at once. What they forward comes later by that. 0 where the kernel does not tell.
    #[serde(default)]
    pub observer_delay_ns: u64,
}
