//! Starts the command, monitors it, and waits for its end.
//!
//! The command stays in this process' group and session, with this process' standard streams: it receives signals of
//! the terminal, and its output goes to the usual place.

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

/// The interval at which the command's processes are checked.
const LOOK: Duration = Duration::from_millis(20);

/// The interval at which its sockets are listed, unless there are so many that this would take more than a fifth of a
/// CPU.
const SOCKETS_EVERY: Duration = Duration::from_millis(100);

/// How long it may take to end after SIGTERM.
const END_WITHIN: Duration = Duration::from_secs(2);

/// How long it may take to end after SIGKILL, which is delayed only by an uninterruptible system call.
const DIE_WITHIN: Duration = Duration::from_millis(500);

/// A running command.
pub(crate) struct Started {
    name: String,
    pub(crate) pid: u32,
    began_ns: u64,
    ended: Receiver<End>,
    /// Children of this process that don't belong to the command.
    pub(crate) others: Vec<u32>,
    programs: Programs,
    contention: Contention,
}

/// How a command is monitored.
pub(crate) struct WatchOptions<'a> {
    /// Addresses that the command is meant to connect to.
    pub(crate) observers: &'a [SocketAddr],
    /// The command is ended after this long.
    pub(crate) timeout: Option<Duration>,
    pub(crate) interrupts: &'a mut Interrupts,
}

/// How the command ended, and what was recorded of it.
pub(crate) struct Outcome {
    pub(crate) ended: Ended,
    /// Its exit code as a shell reports it: its own, or 128 plus the number of the signal.
    pub(crate) code: u8,
    pub(crate) ended_ns: u64,
    pub(crate) cpu: Cpu,
    pub(crate) direct: Vec<Direct>,
    pub(crate) left_running: u64,
    pub(crate) programs: Programs,
}

/// Starts `command` with `variables` set and with the user's limit of open files. The run began at `began_ns`;
/// `contention` has counted since then.
///
/// # Errors
/// The command can't be started.
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
    // Makes this process the parent of descendants that outlive the command. If the system doesn't support it, those
    // are not found.
    let _ = nix::sys::prctl::set_child_subreaper(true);
    let others = process_tree::others();
    let failed = |source| Error::Start { command: name.clone(), source };
    let (waiter, ended) = waiter().map_err(failed)?;
    let child = process.spawn().map_err(failed)?;
    let pid = child.id();
    // The process runs its program now, and may have ended before the next check.
    let mut programs = Programs::default();
    programs.look(&[pid]);
    // If the waiting thread has failed, `watch` returns an error.
    let _ = waiter.send(child);
    Ok(Started { name, pid, began_ns, ended, others, programs, contention })
}

/// The command's status and resource use, and when it ended.
type End = std::io::Result<(ResUse, u64)>;

/// Starts a thread that waits for the command that it is sent, and reports its end. It is started before the command:
/// if starting it failed later, the running command would have to be killed.
fn waiter() -> std::io::Result<(Sender<Child>, Receiver<End>)> {
    let (give, given) = channel::<Child>();
    let (send, ended) = channel();
    std::thread::Builder::new().name("command".to_owned()).spawn(move || {
        // If the command could not be started, the sender is dropped.
        let Ok(child) = given.recv() else { return };
        let used = child.wait4();
        // It fails if the observation was aborted, which doesn't matter.
        let _ = send.send(used.map(|used| (used, now_ns())));
    })?;
    Ok((give, ended))
}

/// Makes the command start with the limit of open files that the observer was started with.
#[allow(unsafe_code, reason = "what is done between fork and exec can't be proved safe by the compiler")]
fn restore_open_files(process: &mut Command, soft: u64, hard: u64) {
    let restore = move || setrlimit(Resource::RLIMIT_NOFILE, soft, hard).map_err(std::io::Error::from);
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. This is one setrlimit(2), which neither
    // allocates nor locks; turning its error number into an error doesn't either.
    unsafe { process.pre_exec(restore) };
}

impl Started {
    /// Monitors the command until it has ended.
    ///
    /// # Errors
    /// It is not possible to wait for its end.
    pub(crate) fn watch(mut self, options: WatchOptions<'_>) -> Result<Outcome, Error> {
        let (mut usage, mut sockets) = (Usage::default(), Sockets::default());
        let pid = Pid::from_raw(i32::try_from(self.pid).unwrap_or(i32::MAX));
        let deadline = options.timeout.map(|timeout| Instant::now() + timeout);
        let (mut asked_to_end, mut sockets_due) = (None::<Instant>, Instant::now());
        let (used, ended_ns) = loop {
            match self.ended.recv_timeout(LOOK) {
                Ok(outcome) => break outcome.map_err(|source| self.wait_error(source))?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.wait_error(std::io::Error::other("the thread that waited for it failed")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            options.interrupts.pass_on(pid);
            let dead = dead(&process_tree::adopted(self.pid, &self.others));
            let members = process_tree::members(self.pid, &self.others);
            // The CPU clocks of ended processes are read once more before they are reaped.
            let at_ns = now_ns().saturating_sub(self.began_ns);
            self.contention.follow(self.pid);
            usage.look(&members, at_ns, &mut self.contention);
            self.programs.look(&members);
            reap(&dead);
            let began = Instant::now();
            if began >= sockets_due {
                sockets.look(&members, options.observers);
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
        options.interrupts.keep();
        let timed_out = asked_to_end.is_some();
        if let Some(asked) = asked_to_end {
            self.end_descendants(asked + END_WITHIN);
        }
        reap(&self.descendants());
        let total = used.rusage.utime + used.rusage.stime;
        Ok(Outcome {
            ended: ending(used.status, timed_out, options.interrupts.met()),
            code: code(used.status),
            ended_ns,
            cpu: usage.finish(u64::try_from(total.as_nanos()).unwrap_or(u64::MAX)),
            direct: sockets.finish(),
            left_running: if timed_out { 0 } else { self.descendants().len() as u64 },
            programs: self.programs,
        })
    }

    /// Waits until processes that outlive the command, which were sent SIGTERM with it, have ended; kills them at
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

    /// Descendants of the command, after it has ended.
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
            // It fails if the process has ended meanwhile, which doesn't matter.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}

/// The processes that have ended. They are not reaped yet.
fn dead(adopted: &[u32]) -> Vec<u32> {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    let is_dead = |pid: &u32| {
        let pid = i32::try_from(*pid).unwrap_or(i32::MAX);
        matches!(waitid(Id::Pid(Pid::from_raw(pid)), flags), Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)))
    };
    adopted.iter().copied().filter(is_dead).collect()
}

/// Reaps the processes that have ended.
fn reap(adopted: &[u32]) {
    for pid in adopted.iter().filter_map(|pid| i32::try_from(*pid).ok()) {
        // Most are not children of this process, or still run.
        let _ = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG));
    }
}

/// The exit code as shells report it.
fn code(status: std::process::ExitStatus) -> u8 {
    let code = status.signal().map_or_else(|| status.code().unwrap_or_default(), |signal| 128 + signal);
    u8::try_from(code).unwrap_or(u8::MAX)
}
