//! Address spaces: a process has one from its fork or exec to its next exec or its end.

use std::collections::HashSet;
use std::sync::Arc;

use procfs::process::Process;

use crate::maps::{self, Mapping};

/// The number of an address space in one recording. The first is that of the process that the sampler was attached to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SpaceId(pub(crate) u64);

/// A process that exists when sampling starts.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) pid: u32,
    pub(crate) name: Arc<str>,
    pub(crate) threads: u32,
    pub(crate) maps: Arc<Vec<Mapping>>,
}

/// Process `pid` and its current descendants, a parent before its children. Empty if it has ended.
pub(crate) fn descendants(pid: u32) -> Vec<Start> {
    let mut found: Vec<Start> = Vec::new();
    let mut seen = HashSet::new();
    let mut ahead = vec![pid];
    while let Some(pid) = ahead.pop() {
        if !seen.insert(pid) {
            continue;
        }
        if let Some((start, children)) = look(pid) {
            found.push(start);
            ahead.extend(children);
        }
    }
    found
}

fn look(pid: u32) -> Option<(Start, Vec<u32>)> {
    let process = Process::new(i32::try_from(pid).ok()?).ok()?;
    let name = process.stat().ok()?.comm.into();
    let tasks: Vec<_> = process.tasks().ok()?.flatten().collect();
    // A kernel without the list of children returns none: then only processes that start from now on are included.
    let children = tasks.iter().flat_map(|task| task.children().unwrap_or_default()).collect();
    let threads = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
    Some((Start { pid, name, threads, maps: Arc::new(maps::read(pid)) }, children))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_stands_before_its_children() {
        let mut child = std::process::Command::new("sleep").arg("9").spawn().unwrap();
        let found: Vec<_> = descendants(std::process::id()).iter().map(|start| start.pid).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found[0], std::process::id());
        assert!(found.contains(&child.id()) || !std::path::Path::new("/proc/self/task/self/children").exists());
        assert!(descendants(u32::MAX).is_empty());
    }
}
