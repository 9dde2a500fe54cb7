//! Opens the sampling clocks of a process, the best that the system allows, and switches them on and off.
//!
//! A clock that belongs to a thread starts anew with each thread: 2,000 threads that took 640 ms, 300 µs each, gave no
//! sample at all. The CPUs' own clocks covered 99.7–100.2 % of that time, so they are tried first, and the reader
//! drops samples of other processes.

use std::io;
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use perf_event::{Counter, Sampler};

use crate::error::ProfileError;
use crate::event;
use crate::registers;
use crate::stack::Scope;

/// Ring sizes to try, bytes: the first holds 136 samples; a user without privileges may only lock the last ones.
const RINGS: [usize; 5] = [8 << 20, 2 << 20, 512 << 10, 256 << 10, 128 << 10];

/// The clocks of one process.
pub(crate) struct Clocks {
    /// One for each CPU, with the ring buffer that all clocks of that CPU write to.
    pub(crate) rings: Vec<Sampler>,
    /// Clocks of further threads.
    others: Vec<Counter>,
}

impl Clocks {
    /// Switches all of them on.
    pub(crate) fn enable(&mut self) -> io::Result<()> {
        self.each(Counter::enable)
    }

    /// Switches all of them off.
    pub(crate) fn disable(&mut self) -> io::Result<()> {
        self.each(Counter::disable)
    }

    fn each(&mut self, how: impl Fn(&mut Counter) -> io::Result<()>) -> io::Result<()> {
        let rings = self.rings.iter_mut().map(Sampler::as_counter_mut);
        rings.chain(&mut self.others).try_for_each(how)
    }
}

/// The open clocks of one process, still off, and what they sample.
pub(crate) struct Opened {
    pub(crate) clocks: Clocks,
    pub(crate) scope: Scope,
    pub(crate) kernel: bool,
    /// Size of each ring, bytes.
    pub(crate) ring: usize,
}

/// Opens the best clocks that the system allows on process `pid`; if `scope` is given, only clocks of that scope.
pub(crate) fn open(pid: u32, scope: Option<Scope>) -> Result<Opened, ProfileError> {
    let registers = registers::mask()?;
    let tasks = event::tasks(pid)?;
    let cpus = event::affinity(&tasks).ok_or(ProfileError::Gone { pid })?;
    let tasks: Vec<_> = tasks.into_iter().map(Some).collect();
    let mut refusal = io::Error::from(Errno::EACCES);
    for (wanted, kernel) in [(Scope::Cpus, true), (Scope::Process, true), (Scope::Process, false)] {
        if scope.is_some_and(|scope| scope != wanted) {
            continue;
        }
        let tasks = if wanted == Scope::Cpus { &[None] } else { tasks.as_slice() };
        for ring in RINGS {
            match open_each(&cpus, tasks, kernel, registers, ring) {
                Ok(clocks) => return Ok(Opened { clocks, scope: wanted, kernel, ring }),
                Err(Refusal::Clock(source)) => {
                    refusal = source;
                    break;
                }
                // The user may not lock that much memory: try a smaller ring.
                Err(Refusal::Ring(source)) => refusal = source,
            }
        }
    }
    Err(explain(pid, refusal))
}

/// What the system refused.
enum Refusal {
    Clock(io::Error),
    Ring(io::Error),
}

/// Opens one clock for each CPU and each task; without a task, a clock for whatever runs on the CPU.
fn open_each(
    cpus: &[usize],
    tasks: &[Option<i32>],
    kernel: bool,
    registers: u64,
    ring: usize,
) -> Result<Clocks, Refusal> {
    let mut clocks = Clocks { rings: Vec::new(), others: Vec::new() };
    for &cpu in cpus {
        let mut of_cpu: Option<Sampler> = None;
        for &task in tasks {
            let clock = match event::describe(cpu, task, kernel, registers).build() {
                Ok(clock) => clock,
                // A thread that has ended since it was listed needs no clock.
                Err(error) if is(&error, Errno::ESRCH) => continue,
                Err(error) => return Err(Refusal::Clock(error)),
            };
            match &of_cpu {
                None => of_cpu = Some(clock.sampled(ring).map_err(Refusal::Ring)?),
                Some(first) => {
                    output::share(&clock, first).map_err(Refusal::Clock)?;
                    clocks.others.push(clock);
                }
            }
        }
        clocks.rings.extend(of_cpu);
    }
    // All tasks have ended: a clock on none of them would look like a process that used no CPU time.
    if clocks.rings.is_empty() { Err(Refusal::Clock(Errno::ESRCH.into())) } else { Ok(clocks) }
}

fn is(error: &io::Error, number: Errno) -> bool {
    error.raw_os_error() == Some(number as i32)
}

fn explain(pid: u32, source: io::Error) -> ProfileError {
    if is(&source, Errno::ESRCH) {
        ProfileError::Gone { pid }
    } else if [Errno::EACCES, Errno::EPERM, Errno::ENOSYS].iter().any(|&number| is(&source, number)) {
        ProfileError::Forbidden { pid, source }
    } else {
        ProfileError::System { doing: "opening the sampling clock", pid, source }
    }
}

/// The one ioctl that the library for events does not offer.
#[allow(unsafe_code, reason = "a system call that no safe library offers")]
mod output {
    use super::{AsRawFd, Counter, Sampler, io};

    /// Makes `clock` write to the buffer of `ring`, which belongs to the same CPU.
    pub(super) fn share(clock: &Counter, ring: &Sampler) -> io::Result<()> {
        // SAFETY: both descriptors are open for as long as the borrows last, and the request takes no pointer.
        let answer =
            unsafe { perf_event_open_sys::ioctls::SET_OUTPUT(clock.as_raw_fd(), ring.as_counter().as_raw_fd()) };
        if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_have_all_ended_are_a_process_that_is_gone() {
        let ended = || {
            let mut child = std::process::Command::new("true").spawn().unwrap();
            child.wait().unwrap();
            Some(i32::try_from(child.id()).unwrap())
        };
        let outcome = open_each(&[0], &[ended(), ended()], false, registers::mask().unwrap(), 128 << 10);
        let Some(Refusal::Clock(error)) = outcome.err() else { panic!("a clock was opened on no thread at all") };
        match explain(7, error) {
            // A system that forbids sampling reports that first.
            ProfileError::Gone { pid: 7 } | ProfileError::Forbidden { .. } => {}
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_refusal_says_what_to_set_and_another_failure_does_not() {
        let text = explain(7, Errno::EACCES.into()).to_string();
        for wanted in ["process 7", "kernel.perf_event_paranoid", "CAP_PERFMON", "seccomp", "perf_event_mlock_kb"] {
            assert!(text.contains(wanted), "{text}");
        }
        assert!(matches!(explain(7, Errno::ESRCH.into()), ProfileError::Gone { pid: 7 }));
        assert!(matches!(explain(7, Errno::EMFILE.into()), ProfileError::System { .. }));
    }
}
