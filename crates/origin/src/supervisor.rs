//! Runs an origin process: the supervisor's side of the protocol.
//!
//! It starts the process, reads where it listens, requests its ledger, and makes sure that it ends. The harness decides
//! when to read the ledger, and judges it.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ledger::Ledger;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::poll::poll;
use crate::protocol::{self, LEDGER, MARK, Ready, Refusal};
use crate::tail::Tail;
use crate::{Error, Launch, affinity};

/// How long an origin may take until it listens: it reads two files and seeds its random numbers.
const READY_WITHIN: Duration = Duration::from_secs(15);
/// How long it may take to respond to a command, however busy its CPUs are.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How long it may take to end before it is killed.
const END_WITHIN: Duration = Duration::from_secs(1);
/// How long reading the last output of an ended origin may take.
const READ_WITHIN: Duration = Duration::from_millis(200);

/// A running origin. Dropping it ends the process.
#[derive(Debug)]
pub struct Origin {
    process: Process,
    ready: Ready,
}

impl Origin {
    /// Starts an origin and waits until it listens.
    ///
    /// The origin runs in its own process group, so that Ctrl-C at the terminal reaches its supervisor first.
    ///
    /// # Errors
    /// The program can't be started, ends, violates the protocol, or isn't ready within 15 s. The error includes what
    /// it wrote to its standard error.
    pub fn start(launch: &Launch) -> Result<Origin, Error> {
        for address in &launch.addresses {
            reach(*address)?;
        }
        let mut process = Process::start(launch)?;
        let what = "say where it listens";
        let line = process.next_line(READY_WITHIN, what)?;
        let ready: Ready = process.parse(&line, what)?;
        if ready.tlstax_origin != protocol::VERSION {
            let (theirs, ours) = (ready.tlstax_origin, protocol::VERSION);
            let reason = format!("it speaks version {theirs} of the protocol, this program version {ours}");
            return Err(process.misspoke(what, reason, &line));
        }
        if ready.http.is_empty() || ready.https.is_empty() {
            return Err(process.misspoke(what, "it does not listen for both HTTP and HTTPS".to_owned(), &line));
        }
        Ok(Origin { process, ready })
    }

    /// Its ready line.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Reads the ledger.
    ///
    /// # Errors
    /// The origin has ended, runs in the foreground, or doesn't respond within 2 s.
    pub fn ledger(&mut self) -> Result<Ledger, Error> {
        self.process.ask(LEDGER)
    }

    /// Resets the maxima and the log, then reads the ledger.
    ///
    /// # Errors
    /// As [`Origin::ledger`].
    pub fn mark(&mut self) -> Result<Ledger, Error> {
        self.process.ask(MARK)
    }

    /// The error that says how the origin ended, if it has ended unexpectedly.
    pub fn ended(&mut self) -> Option<Error> {
        let status = self.process.child.try_wait().ok().flatten()?;
        self.process.stderr.wait(READ_WITHIN);
        Some(Error::Ended { origin: self.process.name, status, stderr: self.process.stderr.text() })
    }
}

/// The child process, and the threads that read its output.
#[derive(Debug)]
struct Process {
    name: &'static str,
    foreground: bool,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Tail,
    /// The number of late responses that have not arrived yet: they must not be mistaken for the next command's.
    owed: usize,
}

impl Process {
    fn start(launch: &Launch) -> Result<Process, Error> {
        let failed = |source| Error::Start { program: launch.program().clone(), source };
        let mut command = launch.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child =
            affinity::on_cpus(launch.cpus.as_deref(), || processes::spawn(&mut command))?.map_err(failed)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let started = read_lines(stdout).and_then(|lines| Ok((lines, Tail::follow("origin-stderr", stderr)?)));
        match started {
            Ok((lines, stderr)) => {
                let (name, foreground) = (launch.kind.name(), launch.foreground);
                Ok(Process { name, foreground, child, stdin, lines, stderr, owed: 0 })
            }
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(failed(error))
            }
        }
    }

    fn ask(&mut self, command: &str) -> Result<Ledger, Error> {
        if self.foreground {
            return Err(Error::Foreground { origin: self.name });
        }
        let what = format!("answer {command:?}");
        let written = match &mut self.stdin {
            Some(stdin) => writeln!(stdin, "{command}").and_then(|()| stdin.flush()).is_ok(),
            None => false,
        };
        if !written {
            return Err(self.gone(&what));
        }
        let deadline = Instant::now() + ANSWER_WITHIN;
        self.owed += 1;
        loop {
            let line = self.next_line(deadline.saturating_duration_since(Instant::now()), &what)?;
            self.owed -= 1;
            if self.owed > 0 {
                continue;
            }
            return match serde_json::from_str::<Refusal>(&line) {
                Ok(refusal) => Err(self.misspoke(&what, refusal.error, &line)),
                Err(_) => self.parse(&line, &what),
            };
        }
    }

    fn next_line(&mut self, timeout: Duration, what: &str) -> Result<String, Error> {
        self.lines.recv_timeout(timeout).map_err(|error| match error {
            RecvTimeoutError::Disconnected => self.gone(what),
            RecvTimeoutError::Timeout => Error::Silent {
                origin: self.name,
                what: what.to_owned(),
                timeout: if self.owed > 0 { ANSWER_WITHIN } else { READY_WITHIN },
                stderr: self.stderr.text(),
            },
        })
    }

    fn parse<T: serde::de::DeserializeOwned>(&self, line: &str, what: &str) -> Result<T, Error> {
        serde_json::from_str(line).map_err(|error| self.misspoke(what, error.to_string(), line))
    }

    fn misspoke(&self, what: &str, reason: String, line: &str) -> Error {
        Error::Protocol { origin: self.name, what: what.to_owned(), reason, line: line.to_owned() }
    }

    /// The origin has closed its output: waits briefly for its exit status and its last output.
    fn gone(&mut self, what: &str) -> Error {
        let status = self.wait(END_WITHIN);
        self.stderr.wait(READ_WITHIN);
        Error::Gone { origin: self.name, what: what.to_owned(), status, stderr: self.stderr.text() }
    }

    fn wait(&mut self, timeout: Duration) -> Option<ExitStatus> {
        let child = &mut self.child;
        poll(timeout, || child.try_wait().ok().flatten())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input tells an origin to end. In the foreground it doesn't read its input, and gets a signal.
        self.stdin = None;
        if self.foreground
            && matches!(self.child.try_wait(), Ok(None))
            && let Ok(pid) = i32::try_from(self.child.id())
        {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        if self.wait(END_WITHIN).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether there is a way to a loopback address: a network namespace of its own begins without, and listens all the
/// same. Nothing is sent.
fn reach(address: Ipv4Addr) -> Result<(), Error> {
    let way = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| socket.connect((address, 9)));
    match way {
        Err(source) if source.kind() == ErrorKind::NetworkUnreachable => Err(Error::Loopback { address, source }),
        // Whatever else is wrong is told by who listens and who connects.
        _ => Ok(()),
    }
}

/// The lines that the child prints. The channel closes when its output ends, or when the receiver is dropped.
fn read_lines(stdout: Option<ChildStdout>) -> std::io::Result<Receiver<String>> {
    let (send, lines) = mpsc::channel();
    thread::Builder::new().name("origin-stdout".to_owned()).spawn(move || {
        let lines = stdout.map(BufReader::new).into_iter().flat_map(BufRead::lines);
        for line in lines.map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    })?;
    Ok(lines)
}
