//! Runs the `go` command until it ends or is interrupted. The compilers that it starts must not outlive it.

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

/// The interval at which its end and the interruption are checked.
const GLANCE: Duration = Duration::from_millis(10);

/// How long reading its last output may take.
const READ_WITHIN: Duration = Duration::from_millis(200);

/// How it ended, and the last 4 KiB of its output.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs `command` in its own process group, so that Ctrl-C at the terminal reaches this program first. `None` if
/// `interrupt` became true meanwhile. All its processes have ended when this returns.
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
    // It fails if the processes have ended already, which doesn't matter.
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
