//! A process and its descendants, as /proc shows them.

use std::collections::HashSet;

/// The most processes that are listed: a command that forks endlessly must not keep the observer busy.
const MOST: usize = 4_096;

/// The present children of this process, which don't belong to a command that is started next: the origin and others.
pub fn others() -> Vec<u32> {
    children(std::process::id())
}

/// Processes that were reparented to this one: all its children except the command itself, which another thread waits
/// for, and `others`.
pub fn adopted(root: u32, others: &[u32]) -> Vec<u32> {
    children(std::process::id()).into_iter().filter(|pid| *pid != root && !others.contains(pid)).collect()
}

/// `root`, its running descendants, and processes that were reparented to this one: all its children except `others`.
pub fn members(root: u32, others: &[u32]) -> Vec<u32> {
    let own = std::process::id();
    let first = std::iter::once(root).chain(children(own));
    with_descendants(first, others.iter().copied().chain((root != own).then_some(own)).collect())
}

/// `first` and all their descendants, except those in `met`.
pub(crate) fn with_descendants(first: impl IntoIterator<Item = u32>, mut met: HashSet<u32>) -> Vec<u32> {
    let mut found: Vec<u32> = first.into_iter().filter(|pid| met.insert(*pid)).collect();
    let mut at = 0;
    while let Some(&pid) = found.get(at) {
        at += 1;
        if found.len() < MOST {
            found.extend(children(pid).into_iter().filter(|child| met.insert(*child)));
        }
    }
    found
}

/// The children of `pid` that it has not waited for. Empty if it has ended.
pub fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let of_task = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
    let text: Vec<String> = tasks.map(of_task).collect();
    text.iter().flat_map(|text| text.split_whitespace()).filter_map(|pid| pid.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

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
            found = with_descendants([shell.id()], HashSet::new());
        }
        assert!(found.contains(&shell.id()) && found.len() >= 2, "{found:?}");
        for pid in found {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
        }
        shell.wait().unwrap();
    }
}
