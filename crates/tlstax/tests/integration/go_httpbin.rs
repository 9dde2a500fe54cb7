//! Every cell against the real go-httpbin. Without a Go this is skipped, but never in CI.

use crate::common::{code, folder, result, run, stderr};
use measure::result::Validity;

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
        assert_eq!(trial.verdict, Validity::Valid, "{}", trial.cell);
    }
}

#[test]
fn gos_own_client_is_held_to_the_same_rules() {
    let Ok(go) = origin::go::find_go() else {
        assert!(std::env::var_os("CI").is_none(), "in CI Go is there");
        return;
    };
    let (_dir, path) = folder();
    let engine = path.join("go-nethttp");
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../../engines/go-nethttp");
    let built = std::process::Command::new(go.program)
        .args(["build", "-o"])
        .arg(&engine)
        .arg(".")
        .current_dir(module)
        .status()
        .unwrap();
    assert!(built.success());
    let output =
        run(&path, &format!("run --engine {} --origin embedded -n 60 -c 8 --rounds 1 --out r", engine.display()));
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let trials = result(&path, "r").trials;
    assert_eq!(trials.len(), 4);
    for trial in &trials {
        assert_eq!((trial.verdict.clone(), trial.right), (Validity::Valid, 60), "{}", trial.cell);
        assert!(trial.times("wait").unwrap().is_some(), "plain rows become histograms");
    }
}
