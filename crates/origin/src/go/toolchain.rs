//! Finds the installed Go, and checks that it is new enough.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use super::tool::{self, Ended};
use super::{GoVersion, minimum};
use crate::Error;

/// A Go that is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// Its `go` command.
    pub program: PathBuf,
    /// Its version.
    pub version: GoVersion,
}

/// The `go` on PATH.
///
/// # Errors
/// There is none, it is too old for go-httpbin, or it doesn't report its version.
pub fn find_go() -> Result<Toolchain, Error> {
    find_go_in(env::var_os("PATH").unwrap_or_default().as_ref(), &AtomicBool::new(false))
}

/// The first `go` in a list of folders in the format of PATH; [`Error::Interrupted`] if `interrupt` becomes true before
/// it has reported its version.
pub(crate) fn find_go_in(path: &OsStr, interrupt: &AtomicBool) -> Result<Toolchain, Error> {
    let mut candidates = env::split_paths(path).map(|folder| folder.join("go"));
    let program =
        candidates.find(|file| is_program(file)).ok_or_else(|| Error::NoGo { minimum: minimum().to_string() })?;
    let version = ask_version(&program, interrupt)?;
    if version < minimum() {
        let (found, minimum) = (version.to_string(), minimum().to_string());
        return Err(Error::OldGo { program, found, minimum });
    }
    Ok(Toolchain { program, version })
}

fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// `go version go1.26.8 linux/amd64`, or `go version devel go1.27-0a1b2c …`.
fn ask_version(program: &Path, interrupt: &AtomicBool) -> Result<GoVersion, Error> {
    let broken = |reason: String| Error::BrokenGo { program: program.to_owned(), reason };
    // `local` selects the installed Go, not one that it would download because a go.mod nearby requires it.
    let mut command = Command::new(program);
    let asked = tool::run(command.arg("version").env("GOTOOLCHAIN", "local"), interrupt);
    let Ended { status, stdout, stderr } =
        asked.map_err(|error| broken(error.to_string()))?.ok_or(Error::Interrupted)?;
    let version = stdout.split_whitespace().find_map(|word| GoVersion::parse(word.strip_prefix("go")?));
    version.ok_or_else(|| broken(format!("it said {:?} ({status})", format!("{stdout}{stderr}"))))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder with a `go` that runs this shell script. A shell writes the file: if this process did, a child that
    /// another test starts at that moment could hold it open, and it could not be executed.
    pub(crate) fn folder_with_go(script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod 755 "$0""#;
        let status = Command::new("sh").args(["-c", write]).arg(folder.path().join("go")).arg(script).status();
        assert!(status.unwrap().success());
        folder
    }

    fn found(says: &str) -> Result<Toolchain, Error> {
        let folder = folder_with_go(&format!("echo '{says}'"));
        find_go_in(folder.path().as_os_str(), &AtomicBool::new(false))
    }

    #[test]
    fn a_new_go_is_found() {
        assert_eq!(found("go version go1.99.1 linux/amd64").unwrap().version, GoVersion { major: 1, minor: 99 });
        assert_eq!(found("go version devel go1.99-0a1b Tue linux/arm64").unwrap().version.minor, 99);
    }

    #[test]
    fn an_old_go_is_named_with_what_is_needed() {
        let error = found("go version go1.19.8 linux/amd64").unwrap_err().to_string();
        assert!(error.contains("Go 1.19") && error.contains(&minimum().to_string()), "{error}");
        assert!(error.contains("--origin embedded"), "{error}");
    }

    #[test]
    fn a_missing_or_broken_go_is_an_error_of_its_own() {
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(find_go_in(empty.path().as_os_str(), &AtomicBool::new(false)), Err(Error::NoGo { .. })));
        assert!(matches!(found("segmentation fault"), Err(Error::BrokenGo { .. })));
    }
}
