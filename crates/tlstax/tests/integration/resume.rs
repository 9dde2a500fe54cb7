//! A run that was interrupted goes on as if it had not been, or says why it cannot.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use crate::common::{code, folder, result, run, stderr, stdout, tlstax, wait_for};
use measure::result::{RunResult, Validity};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

/// What is changed in run.json, how, and the words that name it.
type Change = (&'static str, fn(&mut Value), &'static [&'static str]);

/// Twelve trials of a fifth of a second.
const SLOW: &str =
    "run tokio-current hyper plain rustls new-conn --origin embedded --path /delay/0.1 -n 2 -c 1 --rounds 6 --seed 5";

/// Six that are over at once.
const QUICK: &str = "run serial plain rustls new-conn --origin embedded -n 2 --rounds 3 --out r";

fn start(path: &Path) -> Child {
    let mut command = tlstax(path);
    command.args(SLOW.split_whitespace()).args(["--out", "r"]).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

/// Waits for so many lines of trials.
fn lines(path: &Path, count: usize) {
    let written = || fs::read_to_string(path.join("r/trials.ndjson")).ok().filter(|text| text.lines().count() >= count);
    assert!(wait_for(written).is_some(), "no trial was ever written");
}

fn order(result: &RunResult) -> Vec<(String, u32)> {
    result.trials.iter().map(|trial| (trial.cell.to_string(), trial.round)).collect()
}

/// A quick run of which the last trials are taken back, as if it had been killed.
fn killed(path: &Path, left: usize) {
    assert_eq!(code(&run(path, QUICK)), Some(0));
    cut(path, left);
    change(path, |run| run["ended"] = Value::Null);
}

fn cut(path: &Path, left: usize) {
    let trials = path.join("r/trials.ndjson");
    let text = fs::read_to_string(&trials).unwrap();
    fs::write(&trials, text.split_inclusive('\n').take(left).collect::<String>()).unwrap();
}

fn change(path: &Path, edit: impl FnOnce(&mut Value)) {
    let file = path.join("r/run.json");
    let mut run = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    edit(&mut run);
    fs::write(&file, run.to_string()).unwrap();
}

/// Resuming is refused with these words, and nothing is run.
fn refused(path: &Path, arguments: &str, words: &[&str]) {
    let before = fs::read(path.join("r/trials.ndjson")).unwrap_or_default();
    let output: Output = run(path, arguments);
    let said = stderr(&output);
    assert_eq!((code(&output), stdout(&output).as_str()), (Some(2), ""), "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} are not all in {said}");
    assert_eq!(fs::read(path.join("r/trials.ndjson")).unwrap_or_default(), before);
}

#[test]
fn interrupted_or_killed_it_comes_to_what_it_would_have_come_to() {
    let (_whole, uninterrupted) = folder();
    assert_eq!(code(&run(&uninterrupted, &format!("{SLOW} --out r"))), Some(0));
    let due = order(&result(&uninterrupted, "r"));
    assert_eq!(due.len(), 12);
    for signal in [Signal::SIGINT, Signal::SIGKILL] {
        let (_dir, path) = folder();
        let child = start(&path);
        lines(&path, 3);
        if signal == Signal::SIGINT {
            refused(&path, "run --resume --out r", &["is being written"]);
        }
        send(&child, signal);
        let ended = child.wait_with_output().unwrap();
        if signal == Signal::SIGINT {
            assert!(stderr(&ended).contains("`tlstax run --resume --out r` goes on from here"), "{}", stderr(&ended));
        } else {
            let mut trials = fs::OpenOptions::new().append(true).open(path.join("r/trials.ndjson")).unwrap();
            trials.write_all(b"{\"run\":\"2026-").unwrap();
        }
        let begun = order(&result(&path, "r"));
        assert!((3..12).contains(&begun.len()), "{}", begun.len());
        let output = run(&path, "run --resume --out r");
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains("resumed once, at "), "{}", stdout(&output));
        let whole = result(&path, "r");
        assert_eq!((order(&whole), whole.problems.as_slice()), (due.clone(), &[][..]));
        assert!(whole.trials.iter().all(|trial| trial.verdict == Validity::Valid));
        assert_eq!((whole.run.resumed.len(), whole.run.interrupted, whole.run.ended.is_some()), (1, false, true));
    }
}

#[test]
fn the_latest_run_is_gone_on_with_and_a_whole_one_has_nothing_left() {
    let (_dir, path) = folder();
    refused(&path, "run --resume", &["no run in results/local yet"]);
    refused(&path, "run --resume --out r", &["r/run.json", "failed"]);
    killed(&path, 2);
    let seed = result(&path, "r").run.seed;
    fs::create_dir_all(path.join("results/local")).unwrap();
    fs::rename(path.join("r"), path.join("results/local/a")).unwrap();
    let output = run(&path, "run --resume --json");
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((json["run"]["seed"].as_u64(), json["run"]["resumed"].as_array().unwrap().len()), (Some(seed), 1));
    assert_eq!(result(&path, "results/local/a").trials.len(), 6);
    let again = run(&path, "run --resume");
    assert_eq!((code(&again), stdout(&again).as_str()), (Some(0), ""));
    assert!(stderr(&again).contains("nothing is left to be run"), "{}", stderr(&again));
}

#[test]
fn an_invalid_trial_is_kept_and_told_of() {
    let (_dir, path) = folder();
    killed(&path, 2);
    let trials = path.join("r/trials.ndjson");
    let text = fs::read_to_string(&trials).unwrap();
    fs::write(&trials, text.replacen(r#""verdict":"valid""#, r#""verdict":{"invalid":["a test says so"]}"#, 1))
        .unwrap();
    assert_eq!(code(&run(&path, "run --resume --out r")), Some(3));
    let result = result(&path, "r");
    // A busy machine may make another one invalid.
    let kept = Validity::Invalid(vec!["a test says so".to_owned()]);
    assert_eq!(result.trials.iter().filter(|trial| trial.verdict == kept).count(), 1);
    assert_eq!(result.trials.len(), 6);
}

#[test]
fn another_run_is_not_gone_on_with_and_what_differs_is_named() {
    let (_dir, path) = folder();
    killed(&path, 3);
    let changes: [Change; 6] = [
        ("machine", |run| run["machine"]["kernel"] = json!("1.0"), &["the kernel: was \"1.0\", now "]),
        ("version", |run| run["tlstax"] = json!("9.9"), &["the version of tlstax: was \"9.9\", now \"0.1.0\""]),
        ("workload", |run| run["sections"][0]["workload"]["path"] = json!("/ip"), &["the workload of new-conn"]),
        (
            "cells",
            |run| run["command"] = json!(["tlstax", "run", "serial", "plain", "new-conn", "--origin", "embedded"]),
            &["cells of new-conn: was serial/ureq/rustls/new-conn, now no other", "the workload"],
        ),
        ("origin", |run| run["origin"]["version"] = json!("0"), &["the origin's version: was \"0\", now "]),
        ("command", |run| run["command"] = json!(["tlstax", "talk"]), &["only what `tlstax run` began"]),
    ];
    let original = fs::read(path.join("r/run.json")).unwrap();
    for (what, edit, words) in changes {
        change(&path, edit);
        refused(&path, "run --resume --out r", words);
        fs::write(path.join("r/run.json"), &original).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    refused(&path, "run --resume --out r --seed 6", &["beside it only --out", "--json"]);
    assert_eq!(code(&run(&path, "run --resume --out r")), Some(0), "as it was, it goes on");
}

#[test]
fn moved_lines_and_lines_of_no_trial_keep_it_from_going_on() {
    let (_dir, path) = folder();
    killed(&path, 4);
    let trials = path.join("r/trials.ndjson");
    let text = fs::read_to_string(&trials).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&trials, [lines[1], lines[0], lines[2]].concat()).unwrap();
    refused(&path, "run --resume --out r", &["trial 1, by the seed: was serial/ureq/"]);
    fs::write(&trials, [lines[0], "{}\n", lines[1]].concat()).unwrap();
    refused(&path, "run --resume --out r", &["line 2 of trials.ndjson", "was changed since the run stopped"]);
}
