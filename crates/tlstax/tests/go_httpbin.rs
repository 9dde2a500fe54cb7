//! Every cell against the real go-httpbin. Without a Go this is skipped, but never in CI.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{code, folder, result, run, stderr};
use measure::result::Verdict;

#[test]
fn every_cell_is_valid_against_go_httpbin() {
    if let Err(missing) = origin::go::find_go() {
        assert!(std::env::var_os("CI").is_none(), "in CI go-httpbin is never skipped: {missing}");
        eprintln!("skipped: {missing}");
        return;
    }
    let (_dir, path) = folder();
    let output = run(&path, "run --all --origin go-httpbin -n 40 -c 4 --rounds 1 --out r");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    assert_eq!(result.run.origin.name, "go-httpbin");
    for trial in &result.trials {
        assert_eq!(trial.verdict, Verdict::Valid, "{}", trial.cell);
    }
}
