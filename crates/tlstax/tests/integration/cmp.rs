//! Results held against each other from their files: verdicts, refusals, gates, and files that somebody has been at.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{code, folder, matrix, run, stderr, stdout, trials};
use serde_json::{Value, json};

const ASYNC: &str = "tokio-current/hyper/rustls/new-conn";
const THREADS: &str = "threads/ureq/rustls/new-conn";

/// Two cells of the committed matrix, ten rounds each, as a result folder, its files edited.
fn result(folder: &Path, name: &str, edit_run: impl Fn(&mut Value), edit_trial: impl Fn(&mut Value)) {
    let matrix = matrix();
    let mut about: Value = serde_json::from_slice(&fs::read(matrix.join("run.json")).unwrap()).unwrap();
    about["sections"].as_array_mut().unwrap().retain(|section| section["name"] == "new-conn");
    about["sections"][0]["cells"] = json!([ASYNC, THREADS]);
    edit_run(&mut about);
    let started = about["started"].clone();
    let text = trials(&matrix);
    let trials = text.lines().filter(|line| [ASYNC, THREADS].iter().any(|cell| line.contains(&format!("{cell:?}"))));
    let trials = trials.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines = trials.filter(|trial| trial["section"] == "new-conn").map(|mut trial| {
        edit_trial(&mut trial);
        if trial["run"].is_string() {
            trial["run"] = started.clone();
        }
        format!("{trial}\n")
    });
    fs::create_dir(folder.join(name)).unwrap();
    fs::write(folder.join(name).join("trials.ndjson"), lines.collect::<String>()).unwrap();
    fs::write(folder.join(name).join("run.json"), about.to_string()).unwrap();
}

fn nothing(_: &mut Value) {}

/// Makes every request so much dearer, not in every round alike.
fn dearer(factor: f64) -> impl Fn(&mut Value) {
    move |trial| {
        let jitter = 1.0 + trial["round"].as_f64().unwrap() / 1000.0;
        let cpu = trial["client"]["cpu_ns"].as_f64().unwrap() * factor * jitter;
        trial["client"]["cpu_ns"] = json!(cpu as u64);
    }
}

fn told(output: &Output, expected: i32, words: &[&str]) {
    let text = format!("{}{}", stdout(output), stderr(output));
    assert_eq!(code(output), Some(expected), "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in:\n{text}");
    }
}

#[test]
fn a_dearer_build_is_told_and_fails_only_a_bound_that_it_is_wholly_past() {
    let (_dir, path) = folder();
    result(&path, "base", nothing, nothing);
    result(&path, "new", nothing, dearer(1.6));
    let apart = "these runs were not interleaved";
    told(&run(&path, "cmp base new"), 0, &[apart, "2 slower", ASYNC, THREADS, "×1.6"]);
    told(&run(&path, "cmp new base"), 0, &["2 faster"]);
    told(&run(&path, "cmp base new --fail-above 5"), 1, &[ASYNC, THREADS]);
    told(&run(&path, "cmp base new smol --fail-above 5"), 2, &["smol"]);
    told(&run(&path, "cmp base new threads --fail-above 5"), 1, &[THREADS]);
    told(&run(&path, "cmp base new --fail-above 100"), 0, &[]);
    // Faster is no failure, and latencies have not changed.
    told(&run(&path, "cmp new base --fail-above 0"), 0, &[]);
    told(&run(&path, "cmp base new --metric p99 --fail-above 5"), 0, &["2 tie"]);
    let all = run(&path, "cmp base new --metric all --json");
    let comparison: Value = serde_json::from_str(&stdout(&all)).unwrap();
    assert_eq!((code(&all), comparison["comparisons"].as_u64()), (Some(0), Some(10)));
    let csv = stdout(&run(&path, "cmp base new --metric all --csv"));
    assert_eq!(csv.lines().count(), 1 + 10, "{csv}");
}

#[test]
fn a_result_against_itself_is_a_tie() {
    let (_dir, path) = folder();
    result(&path, "base", nothing, nothing);
    result(&path, "same", nothing, nothing);
    told(&run(&path, "cmp base same --metric all --fail-above 0"), 0, &["10 tie", "×1.000"]);
}

#[test]
fn a_bound_that_too_few_rounds_could_never_fail_does_not_pass() {
    let (_dir, path) = folder();
    let three = |run: &mut Value| run["sections"][0]["rounds"] = json!(3);
    result(&path, "base", three, nothing);
    result(&path, "new", three, dearer(3.0));
    for name in ["base", "new"] {
        let file = path.join(name).join("trials.ndjson");
        let text = fs::read_to_string(&file).unwrap();
        let few = |line: &&str| serde_json::from_str::<Value>(line).unwrap()["round"].as_u64().unwrap() <= 3;
        fs::write(&file, text.lines().filter(few).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
    told(&run(&path, "cmp base new"), 0, &["2 unknown", "need", "these have 3"]);
    told(&run(&path, "cmp base new --fail-above 5"), 2, &["could not be decided", "these have 3"]);
}

#[test]
fn what_differs_in_more_than_what_was_built_is_refused_by_name() {
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit, &[&str]); 6] = [
        ("workload", |run| run["sections"][0]["workload"]["concurrency"] = json!(8), &["concurrency", "64", "8"]),
        ("origin", |run| run["origin"]["version"] = json!("v9"), &["origin's version", "v9"]),
        ("handshake", |run| run["handshake"]["group"] = json!("secp256r1"), &["TLS group", "x25519", "secp256r1"]),
        ("pinning", |run| run["pinning"]["client"] = json!([0, 1]), &["client's CPUs", "0,1"]),
        ("machine", |run| run["machine"]["cpu"] = json!("another"), &["CPU", "another"]),
        ("workers", |run| run["workers"] = json!(7), &["workers", "7"]),
    ];
    let (_dir, path) = folder();
    result(&path, "base", nothing, nothing);
    for (name, edit, words) in edits {
        result(&path, name, edit, nothing);
        told(&run(&path, &format!("cmp base {name}")), 2, words);
        let anyway = run(&path, &format!("cmp base {name} --anyway --json"));
        let comparison: Value = serde_json::from_str(&stdout(&anyway)).unwrap();
        assert_eq!((code(&anyway), comparison["anyway"].as_array().unwrap().len()), (Some(0), 1), "{name}");
    }
    // What the ledger saw counts, not only what was meant.
    result(&path, "settled", nothing, |trial| trial["ledger"]["negotiated"][0]["group"] = json!("secp256r1"));
    told(&run(&path, "cmp base settled"), 2, &["negotiated by", "secp256r1"]);
    // The program, its load and its day are what one compares, or nobody's choice.
    result(
        &path,
        "later",
        |run| {
            (run["started"], run["tlstax"]) = (json!("2027-01-01T00:00:00Z"), json!("9.9.9"));
            run["machine"]["load"] = json!(7.5);
        },
        nothing,
    );
    told(&run(&path, "cmp base later"), 0, &["9.9.9"]);
}

#[test]
fn runs_without_a_common_cell_are_refused_with_what_either_has() {
    let (_dir, path) = folder();
    result(&path, "base", |run| run["sections"][0]["cells"] = json!([ASYNC]), nothing);
    result(&path, "new", |run| run["sections"][0]["cells"] = json!([THREADS]), nothing);
    told(&run(&path, "cmp base new"), 2, &["no cell in common", ASYNC, THREADS]);
}

#[test]
fn bounds_that_are_none_are_refused() {
    let (_dir, path) = folder();
    for bound in ["-3", "nan", "inf", "-0.1", "five"] {
        told(&run(&path, &format!("cmp base new --fail-above {bound}")), 2, &["--fail-above"]);
    }
    told(&run(&path, "cmp"), 2, &["name what to compare"]);
    told(&run(&path, "cmp base new"), 2, &["run.json"]);
}

#[test]
fn two_cells_of_a_run_are_compared_round_by_round() {
    let (_dir, path) = folder();
    result(&path, "base", nothing, nothing);
    let output = run(&path, &format!("cmp {ASYNC} {THREADS} --in base"));
    told(&output, 0, &["in pairs", "slower"]);
    told(&run(&path, &format!("cmp {ASYNC} {ASYNC} --in base")), 2, &["both sides are"]);
    told(&run(&path, &format!("cmp {ASYNC} smol/hyper/rustls/new-conn --in base")), 2, &["smol/hyper"]);
}

#[test]
fn no_figure_of_an_edited_file_becomes_a_nonsense() {
    let (_dir, path) = folder();
    let of_rounds = |value: u64| {
        move |trial: &mut Value| {
            trial["client"]["cpu_ns"] = json!(value);
            trial["wall_ns"] = json!(value);
            trial["peak_memory_bytes"] = json!(value);
            if trial["round"].as_u64().unwrap().is_multiple_of(2) {
                trial["right"] = json!(value);
            }
        }
    };
    result(&path, "base", nothing, nothing);
    result(&path, "zero", nothing, of_rounds(0));
    result(&path, "huge", nothing, of_rounds(u64::MAX));
    for (one, other) in [("base", "zero"), ("zero", "base"), ("base", "huge"), ("huge", "zero"), ("zero", "zero")] {
        for form in ["", "--json", "--csv"] {
            let output = run(&path, &format!("cmp {one} {other} --metric all {form}"));
            let text = stdout(&output);
            assert_eq!(code(&output), Some(0), "{}", stderr(&output));
            for nonsense in ["NaN", "nan", "inf", "-0.0"] {
                let is_word = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-') == nonsense;
                assert!(!text.split_whitespace().any(is_word), "{nonsense} in {one} against {other}:\n{text}");
            }
        }
    }
    told(&run(&path, "cmp base zero --fail-above 5"), 2, &["not measured"]);
}

#[test]
fn a_cut_file_is_compared_as_far_as_it_goes_and_said() {
    let (_dir, path) = folder();
    result(&path, "base", nothing, nothing);
    result(&path, "cut", nothing, nothing);
    let file = path.join("cut/trials.ndjson");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, &text[..text.len() - 1000]).unwrap();
    told(&run(&path, "cmp base cut"), 0, &["line 20 of trials.ndjson is left out", "2 tie"]);
    // Invalid rounds are no figures.
    result(&path, "invalid", nothing, |trial| {
        if trial["cell"] == ASYNC {
            trial["verdict"] = json!({ "invalid": ["broken"] });
        }
    });
    told(&run(&path, "cmp base invalid"), 0, &["1 tie", "1 unknown"]);
}
