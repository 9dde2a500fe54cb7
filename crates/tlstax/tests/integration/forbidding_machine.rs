//! Machines that forbid what a run needs: one line says what to do.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{code, folder, matrix, stderr};

const SHORT: &str = "run serial plain new-conn -n 3 -c 1 --rounds 1 --origin embedded";

/// `tlstax` in `folder`, in namespaces of its own that `flag` names, after `before`; `None` where the system gives
/// it none.
fn confined(folder: &Path, flag: &str, before: &str, arguments: &str) -> Option<Output> {
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", flag]).current_dir(folder).stdin(Stdio::null());
        command
    };
    if !unshare().arg("true").output().is_ok_and(|output| output.status.success()) {
        return None;
    }
    let script = format!("{before} exec \"$0\" {arguments}");
    Some(unshare().args(["sh", "-c", &script, env!("CARGO_BIN_EXE_tlstax")]).output().unwrap())
}

#[test]
fn a_network_without_loopback_is_told_with_its_cure() {
    let (_dir, path) = folder();
    for arguments in [SHORT, "observe -- true {url}", "origin --origin embedded"] {
        let Some(output) = confined(&path, "--net", "", arguments) else { return };
        let said = stderr(&output);
        assert!(code(&output) == Some(2) && said.contains("`ip link set lo up`"), "{arguments}: {said}");
    }
    let cured = confined(&path, "--net", "ip link set lo up &&", SHORT).unwrap();
    assert_eq!(code(&cured), Some(0), "{}", stderr(&cured));
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_with_what_to_do() {
    let (_dir, path) = folder();
    let page = format!("report {} -o page", matrix().canonicalize().unwrap().display());
    std::fs::create_dir(path.join("there")).unwrap();
    let there = page.replace("-o page", "-o there");
    for arguments in [SHORT, &format!("{SHORT} --out r"), "observe -o page -- true", &page, &there] {
        let read_only = "mount --bind . . && mount -o remount,bind,ro . && cd \"$PWD\" &&";
        let Some(output) = confined(&path, "--mount", read_only, arguments) else { return };
        let said = stderr(&output);
        let last = said.lines().last().unwrap_or_default();
        let is_told = last.contains("Read-only file system") && last.contains("; name a");
        assert!(code(&output) == Some(2) && is_told, "{arguments}: {said}");
    }
}
