//! A relay that adds a realistic round-trip time to an origin on loopback.
//!
//! Loopback hides what users of HTTPS notice most: round trips. The relay is a process between client and origin, which
//! should run on the origin's CPUs, and needs no privileges. It imitates exactly:
//!
//! - Each byte arrives half an RTT after it was sent, whichever way it goes; so does the end of a direction (FIN), and
//!   so does a reset (RST), after the bytes before it. Nothing is ever early. Waking makes it late: by 0.04 to 0.2 ms
//!   (median), and by some ms now and then where others want the same CPUs.
//! - A SYN can't be held back without privilege: the kernel completes the client's connect at once. So the relay lets
//!   nothing that the client sends leave before accept + 1 RTT, when a client that far away would have had its SYN-ACK;
//!   it arrives half an RTT later. Nothing of the origin's leaves before accept + 1.5 RTT, when the client's ACK would
//!   have told it of the connection. The upstream connection itself is opened at once.
//! - **A request takes as long as on a real path** (connect 1 RTT, handshake k RTT, request 1 RTT), **but a client's
//!   own `connect` phase looks short, and the phase after it longer by 1 RTT.** Only their sum is true.
//! - An origin that isn't there resets the client at accept + 1 RTT.
//!
//! What it does not imitate: limited bandwidth, loss, reordering, jitter, slow start. A response of many segments takes
//! one way's delay here, and several round trips on a real path with a fresh congestion window. A direction holds at
//! most 1 MiB (all together 256 MiB and 16 KiB per direction besides), so that bulk is bounded to 1 MiB per half an
//! RTT, as a TCP window of 2 MiB would do.
//!
//! It needs two open files for a connection, until one RTT after the client has closed it. Connections beyond its limit
//! wait in the listener's queue, which adds to their delay. Its connections to the origin use ephemeral ports just as
//! the client's do, and each takes some 0.2 ms of CPU time on the origin's CPUs, which is attributed to neither side.
//! This module starts the process; [`serve`] runs in it.

mod alarm;
mod connection;
mod delay_line;
mod error;
mod server;
mod settings;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{EmbeddedProgram, Error, affinity};
pub use error::RelayError;
pub use server::serve;
use server::{Ready, VERSION};
use settings::checked;
pub use settings::{LONGEST_RTT, Settings};

/// How long a relay may take to become ready.
const READY_WITHIN: Duration = Duration::from_secs(15);
/// How long it may take to end after closing its output.
const END_WITHIN: Duration = Duration::from_secs(1);

/// A running relay. Dropping it ends the process.
#[derive(Debug)]
pub struct Relay {
    child: Child,
    addresses: Vec<SocketAddr>,
}

impl Relay {
    /// Starts a relay to `targets`, all on loopback, and waits until it listens.
    ///
    /// `program` is one that calls [`serve`], on `cpus` or wherever the caller may run. As an origin, it has a process
    /// group of its own, and ends with its parent. It writes complaints to the caller's standard error.
    ///
    /// # Errors
    /// When `rtt` is 0 (use no relay then) or more than [`LONGEST_RTT`], a target is not on loopback, or the program
    /// can't be started, ends, says something else, or isn't ready within 15 s.
    pub fn start(
        program: &EmbeddedProgram,
        targets: &[SocketAddr],
        rtt: Duration,
        cpus: Option<&[usize]>,
    ) -> Result<Relay, Error> {
        checked(targets, rtt)?;
        let targets_text: Vec<String> = targets.iter().map(ToString::to_string).collect();
        let mut command = Command::new(&program.exe);
        command.args(&program.leading_args).arg("--targets").arg(targets_text.join(","));
        command.arg("--rtt-ns").arg(rtt.as_nanos().to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let failed = |source| RelayError::Start { program: program.exe.clone(), source };
        let child = affinity::on_cpus(cpus, || processes::spawn(&mut command))?.map_err(failed)?;
        // From here on, dropping the relay ends the process.
        let mut relay = Relay { child, addresses: Vec::new() };
        let line = first_line(relay.child.stdout.take()).map_err(failed)?;
        relay.addresses = relay.ready(&line, targets)?;
        Ok(relay)
    }

    /// The addresses on which it listens: for each target, in order, a port of the target's own IP address.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Its process ID.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The error that says how it ended, if it has ended.
    pub fn ended(&mut self) -> Option<Error> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(RelayError::Ended(status).into())
    }

    fn ready(&mut self, line: &Receiver<String>, targets: &[SocketAddr]) -> Result<Vec<SocketAddr>, RelayError> {
        let line = line.recv_timeout(READY_WITHIN).map_err(|error| match error {
            RecvTimeoutError::Timeout => RelayError::Silent(READY_WITHIN),
            RecvTimeoutError::Disconnected => RelayError::Gone(self.ending()),
        })?;
        match serde_json::from_str::<Ready>(&line) {
            Ok(ready) if ready.tlstax_relay == VERSION && ready.addresses.len() == targets.len() => Ok(ready.addresses),
            _ => Err(RelayError::Protocol(line)),
        }
    }

    /// How it ended after it has closed its output; `None` if it is still running.
    fn ending(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + END_WITHIN;
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(1)),
                outcome => return outcome.ok().flatten(),
            }
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It has nothing to clean up, so it is killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line that the child prints. If it prints none, the channel closes without one.
fn first_line(stdout: Option<ChildStdout>) -> std::io::Result<Receiver<String>> {
    let (send, line) = mpsc::channel();
    thread::Builder::new().name("relay-stdout".to_owned()).spawn(move || {
        let first = stdout.map(BufReader::new).and_then(|stdout| stdout.lines().next());
        if let Some(Ok(line)) = first {
            let _ = send.send(line);
        }
    })?;
    Ok(line)
}
