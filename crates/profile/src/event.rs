//! Opens the kernel's sampling clock on a process: which clock, what each sample carries, and what to fall back to where
//! the system allows less.
//!
//! A clock that each thread owns starts anew with each thread: 2,000 threads of 300 µs gave no sample at all of 640 ms.
//! The CPUs' own clocks gave 99.7–100.2 % of that time, so they come first, and samples of other processes are dropped
//! by whoever reads.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use nix::sched::sched_getaffinity;
use nix::unistd::Pid;
use perf_event::events::Software;
use perf_event::{Builder, Clock, SampleFlag, Sampler};

use crate::error::ProfileError;
use crate::registers;
use crate::stack::Scope;

/// CPU time per sample, ns: 997 Hz, which falls into step with no timer of the kernel's.
pub const PERIOD_NS: u64 = 1_003_009;

/// Bytes of user stack copied with each sample. A handshake of rustls goes deep below tokio and hyper: with 32 KiB 42 % of
/// its stacks were truncated, with these 1 %, and 3 % below ureq. A sample can hold no more than 64 KiB.
pub const STACK_BYTES: u32 = 60 * 1024;

/// Ring sizes to try, bytes: 136 samples fit the first, and the last is what a user without privilege may lock.
const RINGS: [usize; 4] = [8 << 20, 2 << 20, 512 << 10, 256 << 10];

/// The open clocks of one process, not yet running.
pub(crate) struct Events {
    pub(crate) samplers: Vec<Sampler>,
    pub(crate) scope: Scope,
    pub(crate) kernel: bool,
    /// Size of the smallest ring, bytes.
    pub(crate) ring: usize,
}

/// Opens the best clock that the system allows on process `pid`; with `scope`, of that scope alone.
pub(crate) fn open(pid: u32, scope: Option<Scope>) -> Result<Events, ProfileError> {
    let tasks = tasks(pid)?;
    let cpus = affinity(&tasks).ok_or(ProfileError::Gone { pid })?;
    let mut refusal = io::Error::from(io::ErrorKind::PermissionDenied);
    for (wanted, kernel) in [(Scope::Cpus, true), (Scope::Process, true), (Scope::Process, false)] {
        if scope.is_some_and(|scope| scope != wanted) {
            continue;
        }
        let opened = match wanted {
            Scope::Cpus => open_each(&cpus, &[None], kernel),
            Scope::Process => open_each(&cpus, &tasks.iter().copied().map(Some).collect::<Vec<_>>(), kernel),
        };
        match opened? {
            Ok((samplers, ring)) => return Ok(Events { samplers, scope: wanted, kernel, ring }),
            Err(error) => refusal = error,
        }
    }
    if refusal.raw_os_error() == Some(nix::errno::Errno::ESRCH as i32) {
        return Err(ProfileError::Gone { pid });
    }
    Err(ProfileError::Forbidden { pid, source: refusal })
}

type Opened = (Vec<Sampler>, usize);

/// One clock for each CPU and each task; no task means whatever runs there.
fn open_each(cpus: &[usize], tasks: &[Option<i32>], kernel: bool) -> Result<io::Result<Opened>, ProfileError> {
    let registers = registers::mask()?;
    let mut samplers = Vec::new();
    let mut smallest = RINGS[0];
    for &task in tasks {
        for &cpu in cpus {
            match open_one(cpu, task, kernel, registers, smallest) {
                Ok((sampler, ring)) => {
                    samplers.push(sampler);
                    smallest = ring;
                }
                // A thread that has ended since it was listed needs no clock.
                Err(error) if error.raw_os_error() == Some(nix::errno::Errno::ESRCH as i32) && tasks.len() > 1 => {}
                Err(error) => return Ok(Err(error)),
            }
        }
    }
    Ok(Ok((samplers, smallest)))
}

fn open_one(cpu: usize, task: Option<i32>, kernel: bool, registers: u64, most: usize) -> io::Result<(Sampler, usize)> {
    let mut refusal = io::Error::from(io::ErrorKind::OutOfMemory);
    for ring in RINGS.into_iter().filter(|&ring| ring <= most) {
        match describe(cpu, task, kernel, registers).build()?.sampled(ring) {
            Ok(sampler) => return Ok((sampler, ring)),
            // More memory than this user may lock.
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

fn describe(cpu: usize, task: Option<i32>, kernel: bool, registers: u64) -> Builder<'static> {
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
fn tasks(pid: u32) -> Result<Vec<i32>, ProfileError> {
    let folder = PathBuf::from(format!("/proc/{pid}/task"));
    let entries = std::fs::read_dir(folder).map_err(|_| ProfileError::Gone { pid })?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// The CPUs that any of these threads may run on; `None` when all of them are gone.
fn affinity(tasks: &[i32]) -> Option<Vec<usize>> {
    let sets: Vec<_> = tasks.iter().filter_map(|&task| sched_getaffinity(Pid::from_raw(task)).ok()).collect();
    let cpus: BTreeSet<usize> = sets
        .iter()
        .flat_map(|set| (0..nix::sched::CpuSet::count()).filter(|&cpu| set.is_set(cpu).unwrap_or(false)))
        .collect();
    (!cpus.is_empty()).then(|| cpus.into_iter().collect())
}
