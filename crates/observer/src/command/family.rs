//! The command's process and all that descend from it.

use std::collections::HashSet;
use std::net::SocketAddr;

use procfs::process::{FDTarget, Process};

use crate::loopback;

/// The most processes that are looked at: a command that forks for ever must not keep the observer busy.
const MOST: usize = 4_096;

/// Processes of this one that are none of the command's: its origin, whatever else it had started before the command.
pub(crate) fn others() -> Vec<u32> {
    children(std::process::id())
}

/// What was left to this process when its parent ended: all of this process' own but the command itself, which another thread waits
/// for, and `others`.
pub(crate) fn adopted(root: u32, others: &[u32]) -> Vec<u32> {
    children(std::process::id()).into_iter().filter(|pid| *pid != root && !others.contains(pid)).collect()
}

/// `root` and its descendants that live now, and those that were left to this process when their parent ended: all of
/// this process' own but `others`.
pub(crate) fn members(root: u32, others: &[u32]) -> Vec<u32> {
    let own = std::process::id();
    let mut found = vec![root];
    let mut met: HashSet<u32> = others.iter().copied().chain([root, own]).collect();
    found.extend(children(own).into_iter().filter(|pid| met.insert(*pid)));
    let mut at = 0;
    while let Some(&pid) = found.get(at) {
        at += 1;
        if found.len() < MOST {
            found.extend(children(pid).into_iter().filter(|child| met.insert(*child)));
        }
    }
    found
}

/// What `pid` has started and not waited for. Empty when it is gone.
fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
    let text: Vec<String> = tasks.map(of_task).collect();
    text.iter().flat_map(|text| text.split_whitespace()).filter_map(|pid| pid.parse().ok()).collect()
}

/// The inodes of the sockets that `pid` has open.
pub(crate) fn sockets(pid: u32) -> HashSet<u64> {
    let process = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok());
    let files = process.and_then(|process| process.fd().ok()).into_iter().flatten().flatten();
    files
        .filter_map(|file| match file.target {
            FDTarget::Socket(inode) => Some(inode),
            _ => None,
        })
        .collect()
}

/// Whether the socket at `peer` that is connected to `own` belongs to `root` or to one that descends from it, and to none of `others`.
pub(crate) fn owns_socket(root: u32, others: &[u32], peer: SocketAddr, own: SocketAddr) -> bool {
    let inodes = loopback::inodes(peer, own).unwrap_or_default();
    members(root, others).into_iter().any(|pid| {
        let open = sockets(pid);
        inodes.iter().any(|inode| open.contains(inode))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    #[test]
    fn a_socket_belongs_to_who_opened_it_and_to_no_other() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (peer, own) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        assert!(owns_socket(std::process::id(), &[], peer, own));
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(!owns_socket(std::process::id(), &[], peer, elsewhere), "another may have the port, for another place");
        let mut other = Command::new("sleep").arg("10").stdin(Stdio::null()).spawn().unwrap();
        assert!(!sockets(other.id()).iter().any(|inode| sockets(std::process::id()).contains(inode)));
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn what_was_started_before_the_command_is_none_of_it() {
        let start = || Command::new("sleep").arg("10").stdin(Stdio::null()).spawn().unwrap();
        let (mut before, mut command) = (start(), start());
        let found = members(command.id(), &[before.id()]);
        assert!(found.contains(&command.id()) && !found.contains(&before.id()), "{found:?}");
        for child in [&mut before, &mut command] {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    #[test]
    fn grandchildren_are_members() {
        let mut shell = Command::new("sh").args(["-c", "sleep 10 & wait"]).spawn().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
        let mut found = Vec::new();
        while found.len() < 2 && std::time::Instant::now() < deadline {
            found = members(shell.id(), &[]).into_iter().filter(|pid| *pid != std::process::id()).collect();
        }
        assert!(found.contains(&shell.id()) && found.len() >= 2, "{found:?}");
        for pid in found {
            let _ = nix::sys::signal::kill(
                nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap()),
                nix::sys::signal::Signal::SIGKILL,
            );
        }
        shell.wait().unwrap();
    }
}
