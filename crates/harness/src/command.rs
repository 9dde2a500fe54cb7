//! An engine that is any program at all: a command line with `{url}` in it, and what the system and the ledger tell of
//! it.
//!
//! Its CPU time is that of the whole process, start to end, by wait4(2). Requests, connections and handshakes are the
//! ledger's; latency is not to be had.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use measure::clock::now_ns;
use measure::process::{Cost, peak_memory_bytes};
use processes::Descendants;
use wait4::{ResUse, Wait4};
use workload::Workload;

use crate::engine::Fault;
use crate::plan::Plan;
use crate::tail::Tail;

/// For how long a program that asks for `{s}` is told to run, s.
const SECONDS: u64 = 2;

/// How often it is asked whether it has ended, and how large it has been.
const GLANCE: Duration = Duration::from_millis(2);

/// A command line, split as a shell splits words, with placeholders: `{url}`, `{c}`, `{n}`, `{s}`, `{ca}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    program: PathBuf,
    name: String,
    args: Vec<String>,
}

/// Why a command line cannot be an engine.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Its quotes do not match.
    #[error("--engine {0:?}: its quotes do not match")]
    Quotes(String),
    /// It names no program.
    #[error("--engine is empty: give a command line, e.g. 'curl -s --cacert {{ca}} {{url}}'")]
    Empty,
    /// Its program is not there.
    #[error("{program:?} of --engine {line:?} is not installed: not found on PATH")]
    NotInstalled {
        /// The program.
        program: String,
        /// The command line.
        line: String,
    },
}

impl CommandLine {
    /// Reads one, and looks its program up.
    pub fn parse(line: &str) -> Result<CommandLine, CommandError> {
        let words = shell_words::split(line).map_err(|_| CommandError::Quotes(line.to_owned()))?;
        let (first, args) = words.split_first().ok_or(CommandError::Empty)?;
        let missing = || CommandError::NotInstalled { program: first.clone(), line: line.to_owned() };
        let program = which::which(first).map_err(|_| missing())?;
        let name: String =
            PathBuf::from(first).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // As a cell's name takes it.
        let name = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        Ok(CommandLine { program, name, args: args.to_vec() })
    }

    /// The program's name, as the client of a cell.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it fetches a URL that it is given; otherwise it is to speak the trial protocol.
    pub fn takes_url(&self) -> bool {
        self.args.iter().any(|arg| arg.contains("{url}"))
    }

    /// Whether it is told how many requests to make.
    fn takes_requests(&self) -> bool {
        self.args.iter().any(|arg| arg.contains("{n}"))
    }

    /// As an engine that speaks the trial protocol.
    pub fn as_engine(&self) -> crate::EngineCommand {
        crate::EngineCommand { program: self.program.clone(), args: self.args.iter().map(OsString::from).collect() }
    }

    /// Its arguments with the placeholders filled in.
    fn filled(&self, url: &str, workload: &Workload, trust_file: &std::path::Path) -> Vec<String> {
        let values = [
            ("{url}", url.to_owned()),
            ("{c}", workload.slots().to_string()),
            ("{n}", requests(workload).to_string()),
            ("{s}", SECONDS.to_string()),
            ("{ca}", trust_file.display().to_string()),
        ];
        let fill = |arg: &String| values.iter().fold(arg.clone(), |arg, (name, value)| arg.replace(name, value));
        self.args.iter().map(fill).collect()
    }

    /// Requests that the origin must have seen, at least.
    pub(crate) fn requests(&self, workload: &Workload) -> u64 {
        if self.takes_requests() { requests(workload) } else { 1 }
    }
}

/// N. A workload whose number is not known beforehand is never given to a program: nothing would make it end.
fn requests(workload: &Workload) -> u64 {
    workload.requests().map_or(1, workload::Requests::get)
}

/// What the system tells of a program that has ended.
pub(crate) struct Ended {
    pub(crate) wall_ns: u64,
    pub(crate) cost: Cost,
    /// The peak of resident memory as it was last seen; 0 for a program that ended before it could be. wait4(2) has one
    /// too, but counts the memory of this process, which the child shares until it is another program.
    pub(crate) peak_memory_bytes: u64,
    /// What it said, where it did not end well.
    pub(crate) complaint: Option<String>,
}

/// Runs the program to its end, or to `deadline`.
pub(crate) fn run(
    plan: &Plan,
    command: &CommandLine,
    url: &str,
    workload: &Workload,
    trust_file: &std::path::Path,
    deadline: Instant,
) -> Result<Ended, Fault> {
    let failed =
        |reason: &dyn std::fmt::Display| Fault::Failed(format!("starting {}: {reason}", command.program.display()));
    let mut process = Command::new(&command.program);
    process.args(command.filled(url, workload, trust_file)).process_group(0);
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    die_with_parent(&mut process);
    let started = now_ns();
    let cpus = Some(plan.run.pinning.client.as_slice());
    let descendants = Descendants::begin();
    let spawned = origin::on_cpus(cpus, || processes::spawn(&mut process)).map_err(|error| failed(&error))?;
    let mut running = Running { child: spawned.map_err(|error| failed(&error))?, descendants };
    let tails = [running.errors(), running.output()];
    let mut peak = 0;
    loop {
        match running
            .child
            .try_wait4()
            .map_err(|error| Fault::Failed(format!("waiting for {}: {error}", command.name)))?
        {
            Some(used) => return Ok(ended(&used, started, peak, &tails)),
            None if plan.interrupt.load(Relaxed) => return Err(Fault::Interrupted),
            None if Instant::now() >= deadline => {
                return Err(Fault::Failed(format!("stuck: {} did not end before the deadline", command.name)));
            }
            None => thread::sleep(GLANCE),
        }
        peak = peak_memory_bytes(running.child.id()).unwrap_or(peak);
    }
}

/// Has the kernel end the program when this thread does, however that comes about: it watches no pipe that would tell
/// it.
#[allow(unsafe_code)]
fn die_with_parent(process: &mut Command) {
    let ask = || nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL).map_err(std::io::Error::from);
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. This is one prctl(2), which is; turning
    // its error number into an error neither allocates nor locks.
    unsafe { process.pre_exec(ask) };
}

fn ended(used: &ResUse, started: u64, peak_memory_bytes: u64, tails: &[Tail; 2]) -> Ended {
    let cpu = used.rusage.utime + used.rusage.stime;
    let complaint = (!used.status.success()).then(|| {
        match tails.iter().map(|tail| last_line(&tail.text())).find(|line| !line.is_empty()) {
            Some(line) => format!("it ended with {}: {line}", used.status),
            None => format!("it ended with {}", used.status),
        }
    });
    Ended {
        wall_ns: now_ns().saturating_sub(started),
        cost: Cost {
            cpu_ns: u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX),
            user_share: (!cpu.is_zero()).then(|| used.rusage.utime.as_secs_f64() / cpu.as_secs_f64()),
        },
        peak_memory_bytes,
        complaint,
    }
}

/// The last line that says something: where programs put what went wrong.
fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(300).collect()
}

/// A program that goes when it is no longer waited for, with whatever it has started.
struct Running {
    child: Child,
    descendants: Descendants,
}

impl Running {
    fn output(&mut self) -> Tail {
        Tail::follow(self.child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>))
    }

    fn errors(&mut self) -> Tail {
        Tail::follow(self.child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(group) = i32::try_from(self.child.id()) {
            let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
        }
        let _ = self.child.wait();
        self.descendants.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in() {
        let line = CommandLine::parse("sh -c 'fetch {url} {n}' -c {c} --ca={ca} {s}").unwrap();
        assert!(line.takes_url() && line.name() == "sh");
        let workload = Workload {
            path: workload::Path::get(),
            amount: workload::Amount::Requests(9.try_into().unwrap()),
            concurrency: 64.try_into().unwrap(),
            rate: None,
            server: workload::Server::Httpbin,
            hosts: workload::Hosts::MIN,
        };
        let filled = line.filled("http://x/", &workload, std::path::Path::new("/ca.pem"));
        assert_eq!(filled, ["-c", "fetch http://x/ 9", "-c", "9", "--ca=/ca.pem", "2"]);
        assert_eq!(line.requests(&workload), 9);
    }

    #[test]
    fn what_is_no_engine_is_refused() {
        assert!(matches!(CommandLine::parse("sh 'a"), Err(CommandError::Quotes(_))));
        assert!(matches!(CommandLine::parse("  "), Err(CommandError::Empty)));
        assert!(matches!(CommandLine::parse("no-such-program {url}"), Err(CommandError::NotInstalled { .. })));
    }
}
