//! What tlstax makes of the committed results, held against the record in `tests/golden`.
//!
//! The record has a SHA-256 of each output (`digests.txt`), and of the same outputs what a person can read: the figures
//! of every cell (`figures.csv`) and the names of all cells (`cells.txt`). Who changes an output on purpose renews it,
//! which prints what has changed:
//!
//! ```sh
//! TLSTAX_RENEW_GOLDEN=1 cargo test --release -p tlstax --test integration golden -- --nocapture
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use measure::result::RunResult;
use rayon::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::common::{code, run, stderr, stdout};

/// What `tlstax thin` may take out of a trial, or put there, as a JSON pointer in which `*` is every element and
/// `<phase>` the name of every phase, and why. Nothing else of a committed trial may change, and nothing at all of one
/// with a trace.
const THINNED: [(&str, &str); 10] = [
    ("/ledger/log", "only the lanes of trials with a trace are drawn from it"),
    ("/warm_up/log", "nothing reads it"),
    ("/sample/*/start", "only the timeline of one trial of a cell is drawn from it; a drift needs due and done alone"),
    ("/sample/*/built", "as start"),
    ("/sample/*/connected", "as start"),
    ("/sample/*/secured", "as start"),
    ("/sample/*/sent", "as start"),
    ("/sample/*/first_byte", "as start"),
    ("/histograms/<phase>", "of a phase only the mean over all rounds is shown: count and sum give it"),
    ("/phases", "that count and sum"),
];

/// Runs held against each other beside the cells of each run.
const PAIRS: [[&str; 2]; 2] = [["matrix-split", "matrix-none"], ["pacing/delay", "pacing/delay-closed"]];

#[test]
fn committed_results_are_shown_as_they_were() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let folders = folders();
    let parts: Vec<Part> =
        folders.par_iter().map(|folder| of_folder(folder)).chain(PAIRS.par_iter().map(of_pair)).collect();
    let digests = lines(parts.iter().flat_map(|part| &part.digests));
    let figures = lines(parts.iter().flat_map(|part| &part.figures));
    let found = [("digests.txt", digests), ("figures.csv", figures), ("cells.txt", cells())];
    let mut faults = Vec::new();
    for (name, text) in found {
        let file = golden.join(name);
        let committed = fs::read_to_string(&file).unwrap_or_default();
        faults.extend(difference(&committed, &text).into_iter().map(|line| format!("{name}: {line}")));
        if std::env::var_os("TLSTAX_RENEW_GOLDEN").is_some() {
            fs::write(&file, text).unwrap();
        }
    }
    if std::env::var_os("TLSTAX_RENEW_GOLDEN").is_some() {
        eprintln!("{} lines differ from the record, which is renewed\n{}", faults.len(), faults.join("\n"));
        return;
    }
    assert!(faults.is_empty(), "{} lines differ from the record\n{}", faults.len(), faults.join("\n"));
}

/// What is recorded of one folder.
#[derive(Default)]
struct Part {
    digests: Vec<String>,
    figures: Vec<String>,
}

impl Part {
    fn digest(&mut self, folder: &str, what: &str, bytes: &[u8]) {
        self.digests.push(format!("{:x} {folder} {what}", Sha256::digest(bytes)));
    }

    fn output(&mut self, folder: &str, what: &str, output: &Output) {
        let text = format!("{:?}\n{}\n{}", code(output), stdout(output), stderr(output));
        self.digest(folder, what, text.as_bytes());
    }
}

/// The folder of committed results, and where the commands run: what they say names no folder of this machine.
fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results")
}

/// Every committed result folder, by its path in `results`.
fn folders() -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![String::new()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(results().join(&folder)).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            // Local results are not committed.
            if entry.file_type().unwrap().is_dir() && path != "local" {
                left.push(path);
            } else if ["run.json", "observation.json"].contains(&name.as_str()) {
                found.insert(folder.clone());
            }
        }
    }
    assert!(found.len() > 90, "{} folders", found.len());
    found.into_iter().collect()
}

fn of_folder(folder: &str) -> Part {
    let mut part = Part::default();
    if results().join(folder).join("observation.json").is_file() {
        report(&mut part, folder);
        return part;
    }
    let result = RunResult::read(&results().join(folder)).unwrap();
    assert!(result.problems.is_empty(), "{folder}: {:?}", result.problems);
    part.digest(folder, "trials", &trials(&result));
    part.output(folder, "show --json", &run(&results(), &format!("show {folder} --json")));
    let csv = run(&results(), &format!("show {folder} --csv"));
    part.output(folder, "show --csv", &csv);
    if !result.run.arms.is_empty() {
        let compared = run(&results(), &format!("cmp {folder} --metric all --json"));
        part.figures.push(verdicts(folder, &stdout(&compared)));
        part.output(folder, "cmp", &compared);
        return part;
    }
    part.figures.extend(figures(folder, &stdout(&csv)));
    report(&mut part, folder);
    let cells = &result.run.sections[0].cells;
    if let [first, .., last] = cells.as_slice() {
        let command = format!("cmp {first} {last} --in {folder} --metric all --anyway --json");
        part.output(folder, "cmp of two cells", &run(&results(), &command));
    }
    part
}

fn of_pair([base, new]: &[&str; 2]) -> Part {
    let mut part = Part::default();
    let command = format!("cmp {base} {new} --metric all --anyway --json");
    part.output(base, &format!("cmp {new}"), &run(&results(), &command));
    part
}

/// The files of a report: data and texts each, all pictures as one.
fn report(part: &mut Part, folder: &str) {
    let out = tempfile::tempdir().unwrap();
    let drawn = run(&results(), &format!("report {folder} -o {}", out.path().display()));
    assert_eq!(code(&drawn), Some(0), "{folder}: {}", stderr(&drawn));
    part.digest(folder, "report, what it says", stderr(&drawn).as_bytes());
    let mut pictures = Sha256::new();
    let files: BTreeMap<PathBuf, String> = fs::read_dir(out.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.path(), entry.file_name().into_string().unwrap()))
        .collect();
    for (path, name) in files {
        let bytes = fs::read(path).unwrap();
        match Path::new(&name)
            .extension()
            .is_some_and(|extension| ["svg", "gz"].iter().any(|known| extension == *known))
        {
            true => {
                pictures.update(name.as_bytes());
                pictures.update(Sha256::digest(&bytes));
            }
            false => part.digest(folder, &format!("report {name}"), &bytes),
        }
    }
    part.digests.push(format!("{:x} {folder} report pictures", pictures.finalize()));
}

/// All trials without what thinning takes out.
fn trials(result: &RunResult) -> Vec<u8> {
    let lines = result.trials.iter().map(|trial| {
        let mut trial = serde_json::to_value(trial).unwrap();
        let thinned = if trial["trace"].is_null() { &THINNED[..] } else { &[] };
        for (pointer, _) in thinned {
            let path: Vec<&str> = pointer.split('/').skip(1).collect();
            take_out(&mut trial, &path);
        }
        format!("{trial}\n")
    });
    lines.collect::<String>().into_bytes()
}

fn take_out(value: &mut Value, path: &[&str]) {
    match (value, path) {
        (Value::Object(object), ["<phase>"]) => {
            object.retain(|name, _| measure::phase::Phase::ALL.iter().all(|phase| phase.name() != name));
        }
        (Value::Object(object), [last]) => drop(object.remove(*last)),
        (Value::Array(items), ["*", rest @ ..]) => items.iter_mut().for_each(|item| take_out(item, rest)),
        (Value::Object(object), [first, rest @ ..]) => {
            if let Some(inner) = object.get_mut(*first) {
                take_out(inner, rest);
            }
        }
        _ => {}
    }
}

/// What a person looks for in a table that has changed: a line per cell.
fn figures(folder: &str, csv: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let wanted = ["section", "cell", "rounds_counted", "p50_ns", "p99_ns", "client_cpu_us_per_request"];
    let columns = wanted.map(|name| header.iter().position(|column| column == name).unwrap());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let fields = columns.map(|column| row[column].chars().take(48).collect::<String>());
        format!("{folder},{}", fields.join(","))
    });
    rows.collect()
}

/// How often a paired run came to each verdict.
fn verdicts(folder: &str, json: &str) -> String {
    let comparison: Value = serde_json::from_str(json).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in comparison["rows"].as_array().unwrap() {
        *counts.entry(row["verdict"].as_str().unwrap()).or_default() += 1;
    }
    let told: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    format!("{folder},{}", told.join(" "))
}

/// The names of all cells, whether they can run here or not; versions of libraries and what is missing differ by
/// machine.
fn cells() -> String {
    let listed: Value = serde_json::from_str(&stdout(&run(&results(), "list --json"))).unwrap();
    let names: BTreeSet<String> =
        listed.as_array().unwrap().iter().map(|row| row["cell"].as_str().unwrap().to_owned()).collect();
    lines(names.iter())
}

fn lines<'a>(all: impl Iterator<Item = &'a String>) -> String {
    all.fold(String::new(), |text, line| text + line + "\n")
}

/// The lines of one text that the other has not, either way.
fn difference(committed: &str, found: &str) -> Vec<String> {
    let (before, now): (BTreeSet<&str>, BTreeSet<&str>) = (committed.lines().collect(), found.lines().collect());
    let gone = before.difference(&now).map(|line| format!("- {line}"));
    let come = now.difference(&before).map(|line| format!("+ {line}"));
    gone.chain(come).collect()
}
