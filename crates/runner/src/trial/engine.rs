//! An engine's process, and the harness's side of the trial protocol.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use measure::process::ProcessError;
use measure::protocol::{EngineReply, EngineRequest};
use processes::Descendants;
use terminal::{plain, plain_json};
use workload::Workload;

use crate::plan::engine_command::EngineCommand;
use crate::trial::engine_output::{EngineLine, Lines};
use crate::trial::error::TrialError;
use crate::trial::output_tail::{READ_WITHIN, Tail};

/// The most characters of an engine's output that a reason quotes.
const SHOWN: usize = 200;

/// The most characters of a reason that an engine gives.
const REASON: usize = 2_000;

/// How often a wait checks whether the run must end.
const GLANCE: Duration = Duration::from_millis(20);

/// How long an engine may take to end by itself.
const END_WITHIN: Duration = Duration::from_secs(1);

/// A running engine. Dropping it ends the process, and everything that it has started.
pub(crate) struct Engine {
    child: Child,
    stdin: Option<ChildStdin>,
    /// `None` while the engine is being ended.
    lines: Option<Lines>,
    stderr: Tail,
    descendants: Descendants,
    deadline: Instant,
    /// The largest number of its threads that was observed.
    threads: u64,
}

impl Engine {
    /// Starts it on `cpus`, to be done before `deadline`. It has a process group of its own, so that Ctrl-C on the
    /// terminal reaches the harness, which ends it in order.
    pub(crate) fn start(
        command: &EngineCommand,
        environment: &[(&str, OsString)],
        cpus: &[usize],
        deadline: Instant,
    ) -> Result<Engine, TrialError> {
        let failed = |reason: &dyn std::fmt::Display| {
            TrialError::Failed(format!("starting the engine {}: {reason}", command.program.display()))
        };
        let mut process = Command::new(&command.program);
        process.args(&command.args).envs(environment.iter().map(|(name, value)| (name, value))).process_group(0);
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let descendants = Descendants::begin();
        let spawned = origin::on_cpus(Some(cpus), || processes::spawn(&mut process)).map_err(|error| failed(&error))?;
        let mut child = spawned.map_err(|error| failed(&error))?;
        let stderr = Tail::follow(child.stderr.take());
        let lines = Some(Lines::follow(child.stdout.take()));
        Ok(Engine { stdin: child.stdin.take(), child, lines, stderr, descendants, deadline, threads: 0 })
    }

    /// Its process ID.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The largest number of its threads that was observed, every 20 ms while waiting for its messages.
    pub(crate) fn threads(&self) -> Option<u64> {
        Some(self.threads).filter(|threads| *threads > 0)
    }

    /// Sends one message. If the engine has gone, that shows when its reply is due.
    pub(crate) fn say(&mut self, order: &EngineRequest) -> Result<(), TrialError> {
        let mut line =
            serde_json::to_vec(order).map_err(|error| TrialError::Failed(format!("encoding an order: {error}")))?;
        line.push(b'\n');
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(&line).and_then(|()| stdin.flush());
        }
        Ok(())
    }

    /// Requests the results of a trial of `workload`, which determines how long they may be.
    pub(crate) fn ask_report(&mut self, workload: &Workload) -> Result<(), TrialError> {
        if let Some(lines) = &self.lines {
            lines.expect_done(workload);
        }
        self.say(&EngineRequest::Report)
    }

    /// Waits for the next message; `due` names it in errors. Terminal control sequences are removed from its strings.
    pub(crate) fn hear(&mut self, due: &str, interrupt: &AtomicBool) -> Result<EngineReply, TrialError> {
        let line = self.next_line(due, interrupt)?;
        match serde_json::from_str(&plain_json(&line)) {
            Ok(EngineReply::Failed(reason)) => Err(TrialError::Failed(beginning(&reason, REASON))),
            Ok(answer) => Ok(answer),
            Err(error) => Err(TrialError::Failed(format!(
                "expected {due:?} from the engine, but it said {} ({error})",
                shown(&line)
            ))),
        }
    }

    /// Closes its input, and waits at most 1 s until it has closed its output; then the process is ended.
    ///
    /// # Errors
    ///
    /// When it sends more messages.
    pub(crate) fn hear_out(&mut self) -> Result<(), TrialError> {
        drop(self.stdin.take());
        let until = Instant::now() + END_WITHIN;
        while let Some(lines) = self.lines.as_ref().filter(|_| Instant::now() < until) {
            let said = match lines.next(until.saturating_duration_since(Instant::now())) {
                Ok(EngineLine::Line(line)) if line.trim().is_empty() => continue,
                Ok(said) => said,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(()),
            };
            return Err(TrialError::Failed(match said {
                EngineLine::Line(line) => format!("the engine went on after \"done\": it said {}", shown(&line)),
                EngineLine::TooLong(limit) => format!("the engine went on after \"done\": {}", too_long(limit)),
            }));
        }
        Ok(())
    }

    /// The error for a process that could not be read: it ended before it sent what was `due`, or `error`.
    pub(crate) fn unread(&mut self, due: &str, error: &ProcessError) -> TrialError {
        TrialError::Failed(match wait(&mut self.child, READ_WITHIN) {
            Some(status) => self.ended(due, &status.to_string()),
            None => error.to_string(),
        })
    }

    fn next_line(&mut self, due: &str, interrupt: &AtomicBool) -> Result<String, TrialError> {
        let mut ended = None;
        loop {
            if interrupt.load(Relaxed) {
                return Err(TrialError::Interrupted);
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(TrialError::Failed(format!("stuck: the deadline passed while waiting for {due:?}")));
            }
            let within = left.min(if ended.is_some() { READ_WITHIN } else { GLANCE });
            let said = self.lines.as_ref().map_or(Err(RecvTimeoutError::Disconnected), |lines| lines.next(within));
            match said {
                Ok(EngineLine::Line(line)) => return Ok(line),
                Ok(EngineLine::TooLong(limit)) => {
                    return Err(TrialError::Failed(format!("expected {due:?} from the engine: {}", too_long(limit))));
                }
                // An engine that has ended sends no more, even if a process that it started holds its output open.
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(status) = ended {
                        return Err(TrialError::Failed(self.ended(due, &ExitStatus::to_string(&status))));
                    }
                    ended = self.child.try_wait().ok().flatten();
                    self.threads = self.threads.max(measure::process::threads(self.pid()).unwrap_or(0));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(TrialError::Failed(self.last_words(due))),
            }
        }
    }

    fn last_words(&mut self, due: &str) -> String {
        let status = wait(&mut self.child, END_WITHIN);
        self.ended(due, &status.map_or_else(|| "its output closed".to_owned(), |status| status.to_string()))
    }

    fn ended(&self, due: &str, how: &str) -> String {
        match self.stderr.words().as_str() {
            "" => format!("the engine ended before it said {due:?} ({how})"),
            words => format!("the engine ended before it said {due:?} ({how}): {words}"),
        }
    }
}

fn too_long(limit: usize) -> String {
    format!("it said a line of more than {} MiB, and no more of it was read", limit >> 20)
}

/// The beginning of a line, for a reason.
fn shown(line: &str) -> String {
    format!("\"{}\"", beginning(&plain(&beginning(line, SHOWN)), SHOWN))
}

fn beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // An engine that follows the protocol ends when its input does. Nobody reads what it still writes.
        drop((self.stdin.take(), self.lines.take()));
        let ended = wait(&mut self.child, END_WITHIN).is_some();
        let group = i32::try_from(self.child.id()).map(nix::unistd::Pid::from_raw);
        if let Ok(group) = group {
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        }
        if !ended {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        self.descendants.end();
    }
}

fn wait(child: &mut Child, at_most: Duration) -> Option<ExitStatus> {
    let until = Instant::now() + at_most;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_micros(500)),
            Ok(None) | Err(_) => return None,
        }
    }
}
