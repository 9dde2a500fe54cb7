//! A result folder is written and read back, whole or damaged.

use std::fs;
use std::io::Write;

use crate::records::{run, trial};
use measure::result::{ReadError, ResultWriter, ResumeError, RunInfo, RunResult, Trial, Unfinished, WriteError};

#[test]
fn what_is_written_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    writer.append(&trial(1)).unwrap();
    writer.append(&trial(2)).unwrap();
    let result = RunResult::read(dir.path()).unwrap();
    assert_eq!(result.run, run());
    assert_eq!(result.trials, [trial(1), trial(2)]);
    assert_eq!((result.trials[0].per_second(), result.trials[0].client_us()), (50_000.0, 10.0));
    assert_eq!(result.trials[0].model_memory_bytes(), 0);
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
    assert!(matches!(ResultWriter::create(dir.path(), &run()), Err(WriteError::NotEmpty(_))));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_cut_line_is_named_and_the_others_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    writer.append(&trial(1)).unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(dir.path().join("trials.ndjson")).unwrap();
    file.write_all(b"{\"section\":\"co\xc3").unwrap();
    let result = RunResult::read(dir.path()).unwrap();
    assert_eq!(result.trials.len(), 1);
    assert!(result.problems[0].starts_with("line 2 of trials.ndjson"), "{:?}", result.problems);
}

#[test]
fn a_newer_format_and_a_missing_folder_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(RunResult::read(dir.path()), Err(ReadError::Io { .. })));
    fs::write(dir.path().join("run.json"), r#"{"format":999}"#).unwrap();
    assert!(matches!(RunResult::read(dir.path()), Err(ReadError::Newer { found: 999, .. })));
}

#[test]
fn what_another_run_measured_is_left_out_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    let other_run = Trial { run: Some("2025-12-31T00:00:00Z".into()), ..trial(2) };
    let other_cell = Trial { cell: "threads/ureq/plain/new-conn".parse().unwrap(), ..trial(1) };
    for trial in [trial(1), other_run.clone(), other_run, other_cell, trial(1), Trial { run: None, ..trial(2) }] {
        writer.append(&trial).unwrap();
    }
    let result = RunResult::read(dir.path()).unwrap();
    assert_eq!(result.trials, [trial(1), Trial { run: None, ..trial(2) }], "older lines name no run");
    let problems = result.problems.join("\n");
    assert!(problems.contains("2 lines of trials.ndjson, from 2 on"), "{problems}");
    for words in
        ["the run begun at 2025-12-31T00:00:00Z", "line 4", "line 5 of trials.ndjson is left out: it is of a round"]
    {
        assert!(problems.contains(words), "{problems}");
    }
}

#[test]
fn a_run_is_taken_up_behind_its_last_whole_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    writer.append(&trial(1)).unwrap();
    assert!(matches!(Unfinished::open(dir.path()), Err(ResumeError::Running(_))), "who writes has locked it");
    drop(writer);
    // A complete record without a line end may be cut as well: the trial is run again.
    let trials = dir.path().join("trials.ndjson");
    let whole = fs::read(&trials).unwrap();
    fs::write(&trials, [&whole[..], b"{\"section\":\"co\xc3"].concat()).unwrap();
    let unfinished = Unfinished::open(dir.path()).unwrap();
    assert_eq!((unfinished.trials.as_slice(), unfinished.is_whole()), (&[trial(1)][..], false));
    let (mut writer, taken_up) = unfinished.go_on("2026-01-02T00:00:00Z".into()).unwrap();
    writer.append(&trial(2)).unwrap();
    let result = RunResult::read(dir.path()).unwrap();
    assert_eq!(result.trials, [trial(1), trial(2)]);
    assert_eq!((result.run.resumed.as_slice(), &result.run), (&["2026-01-02T00:00:00Z".to_owned()][..], &taken_up));
    writer.describe(&RunInfo { ended: Some("2026-01-03T00:00:00Z".into()), ..taken_up }).unwrap();
    drop(writer);
    assert!(Unfinished::open(dir.path()).unwrap().is_whole());
}

#[test]
fn a_line_in_the_middle_that_is_no_trial_of_the_run_keeps_it_from_being_taken_up() {
    let line = |trial: &Trial| serde_json::to_string(trial).unwrap();
    let stranger = line(&Trial { run: Some("2025-12-31T00:00:00Z".into()), ..trial(1) });
    for (middle, words) in [("{}", "line 2"), (&line(&trial(1)), "there already"), (&stranger, "2025-12-31")] {
        let dir = tempfile::tempdir().unwrap();
        drop(ResultWriter::create(dir.path(), &run()).unwrap());
        let text = format!("{}\n{middle}\n{}\n", line(&trial(1)), line(&trial(2)));
        fs::write(dir.path().join("trials.ndjson"), &text).unwrap();
        let error = Unfinished::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert_eq!(fs::read_to_string(dir.path().join("trials.ndjson")).unwrap(), text, "it is left as it is");
    }
}
