//! Finds the sockets of the command and of its descendants.

use std::collections::HashSet;

pub(crate) use processes::{adopted, members, others};
use procfs::process::{FDTarget, Process};

/// The inodes of the sockets that these processes have open.
pub(crate) fn sockets(members: &[u32]) -> HashSet<u64> {
    members.iter().flat_map(|pid| of_process(*pid)).collect()
}

/// The inodes of the sockets that `pid` has open. None if it has ended.
fn of_process(pid: u32) -> impl Iterator<Item = u64> {
    let process = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok());
    let files = process.and_then(|process| process.fd().ok()).into_iter().flatten().flatten();
    files.filter_map(|file| match file.target {
        FDTarget::Socket(inode) => Some(inode),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::process::{Command, Stdio};

    #[test]
    fn a_socket_belongs_to_who_opened_it_and_to_no_other() {
        let _listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut other = Command::new("sleep").arg("10").stdin(Stdio::null()).spawn().unwrap();
        let (own, others) = (sockets(&[std::process::id()]), sockets(&[other.id()]));
        assert!(!own.is_empty() && own.is_disjoint(&others), "{own:?} {others:?}");
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
