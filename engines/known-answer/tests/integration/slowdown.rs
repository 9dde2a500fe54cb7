//! A known slowdown between two arms of a run is found, and none is found if there is none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use analysis::comparison::gate::Outcome;
use analysis::comparison::metric::Metric;
use analysis::comparison::subject::Subject;
use analysis::comparison::{CompareOptions, Comparison, compare};
use measure::result::{Arm, RunResult};
use runner::ArmProgram;

use crate::common;

/// Enough for a verdict of one comparison, with one round to spare.
const ROUNDS: u32 = 7;

/// The engine as a program of its own, whose requests cost this much more.
fn program(folder: &Path, arm: Arm, add_us: u32) -> ArmProgram {
    let path = folder.join(arm.name());
    fs::write(&path, format!("#!/bin/sh\nexec '{}' --add-us {add_us} \"$@\"\n", common::PROGRAM)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    ArmProgram::read(arm, &path).unwrap()
}

fn compared(run: &RunResult) -> Comparison {
    let cells = run.run.sections[0].cells.clone();
    let (base, new) = ("base".to_owned(), "new".to_owned());
    let asked = CompareOptions { base, new, cells, metrics: vec![Metric::Cpu], fail_above: Some(50.0), anyway: false };
    compare(&Subject::Arms(run), &asked).unwrap()
}

#[test]
fn an_arm_that_burns_ten_times_as_much_fails_the_gate_and_by_how_much_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let arms = vec![program(dir.path(), Arm::Base, 200), program(dir.path(), Arm::New, 2_000)];
    let run = common::run_paired("known/answer/plain/keep-alive", 20, ROUNDS, arms);
    assert_eq!(run.trials.len(), 2 * ROUNDS as usize);
    let names: Vec<&str> = run.run.arms.iter().map(|info| info.program.as_str()).collect();
    assert_eq!(names, ["base", "new"]);
    assert_ne!(run.run.arms[0].sha256, run.run.arms[1].sha256);
    let comparison = compared(&run);
    let row = &comparison.rows[0];
    assert_eq!(row.verdict.word(), "slower");
    let ratio = row.ratio.unwrap();
    // The fetch itself costs some 40 µs in both; on a busy machine more.
    assert!((4.0..11.0).contains(&ratio.median), "{ratio:?}");
    assert_eq!(comparison.gate.unwrap().outcome, Outcome::Failed);
}

#[test]
fn a_second_build_that_differs_as_much_leaves_no_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let of = |arm, add_us| program(dir.path(), arm, add_us);
    let arms = vec![of(Arm::Base, 200), of(Arm::Again, 2_000), of(Arm::New, 1_000)];
    let run = common::run_paired("known/answer/plain/keep-alive", 20, ROUNDS, arms);
    assert_eq!(run.trials.len(), 3 * ROUNDS as usize);
    let comparison = compared(&run);
    assert!(comparison.layout_known && comparison.rows[0].ratio.unwrap().low > 1.5);
    assert_eq!(comparison.rows[0].verdict.word(), "tie");
    assert_eq!(comparison.gate.unwrap().outcome, Outcome::Passed);
}
