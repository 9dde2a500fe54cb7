//! An engine's process, and the harness' end of the trial protocol.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use measure::protocol::{Answer, Order};

/// The program of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

/// The longest line an engine may say, bytes: room for a million rows of 150 to 200 bytes.
const LONGEST_LINE: u64 = 256 << 20;

/// How much of its standard error is kept, bytes.
const STDERR_KEPT: usize = 4096;

/// How long the last words of a process that has ended may take to be read.
const READ_WITHIN: Duration = Duration::from_millis(200);

/// How often a wait looks whether the run is to end.
const GLANCE: Duration = Duration::from_millis(20);

/// How long an engine may take to end by itself.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Why an engine did not say what was due.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The run is to end now.
    Interrupted,
    /// The trial failed, for this reason.
    Failed(String),
}

/// A running engine. Dropping it ends the process and its group.
pub(crate) struct Engine {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Tail,
    deadline: Instant,
    /// Most threads that it was seen with.
    threads: u64,
}

/// The end of what a process says on one of its streams.
pub(crate) struct Tail {
    kept: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Tail {
    /// Reads the stream to its end, on a thread, so that the process is never held up.
    pub(crate) fn follow(pipe: Option<impl Read + Send + 'static>) -> Tail {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&kept);
        let reader = pipe.map(|pipe| thread::spawn(move || keep_tail(pipe, &into)));
        Tail { kept, reader }
    }

    /// What a process that has ended said last. A process that it left behind may hold the stream open: that is not
    /// waited for long.
    pub(crate) fn text(&self) -> String {
        let until = Instant::now() + READ_WITHIN;
        while self.reader.as_ref().is_some_and(|reader| !reader.is_finished()) && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        String::from_utf8_lossy(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Engine {
    /// Starts it on `cpus`, to be done before `deadline`. In a process group of its own: Ctrl-C on the terminal reaches
    /// the harness, which ends it in order.
    pub(crate) fn start(
        command: &EngineCommand,
        environment: &[(&str, OsString)],
        cpus: &[usize],
        deadline: Instant,
    ) -> Result<Engine, Fault> {
        let failed = |reason: &dyn std::fmt::Display| {
            Fault::Failed(format!("starting the engine {}: {reason}", command.program.display()))
        };
        let mut process = Command::new(&command.program);
        process.args(&command.args).envs(environment.iter().map(|(name, value)| (name, value))).process_group(0);
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = origin::on_cpus(Some(cpus), || process.spawn()).map_err(|error| failed(&error))?;
        let mut child = spawned.map_err(|error| failed(&error))?;
        let stderr = Tail::follow(child.stderr.take());
        let lines = read_lines(child.stdout.take());
        Ok(Engine { stdin: child.stdin.take(), child, lines, stderr, deadline, threads: 0 })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Most threads that it was seen with, looked at every 20 ms while an answer was waited for.
    pub(crate) fn threads(&self) -> Option<u64> {
        Some(self.threads).filter(|threads| *threads > 0)
    }

    /// Says one order. That nobody listens shows when an answer is due.
    pub(crate) fn say(&mut self, order: &Order) -> Result<(), Fault> {
        let mut line =
            serde_json::to_vec(order).map_err(|error| Fault::Failed(format!("encoding an order: {error}")))?;
        line.push(b'\n');
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(&line).and_then(|()| stdin.flush());
        }
        Ok(())
    }

    /// Waits for the next answer; `due` names it in errors.
    pub(crate) fn hear(&mut self, due: &str, interrupt: &AtomicBool) -> Result<Answer, Fault> {
        let line = self.next_line(due, interrupt)?;
        match serde_json::from_str(&line) {
            Ok(Answer::Failed(reason)) => Err(Fault::Failed(reason)),
            Ok(answer) => Ok(answer),
            Err(error) => {
                let shown: String = line.chars().take(200).collect();
                Err(Fault::Failed(format!("the engine was to say {due:?} and said {shown:?} ({error})")))
            }
        }
    }

    fn next_line(&mut self, due: &str, interrupt: &AtomicBool) -> Result<String, Fault> {
        loop {
            if interrupt.load(Relaxed) {
                return Err(Fault::Interrupted);
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::Failed(format!("stuck: the deadline passed while waiting for {due:?}")));
            }
            match self.lines.recv_timeout(left.min(GLANCE)) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Timeout) => {
                    self.threads = self.threads.max(measure::process::threads(self.pid()).unwrap_or(0));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Fault::Failed(self.last_words(due))),
            }
        }
    }

    fn last_words(&mut self, due: &str) -> String {
        let status = wait(&mut self.child, END_WITHIN);
        let status = status.map_or_else(|| "its output closed".to_owned(), |status| status.to_string());
        match self.stderr.text().trim() {
            "" => format!("the engine ended before it said {due:?} ({status})"),
            words => format!("the engine ended before it said {due:?} ({status}): {words}"),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // An engine that keeps the protocol ends when its orders do; whatever else it left behind goes with its group.
        drop(self.stdin.take());
        let ended = wait(&mut self.child, END_WITHIN).is_some();
        let group = i32::try_from(self.child.id()).map(nix::unistd::Pid::from_raw);
        if let Ok(group) = group {
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        }
        if !ended {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn wait(child: &mut Child, at_most: Duration) -> Option<std::process::ExitStatus> {
    let until = Instant::now() + at_most;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_micros(500)),
            Ok(None) | Err(_) => return None,
        }
    }
}

fn read_lines(stdout: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let Some(stdout) = stdout else { return };
        let mut reader = BufReader::new(stdout);
        while let Ok(Some(line)) = bounded_line(&mut reader) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The next line, cut where it grows past [`LONGEST_LINE`]: what is cut is no JSON, and that is said when it is read.
fn bounded_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
}

fn keep_tail(mut pipe: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = pipe.read(&mut chunk) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&chunk[..length]);
        let surplus = kept.len().saturating_sub(STDERR_KEPT);
        kept.drain(..surplus);
    }
}
