//! The committed schemas are those of the code, and hold for what is written and what was written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::common::{code, folder, run, stderr, stdout, tlstax, trials, wait_for};
use boon::{Compiler, SchemaIndex, Schemas};
use measure::result::RunResult;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn committed(file: &str) -> Value {
    serde_json::from_slice(&fs::read(root().join(format!("docs/schema/{file}.schema.json"))).unwrap()).unwrap()
}

/// A committed schema, compiled.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

fn validator(file: &str) -> Validator {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(file, committed(file)).unwrap();
    let index = compiler.compile(file, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    Validator { schemas, index }
}

impl Validator {
    fn is_valid(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }
}

fn holds(validator: &Validator, text: &str, whose: &str) {
    let value = serde_json::from_str(text).unwrap();
    if let Err(faults) = validator.schemas.validate(&value, validator.index) {
        panic!("{whose}: {faults:#}");
    }
}

/// Holds every file of a result against the schemas, of trials the first `lines`.
fn folder_holds(dir: &Path, lines: usize) {
    let (run, trial) = (validator("run"), validator("trial"));
    holds(&run, &fs::read_to_string(dir.join("run.json")).unwrap(), &format!("{}/run.json", dir.display()));
    for (number, line) in trials(dir).lines().take(lines).enumerate() {
        holds(&trial, line, &format!("{}, line {}", dir.display(), number + 1));
    }
}

#[test]
fn the_committed_schemas_are_those_of_the_code() {
    let (_dir, path) = folder();
    for file in ["run", "trial", "observation", "diagnosis"] {
        let derived: Value = serde_json::from_str(&stdout(&run(&path, &format!("show --schema {file}")))).unwrap();
        let renew = format!("tlstax show --schema {file} > docs/schema/{file}.schema.json renews it");
        assert!(derived == committed(file), "docs/schema/{file}.schema.json is out of date: {renew}");
    }
}

#[test]
fn a_field_that_nobody_wrote_and_a_cell_that_is_none_are_refused() {
    let validator = validator("trial");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1/trials.ndjson");
    let line = fs::read_to_string(fixture).unwrap();
    let trial: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    assert!(validator.is_valid(&trial));
    let changed = |edit: fn(&mut Value)| {
        let mut trial = trial.clone();
        edit(&mut trial);
        validator.is_valid(&trial)
    };
    assert!(!changed(|trial| trial["cells"] = 1.into()));
    assert!(!changed(|trial| trial["ledger"]["acepts"] = 1.into()));
    assert!(!changed(|trial| trial["cell"] = "a/b/c/sometimes".into()));
    assert!(!changed(|trial| drop(trial.as_object_mut().unwrap().remove("wall_ns"))));
    assert!(!changed(|trial| trial["round"] = "1".into()));
}

/// Of every committed folder, however old, and of two trials that the first format is kept with.
#[test]
fn committed_results_of_every_format_hold_and_are_read() {
    let folders = |dir: PathBuf| fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let all = [folders(root().join("results")), folders(root().join("results/scenarios"))].concat();
    for dir in all.iter().filter(|dir| dir.join("run.json").is_file()) {
        folder_holds(dir, 25);
    }
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1");
    folder_holds(&first, usize::MAX);
    let old = RunResult::read(&first).unwrap();
    assert_eq!((old.run.format, old.problems.as_slice(), old.trials.len()), (1, &[][..], 2));
    assert!(old.trials.iter().all(|trial| trial.counts() && trial.latency_ns(0.5).unwrap().is_some()));
    assert_eq!(code(&run(&first, "show .")), Some(0));
}

#[test]
fn committed_observations_hold() {
    let all = fs::read_dir(root().join("results/observe")).unwrap().map(|entry| entry.unwrap().path());
    let all: Vec<PathBuf> = all.filter(|path| path.is_dir()).collect();
    assert!(!all.is_empty());
    for dir in all {
        for file in ["observation", "diagnosis"] {
            let path = dir.join(format!("{file}.json"));
            holds(&validator(file), &fs::read_to_string(&path).unwrap(), &path.display().to_string());
        }
    }
}

#[test]
fn what_a_run_writes_holds_whatever_became_of_it() {
    let (_dir, path) = folder();
    let output =
        run(&path, "run tokio-current hyper plain rustls --floors --origin embedded -n 20 -c 4 --rounds 2 --out r");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    folder_holds(&path.join("r"), usize::MAX);
    let mut dead = tlstax(&path);
    dead.args("run serial plain new-conn --origin embedded -n 2 --rounds 1 --out dead --engine cat".split(' '));
    assert_eq!(dead.args(["--engine", "true {url}"]).output().unwrap().status.code(), Some(3));
    folder_holds(&path.join("dead"), usize::MAX);
    run(&path, "run --scenario big-body -n 4 --rounds 1 --origin embedded --out scenario");
    folder_holds(&path.join("scenario"), usize::MAX);
    let mut child = tlstax(&path)
        .args("run smol plain new-conn --origin embedded --path /delay/0.1 -n 2 -c 1 --rounds 16 --out cut".split(' '))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let written = || fs::metadata(path.join("cut/trials.ndjson")).ok().filter(|file| file.len() > 0);
    assert!(wait_for(written).is_some());
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(code(&run(&path, "run --resume --out cut --json")), Some(0));
    folder_holds(&path.join("cut"), usize::MAX);
}

#[test]
fn the_same_run_is_shown_by_the_same_bytes_whatever_the_order_of_its_lines() {
    let (_dir, path) = folder();
    run(&path, "run tokio-current serial plain rustls new-conn --origin embedded -n 20 -c 4 --rounds 3 --out r");
    let shown = || (run(&path, "show r --csv").stdout, run(&path, "show r --json").stdout, run(&path, "show r").stdout);
    let before = shown();
    let trials = path.join("r/trials.ndjson");
    let text = fs::read_to_string(&trials).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    assert_eq!(before, shown());
    lines.reverse();
    lines.swap(1, 4);
    fs::write(&trials, lines.join("\n")).unwrap();
    assert!(before == shown(), "the order of lines shows");
}
