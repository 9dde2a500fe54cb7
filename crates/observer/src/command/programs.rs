//! Recognises the runtimes of the command's processes, by their executables and loaded objects.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;

use nix::sys::resource::{Resource, getrlimit};
use observation::Runtime;

use super::executable;
use crate::runtimes::{Named, of_executable, of_maps};

/// The most executables that are distinguished.
const MOST_EXECUTABLES: usize = 1_024;

/// The most files that are held open to be read after the command has ended, and how large the limit of open files must
/// be for each of them.
const MOST_FILES: u64 = 32;
const LIMIT_FOR_A_FILE: u64 = 64;

/// The checks, counted from the one in which an executable was first seen, in which its loaded objects are listed: when
/// its loader has finished, and when the program has loaded more itself.
const LOADED_BY: [u32; 2] = [1, 10];

/// The most bytes that are read of a process' maps.
const MOST_MAPS: u64 = 1 << 20;

/// What has been seen so far.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    processes: HashMap<u32, Met>,
    executables: HashSet<Executable>,
    /// Executables whose names show nothing.
    files: Vec<File>,
    found: BTreeSet<Runtime>,
}

/// An executable: its device and inode.
type Executable = (u64, u64);

/// A running process.
#[derive(Debug)]
struct Met {
    executable: Executable,
    /// In how many checks it has been seen with this executable.
    looks: u32,
}

impl Programs {
    /// Checks these processes. One that has ended, or that may not be read, is skipped.
    pub(super) fn look(&mut self, members: &[u32]) {
        let before = std::mem::take(&mut self.processes);
        for &pid in members {
            // This is read in each check: before a process executes its program, it shows the executable of its parent.
            let Ok(file) = std::fs::metadata(format!("/proc/{pid}/exe")) else { continue };
            let executable = (file.dev(), file.ino());
            let looks = match before.get(&pid) {
                Some(met) if met.executable == executable => met.looks.saturating_add(1),
                _ => {
                    self.meet(pid, executable);
                    0
                }
            };
            if LOADED_BY.contains(&looks) {
                let mut loaded = of_maps(&maps(pid));
                if is_php(pid) {
                    // The program uses libcurl, and advice for curl's command line does not apply to it.
                    loaded.remove(&Runtime::Curl);
                }
                self.found.extend(loaded);
            }
            self.processes.insert(pid, Met { executable, looks });
        }
    }

    /// Notes the executable of `pid`, if it has not been seen yet. Its file is read later, because that may take a
    /// while.
    fn meet(&mut self, pid: u32, executable: Executable) {
        if self.executables.len() == MOST_EXECUTABLES || !self.executables.insert(executable) {
            return;
        }
        let path = format!("/proc/{pid}/exe");
        let Ok(target) = std::fs::read_link(&path) else { return };
        match of_executable(&target.file_name().unwrap_or_default().to_string_lossy()) {
            Named::Runtime(runtime) => {
                self.found.insert(runtime);
            }
            Named::Unknown if (self.files.len() as u64) < most_files() => self.files.extend(File::open(path)),
            Named::Unknown | Named::Launcher => {}
        }
    }

    /// All runtimes that were recognised. Reads the files that have not been read yet.
    pub(crate) fn finish(self) -> BTreeSet<Runtime> {
        let mut found = self.found;
        found.extend(self.files.iter().filter_map(executable::built_by));
        found
    }
}

fn is_php(pid: u32) -> bool {
    let target = std::fs::read_link(format!("/proc/{pid}/exe"));
    target.is_ok_and(|target| {
        of_executable(&target.file_name().unwrap_or_default().to_string_lossy()) == Named::Runtime(Runtime::Php)
    })
}

/// How many files may be held open: most must be left for the command's connections.
fn most_files() -> u64 {
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
    (limit / LIMIT_FOR_A_FILE).clamp(1, MOST_FILES)
}

/// The maps of `pid`. Empty if it has ended, or may not be read.
fn maps(pid: u32) -> String {
    let mut text = Vec::new();
    if let Ok(file) = File::open(format!("/proc/{pid}/maps")) {
        // If the process ends meanwhile, what was read until then is used.
        let _ = file.take(MOST_MAPS).read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    #[test]
    fn a_process_is_told_by_its_file_and_one_that_is_gone_is_passed_over() {
        let mut child = Command::new("sleep").arg("10").stdin(Stdio::null()).spawn().unwrap();
        let mut programs = Programs::default();
        programs.look(&[child.id()]);
        assert_eq!(programs.processes.len(), 1);
        child.kill().unwrap();
        child.wait().unwrap();
        for _ in 0..=LOADED_BY[1] {
            programs.look(&[child.id(), std::process::id()]);
        }
        assert_eq!(programs.processes.len(), 1);
        assert!(programs.finish().contains(&Runtime::Rust));
    }

    #[test]
    fn a_process_that_becomes_another_program_is_looked_at_again() {
        let mut shell = Command::new("sh");
        let mut child = shell.args(["-c", "read -r _; exec sleep 10"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut programs = Programs::default();
        programs.look(&[child.id()]);
        assert_eq!(programs.executables.len(), 1);
        drop(child.stdin.take());
        let deadline = Instant::now() + Duration::from_secs(10);
        while programs.executables.len() < 2 && Instant::now() < deadline {
            programs.look(&[child.id()]);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(programs.executables.len(), 2);
    }

    #[test]
    fn what_a_process_has_mapped_can_be_read() {
        assert!(maps(std::process::id()).contains("libc"));
        assert_eq!(maps(0), "");
    }
}
