//! Runs the `go` command to its end, or to an interruption: it starts compilers, which must not outlive it.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use processes::Descendants;

use crate::tail::Tail;

/// How often it is looked whether it has ended, or is to end.
const GLANCE: Duration = Duration::from_millis(10);

/// How long its last words may take to be read.
const READ_WITHIN: Duration = Duration::from_millis(200);

/// How it ended, and the last 4 KiB that it said.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs `command`; `None` where `interrupt` became true meanwhile. In a process group of its own, so that Ctrl-C at the
/// terminal reaches this program first. Whatever it started has ended when this returns.
pub(super) fn run(command: &mut Command, interrupt: &AtomicBool) -> io::Result<Option<Ended>> {
    let descendants = Descendants::begin();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = processes::spawn(command)?;
    let group = Pid::from_raw(child.id().cast_signed());
    let tails = [Tail::follow("go-stdout", child.stdout.take()), Tail::follow("go-stderr", child.stderr.take())];
    let ended = loop {
        match child.try_wait() {
            Ok(None) if interrupt.load(Relaxed) || tails.iter().any(Result::is_err) => break Ok(None),
            Ok(None) => thread::sleep(GLANCE),
            ended => break ended,
        }
    };
    // What is gone already needs no signal.
    let _ = killpg(group, Signal::SIGKILL);
    let _ = child.wait();
    descendants.end();
    let [stdout, stderr] = tails.map(|tail| {
        tail.map(|tail| {
            tail.wait(READ_WITHIN);
            tail.text()
        })
    });
    let (stdout, stderr) = (stdout?, stderr?);
    Ok(ended?.map(|status| Ended { status, stdout, stderr }))
}
