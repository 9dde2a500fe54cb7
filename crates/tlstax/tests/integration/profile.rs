//! `tlstax profile` against the embedded origin: pictures and bills that agree with the CPU clock, or the reason why
//! not.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common;
use crate::common::{children, code, folder, lives, run, stderr, tlstax, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use profile::bill::{BILLS_FILE, Class, Sheet};

const CELL: &str = "profile -f ^tokio-current/hyper/rustls/new-conn$ --origin embedded -c 16 -o r";

/// Whether `said` is what is said where the system lets nobody sample: the words of the library.
fn is_forbidden(said: &str) -> bool {
    said.contains("kernel.perf_event_paranoid=0") && said.contains("CAP_PERFMON")
}

/// Fails in CI, where a test of the profiler must not end before it has tested anything, and elsewhere unless the
/// program said that it may not sample.
fn assert_forbidden(said: &str) {
    assert!(is_forbidden(said), "{said}");
    assert!(std::env::var_os("CI").is_none(), "in CI the system must allow sampling: {said}");
}

fn sheet(dir: &Path) -> Sheet {
    serde_json::from_str(&std::fs::read_to_string(dir.join(BILLS_FILE)).unwrap()).unwrap()
}

fn endings(dir: &Path, ending: &str) -> usize {
    let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_str().unwrap().ends_with(ending)).count()
}

#[test]
fn a_cell_and_its_twin_leave_pictures_and_a_bill_that_agrees_with_the_clock() {
    let (_dir, path) = folder();
    let output = run(&path, &format!("{CELL} -n 1500"));
    if code(&output) == Some(2) {
        assert_forbidden(&stderr(&output));
        return;
    }
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let dir = path.join("r");
    let sheet = sheet(&dir);
    assert_eq!(sheet.cells.len(), 2);
    for file in sheet.cells.iter().flat_map(|cell| cell.files.values()) {
        assert!(dir.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    let cell = sheet.cells.iter().find(|cell| cell.cell.is_tls()).unwrap();
    let kinds: Vec<&str> = cell.files.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["difference", "flamegraph", "folded", "pprof"]);
    let svg = std::fs::read_to_string(dir.join(&cell.files["flamegraph"])).unwrap();
    assert!(svg.contains("webpki") || svg.contains("aws_lc"), "no function of TLS in {}", cell.files["flamegraph"]);
    let us = |class| cell.bill.item(class).unwrap().per_request_us.unwrap().value;
    assert!(us(Class::KeyExchange) > 0.0 && us(Class::ChainValidation) > 0.0);
    assert!(cell.bill.other_share <= 0.10, "{:?}", cell.bill.unnamed);
    assert!(cell.tax.as_ref().unwrap().per_request_us.value > 0.0);
    // Where the hypervisor takes time away, the two clocks need not agree.
    let trials = common::result(&path, "r").trials;
    let trial = trials.iter().find(|trial| trial.cell == cell.cell).unwrap();
    if cell.kernel && trial.steal_ns <= trial.wall_ns / 20 {
        let ratio = cell.bill.coverage.unwrap().ratio;
        assert!(ratio.low <= 1.1 && ratio.high >= 0.9, "{ratio:?}");
    }
    let threads = cell.threads.unwrap();
    assert!(threads.threads > 0 && threads.running_ns > 0, "{threads:?}");
    assert!(cell.phases_us.contains_key("tls"));
}

#[test]
fn a_trial_that_fails_leaves_its_reason_and_no_picture() {
    let (_dir, path) = folder();
    let mut command = tlstax(&path);
    let arguments = "profile tokio-current hyper plain new-conn --origin embedded --path /delay/0.2 -n 50 -c 1 -o r";
    command.args(arguments.split(' ')).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut harness = command.spawn().unwrap();
    let engine = || {
        let found = children(harness.id()).into_iter().find(|(_, line)| line.trim_end().ends_with("engine"));
        found.map(|(pid, _)| pid).or_else(|| (!lives(harness.id())).then_some(0))
    };
    let engine = wait_for(engine).unwrap();
    if engine > 0 {
        kill(Pid::from_raw(i32::try_from(engine).unwrap()), Signal::SIGKILL).unwrap();
    }
    let code = harness.wait().unwrap().code();
    if code == Some(2) {
        let said = std::io::read_to_string(harness.stderr.take().unwrap()).unwrap();
        assert_forbidden(&said);
        return;
    }
    assert_eq!(code, Some(3));
    let dir = path.join("r");
    assert_eq!(endings(&dir, ".svg") + endings(&dir, ".folded") + endings(&dir, ".pb.gz"), 0);
    assert!(sheet(&dir).cells.is_empty());
    let trials = common::result(&path, "r").trials;
    assert!(matches!(&trials[0].verdict, measure::result::Validity::Invalid(reasons) if !reasons.is_empty()));
}

#[test]
fn without_privileges_it_does_what_is_allowed_or_says_what_to_set() {
    let (_dir, path) = folder();
    let arguments = format!("{CELL} -n 300");
    // Root without any capability is to the kernel's sampler as good as any user, and still reads its own files.
    let mut command = match which::which("setpriv") {
        Ok(setpriv) if std::fs::metadata("/proc/self").unwrap().uid() == 0 => {
            let mut command = Command::new(setpriv);
            command.args(["--bounding-set=-all", "--inh-caps=-all", env!("CARGO_BIN_EXE_tlstax")]);
            command.current_dir(&path).stdin(Stdio::null());
            command
        }
        _ => tlstax(&path),
    };
    let output = command.args(arguments.split(' ')).output().unwrap();
    let said = stderr(&output);
    match code(&output) {
        Some(2) => assert!(is_forbidden(&said), "{said}"),
        Some(0) => {
            let all_kernel = sheet(&path.join("r")).cells.iter().all(|cell| cell.kernel);
            assert_eq!(said.contains("user space only"), !all_kernel, "{said}");
        }
        other => panic!("{other:?}: {said}"),
    }
}
