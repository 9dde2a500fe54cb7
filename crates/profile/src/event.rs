//! The kernel's sampling clock: how often it ticks, what each sample contains, and which threads and CPUs it covers.
//!
//! Opening it, and the fallbacks where the system allows less, are for [`crate::clocks`].

use std::collections::BTreeSet;
use std::path::PathBuf;

use nix::sched::sched_getaffinity;
use nix::unistd::Pid;
use perf_event::events::Software;
use perf_event::{Builder, Clock, SampleFlag};

use crate::error::ProfileError;

/// CPU time per sample, ns: 997 Hz, which is not in step with any timer of the kernel.
pub const PERIOD_NS: u64 = 1_003_009;

/// Bytes of user stack copied with each sample. A handshake of rustls goes deep below tokio and hyper: with 32 KiB 42 %
/// of its stacks were truncated, with these 1 %, and 3 % below ureq. A sample can hold no more than 64 KiB.
pub const STACK_BYTES: u32 = 60 * 1024;

/// The attributes of a clock that samples `task` while it runs on `cpu`, or without a task whatever runs there. It
/// starts switched off.
pub(crate) fn describe(cpu: usize, task: Option<i32>, kernel: bool, registers: u64) -> Builder<'static> {
    let mut builder = Builder::new(Software::CPU_CLOCK);
    let mut sample = SampleFlag::IP
        | SampleFlag::TID
        | SampleFlag::TIME
        | SampleFlag::CPU
        | SampleFlag::REGS_USER
        | SampleFlag::STACK_USER;
    if kernel {
        sample |= SampleFlag::CALLCHAIN;
    }
    builder
        .sample(sample)
        .sample_period(PERIOD_NS)
        .sample_regs_user(registers)
        .sample_stack_user(STACK_BYTES)
        .sample_id_all(true)
        .clockid(Some(Clock::MONOTONIC))
        .exclude_callchain_user(true)
        .exclude_kernel(!kernel)
        .exclude_hv(true)
        .exclude_idle(true)
        .comm(true)
        .mmap(true)
        .mmap2(true)
        .task(true)
        .enabled(false)
        .one_cpu(cpu);
    match task {
        Some(task) => builder.observe_pid(task).inherit(true),
        None => builder.any_pid(),
    };
    builder
}

/// The threads of process `pid`.
pub(crate) fn tasks(pid: u32) -> Result<Vec<i32>, ProfileError> {
    let folder = PathBuf::from(format!("/proc/{pid}/task"));
    let entries = std::fs::read_dir(folder).map_err(|_| ProfileError::Gone { pid })?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// The CPUs that any of these threads may run on; `None` when all of them are gone.
pub(crate) fn affinity(tasks: &[i32]) -> Option<Vec<usize>> {
    let sets: Vec<_> = tasks.iter().filter_map(|&task| sched_getaffinity(Pid::from_raw(task)).ok()).collect();
    let cpus: BTreeSet<usize> = sets
        .iter()
        .flat_map(|set| (0..nix::sched::CpuSet::count()).filter(|&cpu| set.is_set(cpu).unwrap_or(false)))
        .collect();
    (!cpus.is_empty()).then(|| cpus.into_iter().collect())
}
