//! Engines that say more than they are asked, or than anyone could hold.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use crate::common::{each_of, folder, result, tlstax};
use measure::result::Validity;

/// What the harness may grow by, bytes.
const GROWTH: u64 = 64 << 20;

/// An engine that keeps the protocol, without fetching anything, but for its flood: `FLOOD WHEN`.
const ENGINE: &str = r#"#!/usr/bin/env python3
import os, sys, time

flood, when = sys.argv[1:3]
out = 2 if flood == "stderr" else 1

def write(piece):
    while True:
        os.write(out, piece)

def pour():
    if flood == "none":
        return
    # In a thread of its own, so that the protocol goes on: what is said there must not hold up anybody.
    if flood == "stderr":
        import threading
        threading.Thread(target=write, args=(b"x" * 70 + b"\n",) , daemon=True).start()
    elif flood == "lines":
        write(b"{}\n" * 10_000)
    elif flood == "empty":
        write(b"\n" * 30_000)
    elif flood == "huge":
        while True:
            for _ in range(100):
                os.write(out, b"x" * (1 << 20))
            os.write(out, b"\n")
    elif flood == "endless":
        write(b"x" * (1 << 20))

def at(moment):
    if when == moment:
        pour()

def say(line):
    os.write(1, line.encode() + b"\n")

sys.stdin.readline()
at("before")
say('{"ready":{"engine":"flood","version":"1"}}')
sys.stdin.readline()
at("between")
began = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
time.sleep(0.01)
say('{"finished":{"started_ns":%d,"ended_ns":%d}}' % (began, time.clock_gettime_ns(time.CLOCK_MONOTONIC)))
sys.stdin.readline()
at("report")
say('{"done":{"right":0}}')
at("after")
sys.stdin.readline()
"#;

/// Runs a trial of the engine (with `url`, as a program that is given one); the harness' peak of memory, and the
/// reasons for which the trial over HTTP is invalid.
fn trial(folder: &Path, name: &str, engine: &str) -> (u64, String) {
    let mut command = tlstax(folder);
    command
        .args("run --origin embedded -n 4 -c 1 --rounds 1 --trust own --out".split(' '))
        .args([name, "--engine", engine]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (own, mut peak) = (std::env::current_exe().unwrap(), 0);
    let code = loop {
        // The kernel lets a parent go on (CLONE_VFORK) just before the child has the memory of its new program: until
        // then the figures of this process would be read.
        let process = Path::new("/proc").join(child.id().to_string());
        let has_begun = fs::read_link(process.join("exe")).is_ok_and(|exe| exe != own);
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let status = if has_begun { status } else { String::new() };
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        peak = kib.map_or(peak, |kib| peak.max(kib << 10));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert_eq!(code, Some(3), "{engine}");
    let trials = result(folder, name).trials;
    let plain = trials.iter().find(|trial| !trial.cell.is_tls()).unwrap();
    let Validity::Invalid(reasons) = &plain.verdict else { panic!("{engine} counts") };
    (peak, reasons.join("; "))
}

#[test]
fn a_flood_is_not_held_and_makes_the_trial_invalid() {
    let (_dir, path) = folder();
    let program = path.join("flood");
    fs::write(&program, ENGINE).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let engine = |flood: &str, when: &str| format!("{} {flood} {when}", program.display());
    let (usual, reasons) = trial(&path, "none", &engine("none", "never"));
    assert!(!reasons.contains("from the engine") && !reasons.contains("went on"), "{reasons}");
    let due = [
        ("before", "expected \"ready\" from the engine"),
        ("between", "expected \"finished\" from the engine"),
        ("report", "expected \"done\" from the engine"),
    ];
    let mut cases: Vec<(String, &str, String)> = Vec::new();
    for (when, words) in due.into_iter().chain([("after", "went on after \"done\"")]) {
        // Each way to say too much, and each moment to say it, but not each way at each moment: a trial takes seconds.
        let floods: &[&str] = if when == "before" { &["lines", "huge", "endless"] } else { &["lines"] };
        for flood in floods.iter().copied() {
            let too_long = flood != "lines";
            let words = if too_long { format!("{words}: it said a line of more than") } else { words.to_owned() };
            cases.push((engine(flood, when), flood, words));
        }
    }
    // Nobody has to read what is said to standard error; the engine's own faults are what makes it invalid.
    cases.push((engine("stderr", "before"), "stderr", String::new()));
    // A program that is no engine may say whatever it likes.
    cases.push(("sh -c 'head -c 100000000 /dev/zero' {url}".to_owned(), "program", "served 0 requests".to_owned()));
    cases.push(("sh -c 'yes | head -c 100000000 >&2' {url}".to_owned(), "errors", String::new()));
    each_of(&cases, |at, (engine, flood, words)| {
        let (peak, reasons) = trial(&path, &format!("r{at}"), engine);
        assert!(reasons.contains(words.as_str()), "{engine}: {reasons}");
        assert!(peak <= usual + GROWTH, "{engine}, {flood}: {} MiB instead of {}", peak >> 20, usual >> 20);
    });
}
