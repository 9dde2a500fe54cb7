//! What happens when something dies, hangs or is interrupted in the middle of a run.

use std::path::Path;
use std::process::{Child, Stdio};

use crate::common::{children, each_of, folder, lives, result, tlstax, wait_for};
use measure::result::Validity;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

fn start(path: &Path, arguments: &str) -> Child {
    let mut command = tlstax(path);
    command.args(arguments.split_whitespace()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn send(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}

/// The child of `pid` whose command line has this word.
fn child(pid: u32, word: &str) -> u32 {
    let find = || children(pid).into_iter().find(|(_, line)| line.contains(word)).map(|(pid, _)| pid);
    wait_for(find).unwrap_or_else(|| panic!("{word} never ran"))
}

const LONG: &str =
    "run tokio-current hyper plain new-conn --origin embedded --path /delay/0.2 -n 4 -c 1 --rounds 50 --out r";

/// Waits for the first line of the result.
fn first_trial(path: &Path) {
    let written = || std::fs::metadata(path.join("r/trials.ndjson")).ok().filter(|file| file.len() > 0);
    assert!(wait_for(written).is_some(), "no trial was ever written");
}

#[test]
fn ctrl_c_keeps_what_was_measured_and_leaves_nothing_running() {
    let (_dir, path) = folder();
    let mut harness = start(&path, LONG);
    first_trial(&path);
    let family: Vec<u32> = children(harness.id()).into_iter().map(|(pid, _)| pid).collect();
    send(harness.id(), Signal::SIGINT);
    assert_eq!(harness.wait().unwrap().code(), Some(130));
    assert!(!family.is_empty());
    assert!(wait_for(|| family.iter().all(|pid| !lives(*pid)).then_some(())).is_some(), "children survive");
    let result = result(&path, "r");
    assert!(result.run.interrupted && !result.trials.is_empty() && result.problems.is_empty());
    assert!(result.trials.iter().all(|trial| trial.verdict == Validity::Valid));
}

#[test]
fn a_killed_harness_leaves_nothing_running() {
    let (_dir, path) = folder();
    let mut harness = start(&path, LONG);
    first_trial(&path);
    child(harness.id(), "engine");
    let family: Vec<u32> = children(harness.id()).into_iter().map(|(pid, _)| pid).collect();
    send(harness.id(), Signal::SIGKILL);
    harness.wait().unwrap();
    assert!(family.len() >= 2);
    assert!(wait_for(|| family.iter().all(|pid| !lives(*pid)).then_some(())).is_some(), "children survive");
    assert!(!result(&path, "r").trials.is_empty());
}

#[test]
fn an_origin_that_dies_costs_one_trial() {
    let (_dir, path) = folder();
    let mut harness = start(
        &path,
        "run tokio-current hyper plain new-conn --origin embedded --path /delay/0.2 -n 4 -c 1 --rounds 4 --out r",
    );
    first_trial(&path);
    child(harness.id(), "engine");
    send(child(harness.id(), "serve-embedded"), Signal::SIGKILL);
    assert_eq!(harness.wait().unwrap().code(), Some(3));
    let trials = result(&path, "r").trials;
    let invalid: Vec<_> = trials.iter().filter(|trial| !trial.counts()).collect();
    assert_eq!((trials.len(), invalid.len()), (4, 1), "one trial is lost, the others run");
    let Validity::Invalid(reasons) = &invalid[0].verdict else { panic!("it counts") };
    let told = reasons.join("; ");
    assert!(told.contains("the embedded origin ended by itself (signal: 9 (SIGKILL))"), "{told}");
    assert!(told.contains("--origin") && !told.contains("/proc/"), "{told}");
    assert!(trials.last().unwrap().counts());
}

#[test]
fn an_engine_that_dies_is_said_to_have_ended_whenever_it_does() {
    let (_dir, path) = folder();
    let begin = r#"read job; echo "{\"ready\":{\"engine\":\"e\",\"version\":\"1\"}}""#;
    let finished = r#"s=$(($(cut -d" " -f1 /proc/uptime | tr -d .)*10000000))"#;
    let say = r#"echo "{\"finished\":{\"started_ns\":$s,\"ended_ns\":$((s+1))}}""#;
    let dies = "echo last words >&2; kill -9 $$";
    let engines = [
        format!("sh -c '{dies}'"),
        format!("sh -c '{begin}; {dies}'"),
        format!("sh -c '{begin}; read go; {dies}'"),
        format!("sh -c '{begin}; read go; {finished}; {say}; {dies}'"),
        format!("sh -c '{begin}; read go; {finished}; {say}; read report; {dies}'"),
    ];
    each_of(&engines, |at, engine| {
        let mut command = tlstax(&path);
        command.args("run --origin embedded -n 1 -c 1 --rounds 1 --out".split(' ')).arg(format!("r{at}"));
        let output = command.args(["--engine", engine]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{engine}");
        for trial in result(&path, &format!("r{at}")).trials {
            let Validity::Invalid(reasons) = &trial.verdict else { panic!("{engine} counts") };
            let told = reasons.join("; ");
            assert!(told.contains("the engine ended before it said") && told.contains("SIGKILL"), "{engine}: {told}");
            assert!(told.contains("last words") && !told.contains("/proc/"), "{engine}: {told}");
        }
    });
}
