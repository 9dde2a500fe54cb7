//! An engine that is any program: a command line with `{url}` in it, measured by the system and the ledger.
//!
//! Its CPU time is that of the whole process, from start to end, by wait4(2). Requests, connections and handshakes are
//! counted by the ledger; latency cannot be measured.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use measure::clock::now_ns;
use measure::process::{Cost, peak_memory_bytes};
use processes::Descendants;
use wait4::{ResUse, Wait4};
use workload::Workload;

use crate::plan::command_line::CommandLine;
use crate::trial::error::TrialError;
use crate::trial::output_tail::Tail;

/// The interval at which its end and its memory are checked.
const GLANCE: Duration = Duration::from_millis(2);

/// The system's data about a program that has ended.
pub(crate) struct Ended {
    pub(crate) wall_ns: u64,
    pub(crate) cost: Cost,
    /// The last observed peak of its resident memory; 0 for a program that ended before it was observed. wait4(2) has a
    /// peak too, but includes the memory of this process, which the child shares until it executes the program.
    pub(crate) peak_memory_bytes: u64,
    /// Its error output, if it failed.
    pub(crate) complaint: Option<String>,
}

/// Runs the program to its end, or to `deadline`.
pub(crate) fn run(
    cpus: &[usize],
    interrupt: &AtomicBool,
    command: &CommandLine,
    url: &str,
    workload: &Workload,
    trust_file: &Path,
    deadline: Instant,
) -> Result<Ended, TrialError> {
    let failed = |reason: &dyn std::fmt::Display| {
        TrialError::Failed(format!("starting {}: {reason}", command.program.display()))
    };
    let mut process = Command::new(&command.program);
    process.args(command.filled(url, workload, trust_file)).process_group(0);
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    die_with_parent(&mut process);
    let started = now_ns();
    let descendants = Descendants::begin();
    let spawned = origin::on_cpus(Some(cpus), || processes::spawn(&mut process)).map_err(|error| failed(&error))?;
    let mut running = Running { child: spawned.map_err(|error| failed(&error))?, descendants };
    let tails = [running.errors(), running.output()];
    let mut peak = 0;
    loop {
        match running
            .child
            .try_wait4()
            .map_err(|error| TrialError::Failed(format!("waiting for {}: {error}", command.name())))?
        {
            Some(used) => return Ok(ended(&used, started, peak, &tails)),
            None if interrupt.load(Relaxed) => return Err(TrialError::Interrupted),
            None if Instant::now() >= deadline => {
                return Err(TrialError::Failed(format!("stuck: {} did not end before the deadline", command.name())));
            }
            None => thread::sleep(GLANCE),
        }
        peak = peak_memory_bytes(running.child.id()).unwrap_or(peak);
    }
}

/// Makes the kernel end the program when this thread ends, for whatever reason: the program watches no pipe that would
/// tell it.
#[allow(unsafe_code, reason = "what is done between fork and exec can't be proved safe by the compiler")]
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

/// The last line that is not empty: where programs usually report what went wrong.
fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(300).collect()
}

/// A program that is ended, with everything that it has started, when this is dropped.
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
