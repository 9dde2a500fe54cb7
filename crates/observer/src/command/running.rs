//! From the command's start to its end.
//!
//! It stays in this process' group and session, with this process' standard streams: what a terminal sends reaches it,
//! and what it writes goes where it always goes.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;
use observation::{Cpu, Direct, Ended};
use wait4::{ResUse, Wait4};

use super::contention::Contention;
use super::interrupts::Interrupts;
use super::process_tree;
use super::programs::Programs;
use super::sockets::Sockets;
use super::usage::Usage;
use crate::clock::now_ns;
use crate::shared_look::rested;
use crate::{Error, Variables};

/// How often the command is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How often its sockets are looked at, unless there are so many that this would take more than a fifth of a CPU.
const SOCKETS_EVERY: Duration = Duration::from_millis(100);

/// How long it may take to end after it was asked to.
const END_WITHIN: Duration = Duration::from_secs(2);

/// How long it may take to be gone after SIGKILL, which only a process that the kernel holds does not heed at once.
const DIE_WITHIN: Duration = Duration::from_millis(500);

/// A command that runs.
pub(crate) struct Started {
    name: String,
    pub(crate) pid: u32,
    began_ns: u64,
    ended: Receiver<End>,
    /// Processes of this one that are not the command's.
    pub(crate) others: Vec<u32>,
    programs: Programs,
    contention: Contention,
}

/// What is watched, and for how long.
pub(crate) struct Watch<'a> {
    /// Addresses that the command is meant to connect to.
    pub(crate) observers: &'a [SocketAddr],
    /// It is ended after this long.
    pub(crate) timeout: Option<Duration>,
    pub(crate) interrupts: &'a mut Interrupts,
}

/// How it went.
pub(crate) struct Outcome {
    pub(crate) ended: Ended,
    /// What a shell would say of its end: its code, or 128 and the signal's number.
    pub(crate) code: u8,
    pub(crate) ended_ns: u64,
    pub(crate) cpu: Cpu,
    pub(crate) direct: Vec<Direct>,
    pub(crate) left_running: u64,
    pub(crate) programs: Programs,
}

/// Starts `command` with `variables` set and the limit of open files as the user has it, in a pass that began at
/// `began_ns`, since when `contention` has counted.
///
/// # Errors
/// It can't be started.
pub(crate) fn start(
    command: &[OsString],
    variables: &Variables,
    open_files: Option<(u64, u64)>,
    began_ns: u64,
    contention: Contention,
) -> Result<Started, Error> {
    let mut words = command.iter();
    let program = words.next().cloned().unwrap_or_default();
    let name = program.to_string_lossy().into_owned();
    let mut process = Command::new(program);
    process.args(words).envs(variables.iter());
    if let Some((soft, hard)) = open_files {
        restore_open_files(&mut process, soft, hard);
    }
    // What the command leaves behind when it ends is still met. Where the system has no such thing, it is not.
    let _ = nix::sys::prctl::set_child_subreaper(true);
    let others = process_tree::others();
    let failed = |source| Error::Start { command: name.clone(), source };
    let (waiter, ended) = waiter().map_err(failed)?;
    let child = process.spawn().map_err(failed)?;
    let pid = child.id();
    // It runs its program by now, and may have ended before the next look.
    let mut programs = Programs::default();
    programs.look(&[pid]);
    // It has nothing to do but to wait for this. If it failed, that is told when the end is asked for.
    let _ = waiter.send(child);
    Ok(Started { name, pid, began_ns, ended, others, programs, contention })
}

/// How the command ended, and when.
type End = std::io::Result<(ResUse, u64)>;

/// A thread that waits for the command that it is given, and tells. It is there before the command: one that runs and
/// that nobody waits for would have to be ended.
fn waiter() -> std::io::Result<(Sender<Child>, Receiver<End>)> {
    let (give, given) = channel::<Child>();
    let (send, ended) = channel();
    std::thread::Builder::new().name("command".to_owned()).spawn(move || {
        // Where the command could not be started, none comes.
        let Ok(child) = given.recv() else { return };
        let used = child.wait4();
        // Nobody listens any more where the observation was given up.
        let _ = send.send(used.map(|used| (used, now_ns())));
    })?;
    Ok((give, ended))
}

/// Has the command begin with the limit of open files that the observer was started with.
#[allow(unsafe_code, reason = "what is done between fork and exec can't be proved safe by the compiler")]
fn restore_open_files(process: &mut Command, soft: u64, hard: u64) {
    let restore = move || setrlimit(Resource::RLIMIT_NOFILE, soft, hard).map_err(std::io::Error::from);
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. This is one setrlimit(2), which neither
    // allocates nor locks; turning its error number into an error doesn't either.
    unsafe { process.pre_exec(restore) };
}

impl Started {
    /// Watches it until it has ended.
    ///
    /// # Errors
    /// Its end can't be waited for.
    pub(crate) fn watch(mut self, watch: Watch<'_>) -> Result<Outcome, Error> {
        let (mut usage, mut sockets) = (Usage::default(), Sockets::default());
        let pid = Pid::from_raw(i32::try_from(self.pid).unwrap_or(i32::MAX));
        let deadline = watch.timeout.map(|timeout| Instant::now() + timeout);
        let (mut asked_to_end, mut sockets_due) = (None::<Instant>, Instant::now());
        let (used, ended_ns) = loop {
            match self.ended.recv_timeout(LOOK) {
                Ok(outcome) => break outcome.map_err(|source| self.wait_error(source))?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.wait_error(std::io::Error::other("the thread that waited for it failed")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            watch.interrupts.pass_on(pid);
            let dead = dead(&process_tree::adopted(self.pid, &self.others));
            let members = process_tree::members(self.pid, &self.others);
            // The clocks of those that have ended are read for the last time.
            let at_ns = now_ns().saturating_sub(self.began_ns);
            self.contention.follow(self.pid);
            usage.look(&members, at_ns, &mut self.contention);
            self.programs.look(&members);
            reap(&dead);
            let began = Instant::now();
            if began >= sockets_due {
                sockets.look(&members, watch.observers);
                sockets_due = rested(began, Instant::now()).max(began + SOCKETS_EVERY);
            }
            match (asked_to_end, deadline) {
                (None, Some(deadline)) if Instant::now() >= deadline => {
                    end(&members, Signal::SIGTERM);
                    asked_to_end = Some(Instant::now());
                }
                (Some(since), _) if since.elapsed() >= END_WITHIN => end(&members, Signal::SIGKILL),
                _ => {}
            }
        };
        watch.interrupts.keep();
        let timed_out = asked_to_end.is_some();
        if let Some(asked) = asked_to_end {
            self.end_descendants(asked + END_WITHIN);
        }
        reap(&self.descendants());
        let total = used.rusage.utime + used.rusage.stime;
        Ok(Outcome {
            ended: ending(used.status, timed_out, watch.interrupts.met()),
            code: code(used.status),
            ended_ns,
            cpu: usage.finish(u64::try_from(total.as_nanos()).unwrap_or(u64::MAX)),
            direct: sockets.finish(),
            left_running: if timed_out { 0 } else { self.descendants().len() as u64 },
            programs: self.programs,
        })
    }

    /// Waits until those that outlive the command, which were asked to end when it was, are gone; kills them at
    /// `deadline`.
    fn end_descendants(&self, deadline: Instant) {
        loop {
            let left = self.descendants();
            reap(&left);
            let left = self.descendants();
            let now = Instant::now();
            if left.is_empty() || now >= deadline + DIE_WITHIN {
                return;
            }
            if now >= deadline {
                end(&left, Signal::SIGKILL);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Those that descend from the command, when it has ended.
    fn descendants(&self) -> Vec<u32> {
        process_tree::members(self.pid, &self.others).into_iter().filter(|pid| *pid != self.pid).collect()
    }

    fn wait_error(&self, source: std::io::Error) -> Error {
        Error::Wait { command: self.name.clone(), source }
    }
}

fn ending(status: std::process::ExitStatus, timed_out: bool, interrupted: bool) -> Ended {
    match (status.signal(), status.code()) {
        _ if timed_out => Ended::TimedOut,
        _ if interrupted => Ended::Interrupted,
        (Some(signal), _) => Ended::Signal(signal),
        (None, code) => Ended::Code(code.unwrap_or_default()),
    }
}

fn end(members: &[u32], signal: Signal) {
    for pid in members {
        if let Ok(pid) = i32::try_from(*pid) {
            // One that has ended meanwhile needs no signal.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

/// Those that have ended and wait to be taken leave of, which is not done yet.
fn dead(adopted: &[u32]) -> Vec<u32> {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    let is_dead = |pid: &u32| {
        let pid = i32::try_from(*pid).unwrap_or(i32::MAX);
        matches!(waitid(Id::Pid(Pid::from_raw(pid)), flags), Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)))
    };
    adopted.iter().copied().filter(is_dead).collect()
}

/// Takes leave of those that have ended.
fn reap(adopted: &[u32]) {
    for pid in adopted.iter().filter_map(|pid| i32::try_from(*pid).ok()) {
        // Most are not this process' to wait for, or still run.
        let _ = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG));
    }
}

/// An exit code as shells have it.
fn code(status: std::process::ExitStatus) -> u8 {
    let code = status.signal().map_or_else(|| status.code().unwrap_or_default(), |signal| 128 + signal);
    u8::try_from(code).unwrap_or(u8::MAX)
}
