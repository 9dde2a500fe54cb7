//! Passes the revision that the program is built from, so that every run can name it.

use std::path::Path;
use std::process::Command;

fn main() {
    let revision = if Path::new(PACKAGED).is_file() { packaged() } else { checked_out() };
    if let Some(revision) = revision {
        println!("cargo::rustc-env=TLSTAX_REVISION={revision}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}

/// In which Cargo notes the revision of a package, from this package's folder, in which build scripts run.
const PACKAGED: &str = ".cargo_vcs_info.json";

/// The revision that this package was made from. A repository around the folder that it is unpacked in is another's.
fn packaged() -> Option<String> {
    let info = std::fs::read_to_string(PACKAGED).ok()?;
    let (_, after) = info.split_once("\"sha1\"")?;
    let revision = after.split('"').nth(1)?.get(..12)?;
    Some(if info.contains("\"dirty\": true") { format!("{revision}-dirty") } else { revision.to_owned() })
}

/// The revision of the repository that this package stands in.
fn checked_out() -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // It grows with every commit and checkout. Cargo has nothing to watch for edits alone: whether the folder differs
    // from the revision is as of when this crate was last built.
    if let Some(path) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={path}");
    }
    git(&["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"])
}
