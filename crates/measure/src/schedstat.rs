//! How a process' threads spent wall time: on a CPU, ready for one, or neither.
//!
//! No single source of the kernel covers all threads. A thread's schedstat is exact but vanishes with the thread, so
//! with a thread per request almost nothing is left at the end. Therefore three sources are combined. Running time
//! comes from the process' CPU clock, which is exact and includes ended threads. Ready time comes from schedstat, if
//! the threads that exist at the end account for nearly all of that clock. Otherwise it is estimated from the threads'
//! states (`/proc/PID/task/TID/stat`, proc(5)), sampled every few ms: how many threads there were, and how many of them
//! slept.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;

use crate::clock::cpu_ns_of;

/// The interval at which the threads' states are sampled. Sampling 64 threads takes about a third of a ms.
const GLANCE: Duration = Duration::from_millis(10);

/// The share of the CPU clock that the threads alive at the end must account for, so that schedstat is used.
const NEARLY_ALL: f64 = 0.98;

/// The source of the time for which threads were ready for a CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The scheduler's accounting of each thread (schedstat), which is exact.
    Schedstat,
    /// The threads' states, sampled every 10 ms: an estimate, used if threads have ended.
    States,
}

/// What the threads of a process did between start and stop of a [`ThreadWatch`], summed over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadStates {
    /// The threads that were seen. Most threads that live for less than 10 ms are not.
    pub threads: u64,
    /// On a CPU, by the process' CPU clock, ns.
    pub running_ns: u64,
    /// Ready and waiting for a CPU, ns.
    pub runnable_ns: u64,
    /// Neither, ns.
    pub blocked_ns: u64,
    /// The source of `runnable_ns`.
    pub source: Source,
}

/// Samples the threads of a process, until it is dropped.
pub struct ThreadWatch {
    pid: u32,
    cpu_ns: u64,
    schedstat: HashMap<u32, Times>,
    stop: Option<Sender<()>>,
    looker: Option<JoinHandle<Seen>>,
}

/// A thread's schedstat: time on a CPU and time ready for one, ns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Times {
    run_ns: u64,
    delay_ns: u64,
}

/// The result of sampling the states.
#[derive(Debug, Default)]
struct Seen {
    threads: HashSet<u32>,
    /// Threads × time, ns.
    alive_ns: u64,
    /// The part of it in which they slept, ns.
    asleep_ns: u64,
}

impl ThreadWatch {
    /// Starts to sample process `pid`, on a thread bound to `cpus` (empty: any), which should be CPUs that the process
    /// does not use. `None` if the kernel provides no data.
    pub fn start(pid: u32, cpus: &[usize]) -> Option<ThreadWatch> {
        let (stop, stopped) = channel();
        let cpus: Arc<[usize]> = cpus.into();
        let name = "thread-watch".to_owned();
        let look = move || {
            keep_to(&cpus);
            let mut seen = Seen::default();
            let mut since = Instant::now();
            loop {
                let ended = stopped.recv_timeout(GLANCE) != Err(RecvTimeoutError::Timeout);
                let now = Instant::now();
                seen.glance(pid, now.duration_since(since));
                since = now;
                if ended {
                    return seen;
                }
            }
        };
        let schedstat = schedstat(pid);
        let cpu_ns = cpu_ns_of(pid)?;
        let looker = std::thread::Builder::new().name(name).spawn(look).ok()?;
        Some(ThreadWatch { pid, cpu_ns, schedstat, stop: Some(stop), looker: Some(looker) })
    }

    /// What the process' threads did since the start; `None` if the process has ended.
    pub fn stop(mut self) -> Option<ThreadStates> {
        let running_ns = cpu_ns_of(self.pid)?.saturating_sub(self.cpu_ns);
        let exact = since(&self.schedstat, &schedstat(self.pid));
        drop(self.stop.take());
        let seen = self.looker.take()?.join().ok()?;
        Some(joined(&seen, running_ns, exact))
    }
}

impl Seen {
    /// Samples all threads. `passed` is the time since the previous sample.
    fn glance(&mut self, pid: u32, passed: Duration) {
        let passed = u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX);
        for (tid, folder) in tasks(pid) {
            let Some(state) = std::fs::read_to_string(folder.join("stat")).ok().and_then(|stat| state(&stat)) else {
                continue;
            };
            self.threads.insert(tid);
            self.alive_ns += passed;
            if state != 'R' {
                self.asleep_ns += passed;
            }
        }
    }
}

/// Combines the three sources.
fn joined(seen: &Seen, running_ns: u64, exact: Times) -> ThreadStates {
    let threads = seen.threads.len() as u64;
    let rest = seen.alive_ns.saturating_sub(running_ns);
    let (runnable_ns, source) = match exact.run_ns as f64 >= running_ns as f64 * NEARLY_ALL {
        true => (exact.delay_ns, Source::Schedstat),
        false => (seen.alive_ns.saturating_sub(seen.asleep_ns).saturating_sub(running_ns), Source::States),
    };
    ThreadStates { threads, running_ns, runnable_ns, blocked_ns: rest.saturating_sub(runnable_ns), source }
}

/// The sum over the threads in `after`. Those that are not in `before` started in between.
fn since(before: &HashMap<u32, Times>, after: &HashMap<u32, Times>) -> Times {
    after.iter().fold(Times::default(), |sum, (tid, times)| {
        let begun = before.get(tid).copied().unwrap_or_default();
        Times {
            run_ns: sum.run_ns + times.run_ns.saturating_sub(begun.run_ns),
            delay_ns: sum.delay_ns + times.delay_ns.saturating_sub(begun.delay_ns),
        }
    })
}

/// The time for which the present threads of process `pid` have been ready and waited for a CPU since each of them
/// started, ns. 0 if the process has ended or the kernel provides no data.
pub fn waited_for_cpu_ns(pid: u32) -> u64 {
    schedstat(pid).values().map(|times| times.delay_ns).sum()
}

fn schedstat(pid: u32) -> HashMap<u32, Times> {
    let read = |folder: &Path| {
        let text = std::fs::read_to_string(folder.join("schedstat")).ok()?;
        let mut words = text.split_ascii_whitespace();
        Some(Times { run_ns: words.next()?.parse().ok()?, delay_ns: words.next()?.parse().ok()? })
    };
    tasks(pid).filter_map(|(tid, folder)| Some((tid, read(&folder)?))).collect()
}

fn tasks(pid: u32) -> impl Iterator<Item = (u32, PathBuf)> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
}

/// The letter after the name, which may itself contain parentheses and spaces.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Binds the calling thread to these CPUs, if that is allowed.
fn keep_to(cpus: &[usize]) {
    let mut set = CpuSet::new();
    if !cpus.is_empty() && cpus.iter().all(|&cpu| set.set(cpu).is_ok()) {
        let _ = sched_setaffinity(Pid::from_raw(0), &set);
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    /// A program that is killed at the end of the test.
    struct Program(Child);

    impl Drop for Program {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn watched(script: &str) -> ThreadStates {
        let program = Program(Command::new("sh").args(["-c", script]).spawn().unwrap());
        std::thread::sleep(Duration::from_millis(50));
        let watch = ThreadWatch::start(program.0.id(), &[]).unwrap();
        std::thread::sleep(Duration::from_millis(500));
        watch.stop().unwrap()
    }

    #[test]
    fn a_program_that_sleeps_is_blocked() {
        let states = watched("exec sleep 5");
        assert_eq!(states.threads, 1);
        // Where CPUs are busy, the watch begins and ends later than it is asked to.
        assert!(states.blocked_ns > 300_000_000, "{states:?}");
        assert!(states.running_ns + states.runnable_ns < states.blocked_ns / 20, "{states:?}");
    }

    #[test]
    fn two_threads_on_one_cpu_wait_for_each_other() {
        let cpu = crate::machine::allowed_cpus()[0];
        let ended = std::sync::atomic::AtomicBool::new(false);
        let states = std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    keep_to(&[cpu]);
                    while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(50));
            let before = schedstat(std::process::id());
            std::thread::sleep(Duration::from_millis(500));
            let exact = since(&before, &schedstat(std::process::id()));
            ended.store(true, std::sync::atomic::Ordering::Relaxed);
            exact
        });
        // Other tests may run on the same CPU: they reduce the running time and add to the ready time.
        let both = states.run_ns + states.delay_ns;
        assert!(states.delay_ns * 10 >= both * 2, "{states:?}");
        assert!(both > 900_000_000, "{states:?}");
    }

    #[test]
    fn schedstat_is_taken_where_it_tells_of_all_and_states_where_threads_ended() {
        let seen = Seen { threads: [1, 2].into(), alive_ns: 1_000, asleep_ns: 500 };
        let exact = joined(&seen, 300, Times { run_ns: 299, delay_ns: 90 });
        assert_eq!((exact.runnable_ns, exact.blocked_ns, exact.source), (90, 610, Source::Schedstat));
        let short = joined(&seen, 300, Times { run_ns: 10, delay_ns: 1 });
        assert_eq!((short.runnable_ns, short.blocked_ns, short.source), (200, 500, Source::States));
    }

    #[test]
    fn a_name_with_brackets_does_not_hide_the_state() {
        assert_eq!(state("12 (a) R (b) S 1 2"), Some('S'));
        assert_eq!(state(""), None);
    }
}
