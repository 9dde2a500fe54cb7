//! The built program, run as a user runs it, in a folder of its own.

pub(crate) mod observed;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use measure::result::RunResult;

/// `tlstax` in `folder`. It heeds signals, though whoever runs these tests may ignore them, as shells do for what they
/// leave in the background.
pub(crate) fn tlstax(folder: &Path) -> Command {
    let mut command = Command::new("/usr/bin/env");
    command
        .args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_tlstax")])
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs `tlstax` with arguments separated by spaces.
pub(crate) fn run(folder: &Path, arguments: &str) -> Output {
    tlstax(folder).args(arguments.split_whitespace()).output().unwrap()
}

pub(crate) fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The result in `folder`/`name`.
pub(crate) fn result(folder: &Path, name: &str) -> RunResult {
    RunResult::read(&folder.join(name)).unwrap()
}

/// The committed run of the whole matrix.
pub(crate) fn matrix() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/matrix-split")
}

/// The trials in a result folder, a line each, compressed or not.
pub(crate) fn trials(dir: &Path) -> String {
    String::from_utf8(measure::result::lines(dir).unwrap()).unwrap()
}

/// The processes whose parent is `pid`, each with its command line.
pub(crate) fn children(pid: u32) -> Vec<(u32, String)> {
    let listed = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let pids = listed.split_whitespace().filter_map(|pid| pid.parse().ok());
    pids.map(|pid: u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        (pid, String::from_utf8_lossy(&line).replace('\0', " "))
    })
    .collect()
}

/// Waits until `found` gives something; `None` after 20 s.
pub(crate) fn wait_for<T>(mut found: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        if let Some(it) = found() {
            return Some(it);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

/// Does `each` for every case, three at a time: most of their time is spent waiting. Fails where one of them does.
pub(crate) fn each_of<T: Sync>(cases: &[T], each: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some((at, case)) = Some(next.fetch_add(1, Relaxed)).and_then(|at| Some((at, cases.get(at)?)))
                {
                    each(at, case);
                }
            });
        }
    });
}

/// Whether the process is there and not a zombie.
pub(crate) fn lives(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// A folder that goes with the test.
pub(crate) fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_owned();
    (dir, path)
}
