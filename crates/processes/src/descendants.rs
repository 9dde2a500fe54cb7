//! Kills everything that a child has started, even in another process group, in another session, or with another
//! parent.
//!
//! This process becomes the subreaper of its descendants (prctl(2), PR_SET_CHILD_SUBREAPER): a descendant whose parent
//! has ended becomes its child, and is found there. It recognises its own children because [`spawn`] records them.

use std::collections::{HashMap, HashSet};
use std::io;
use std::process::{Child, Command};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpgid, getpgrp};
use procfs::process::Process;

use crate::process_tree::{children, with_descendants};

/// How long killed processes may take to end: only one in an uninterruptible system call does not end immediately.
const GONE_WITHIN: Duration = Duration::from_secs(1);

/// The interval at which that is checked.
const GLANCE: Duration = Duration::from_millis(1);

/// The processes that this one has started itself, each with its start time, because process IDs are reused.
static OWN: LazyLock<Mutex<HashMap<u32, u64>>> = LazyLock::new(Mutex::default);

/// Starts `command` as a process that is never mistaken for one that another process left behind. It must be used for
/// every child in its own process group; children in this process' group are recognised by that.
///
/// # Errors
/// The command can't be started.
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    // The lock is taken before the process exists, so that no other thread sees it before it is recorded.
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    let child = command.spawn()?;
    own.retain(|pid, began| began_at(*pid) == Some(*began));
    own.extend(began_at(child.id()).map(|began| (child.id(), began)));
    Ok(child)
}

/// The descendants of children that are started while this value exists.
#[derive(Debug)]
pub struct Descendants {
    /// Children that existed before.
    before: HashSet<u32>,
}

impl Descendants {
    /// Starts to track descendants of children that are started from now on. If the system has no subreapers, a process
    /// whose parent has ended is not found.
    pub fn begin() -> Descendants {
        let _ = nix::sys::prctl::set_child_subreaper(true);
        Descendants { before: children(std::process::id()).into_iter().collect() }
    }

    /// Kills what a child, which has ended and was waited for, has left behind. Returns when all have ended, or after 1
    /// s.
    pub fn end(&self) {
        let deadline = Instant::now() + GONE_WITHIN;
        loop {
            let left = self.left();
            if left.is_empty() || Instant::now() >= deadline {
                return;
            }
            for pid in left {
                // The process may have ended meanwhile.
                let _ = kill(pid, Signal::SIGKILL);
            }
            thread::sleep(GLANCE);
        }
    }

    /// The processes that were reparented to this one, and their descendants. Those that have ended are reaped.
    fn left(&self) -> Vec<Pid> {
        let own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
        let group = getpgrp();
        let is_left = |pid: &u32| {
            let known = self.before.contains(pid) || own.get(pid).is_some_and(|began| began_at(*pid) == Some(*began));
            // A child in this process' own group is one that it started without [`spawn`].
            !known && getpgid(Some(number(*pid))).is_ok_and(|other| other != group)
        };
        let adopted: Vec<u32> = children(std::process::id()).into_iter().filter(is_left).collect();
        for pid in &adopted {
            let _ = waitpid(number(*pid), Some(WaitPidFlag::WNOHANG));
        }
        with_descendants(adopted, HashSet::new())
            .into_iter()
            .filter(|pid| began_at(*pid).is_some())
            .map(number)
            .collect()
    }
}

fn number(pid: u32) -> Pid {
    Pid::from_raw(pid.cast_signed())
}

/// The start time of `pid`, in clock ticks since boot; `None` if it has ended.
fn began_at(pid: u32) -> Option<u64> {
    Some(Process::new(pid.cast_signed()).ok()?.stat().ok()?.starttime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;

    use rusty_fork::rusty_fork_test;

    /// Runs `script` in its own process group to its end. It prints the IDs of the processes that it leaves behind.
    fn leaves_behind(script: &str) -> (Descendants, Vec<u32>) {
        let descendants = Descendants::begin();
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = spawn(&mut command).unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        (descendants, said.split_whitespace().map(|pid| pid.parse().unwrap()).collect())
    }

    fn lives(pid: u32) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    // Each test becomes a subreaper, and must not see what other tests leave behind.
    rusty_fork_test! {
        #[test]
        fn whatever_a_child_leaves_behind_is_ended() {
            let scripts = [
                // A session of its own.
                "setsid sleep 1000 & echo $!; wait",
                // A daemon: its parent has ended before it.
                r#"setsid sh -c 'sleep 1000 & echo $!'; sleep 1000"#,
                // A process that ignores all signals but SIGKILL, with a child and an empty environment.
                r#"env -i setsid sh -c 'trap "" TERM HUP INT; sleep 1000 & echo $$ $!; wait' & sleep 1000"#,
            ];
            for script in scripts {
                let (descendants, left) = leaves_behind(script);
                assert!(!left.is_empty() && left.iter().all(|pid| lives(*pid)), "{script}: {left:?}");
                descendants.end();
                assert!(!left.iter().any(|pid| lives(*pid)), "{script}: {left:?} survive");
            }
        }

        #[test]
        fn what_is_none_of_the_childs_lives_on() {
            let sleep = || {
                let mut command = Command::new("sleep");
                command.arg("1000").stdin(Stdio::null());
                command
            };
            let mut before = sleep().process_group(0).spawn().unwrap();
            let (descendants, left) = leaves_behind("setsid sleep 1000 & echo $!; wait");
            // A second recorded child, like an origin, and one in this process' own group.
            let mut known = spawn(sleep().process_group(0)).unwrap();
            let mut own = sleep().spawn().unwrap();
            descendants.end();
            assert!(!left.iter().any(|pid| lives(*pid)), "{left:?}");
            for child in [&mut before, &mut known, &mut own] {
                assert!(child.try_wait().unwrap().is_none(), "{} was killed", child.id());
                child.kill().unwrap();
                child.wait().unwrap();
            }
        }
    }
}
