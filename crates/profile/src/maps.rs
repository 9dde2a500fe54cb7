//! The objects that are mapped into a process's memory: the part of `/proc/PID/maps` that unwinding and naming need.

use std::path::PathBuf;

use procfs::process::{MMPermissions, MMapPath, Process};

/// What a range of executable memory was mapped from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A file, and its inode when it was mapped.
    File { path: PathBuf, inode: u64 },
    /// The page of code that the kernel maps into each process.
    Vdso,
}

/// A range of executable memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Its offset in the object.
    pub(crate) offset: u64,
    pub(crate) source: Source,
}

/// The executable mappings of process `pid`, by address. Empty if it has ended, even if it has not been waited for.
pub(crate) fn read(pid: u32) -> Vec<Mapping> {
    let Ok(pid) = i32::try_from(pid) else { return Vec::new() };
    let Ok(maps) = Process::new(pid).and_then(|process| process.maps()) else { return Vec::new() };
    let executable = maps.into_iter().filter(|map| map.perms.contains(MMPermissions::EXECUTE));
    executable
        .filter_map(|map| {
            let (start, end) = map.address;
            let (offset, source) = match map.pathname {
                MMapPath::Path(path) => (map.offset, Source::File { path, inode: map.inode }),
                MMapPath::Vdso => (0, Source::Vdso),
                _ => return None,
            };
            Some(Mapping { start, end, offset, source })
        })
        .collect()
}

/// The program file of process `pid`, named as in [`read`]; `None` if it has ended or belongs to another user.
pub(crate) fn program(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// `before`, overlaid by `since`: where they overlap, the later mapping counts. Sorted by address.
pub(crate) fn overlay(before: Vec<Mapping>, since: Vec<Mapping>) -> Vec<Mapping> {
    let mut all = before;
    all.sort_by_key(|mapping| mapping.start);
    for new in since {
        insert(&mut all, new);
    }
    all
}

/// Inserts `new`, which replaces whatever it covers. `all` is sorted by address.
pub(crate) fn insert(all: &mut Vec<Mapping>, new: Mapping) {
    all.retain(|old| old.end <= new.start || old.start >= new.end);
    let at = all.partition_point(|old| old.start < new.start);
    all.insert(at, new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mapped_later_replaces_what_it_covers() {
        let map =
            |start, end, inode| Mapping { start, end, offset: 0, source: Source::File { path: "/x".into(), inode } };
        let all = overlay(vec![map(10, 20, 1), map(30, 40, 2)], vec![map(50, 60, 3), map(35, 36, 4)]);
        assert_eq!(all, [map(10, 20, 1), map(35, 36, 4), map(50, 60, 3)]);
    }

    #[test]
    fn a_process_has_itself_and_the_vdso_mapped() {
        let maps = read(std::process::id());
        let own = std::env::current_exe().unwrap();
        assert!(maps.iter().any(|map| matches!(&map.source, Source::File { path, .. } if *path == own)));
        assert!(maps.iter().any(|map| map.source == Source::Vdso));
        assert_eq!(read(u32::MAX), []);
    }
}
