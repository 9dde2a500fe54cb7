//! The result folder of a `cargo bench`, which all benchmarks of one cargo process share.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use procfs::process::Process;

/// The variable that passes the folder to the process that measures.
pub const VARIABLE: &str = "TLSTAX_BENCH_DIR";

/// Below the workspace, ignored by git.
const LOCAL: &str = "results/local";

/// The folder of this benchmark's results. Benchmarks of one `cargo bench` have the same parent process, whose start
/// time names the folder; one that is started by hand has a folder of its own.
pub fn of_this_bench() -> PathBuf {
    let begun = cargos_start().unwrap_or_else(Timestamp::now);
    root().join(LOCAL).join(begun.strftime("bench-%Y-%m-%dT%H-%M-%SZ").to_string())
}

/// The workspace's folder: cargo starts a benchmark in its package's folder, and passes that in a variable.
fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package.as_deref().and_then(Path::parent).map_or_else(PathBuf::new, Path::to_owned)
}

/// When the cargo process that started this one began; `None` if its parent is another program.
fn cargos_start() -> Option<Timestamp> {
    let parent = i32::try_from(std::os::unix::process::parent_id()).ok()?;
    let stat = Process::new(parent).ok()?.stat().ok()?;
    if stat.comm != "cargo" {
        return None;
    }
    let booted = procfs::boot_time_secs().ok()?;
    let seconds = booted + stat.starttime / procfs::ticks_per_second();
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}
