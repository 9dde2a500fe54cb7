//! `tlstax run --rate` and `--duration` as a user types them, against the embedded origin.

use crate::common;
use crate::common::{code, folder, result, run, stderr, stdout};
use measure::result::{Trial, Validity};

/// One blocking and one async model.
const BOTH: &str = "-f ^(threads/ureq|tokio-current/hyper)/plain/new-conn$";

fn valid(trial: &Trial) {
    assert_eq!(trial.verdict, Validity::Valid, "{}", trial.cell);
}

/// A quantile of a histogram, ms.
fn ms(trial: &Trial, name: &str, quantile: f64) -> f64 {
    trial.times(name).unwrap().unwrap().value_at_quantile(quantile) as f64 / 1e6
}

#[test]
fn a_rate_and_a_duration_make_exactly_so_many_requests() {
    let (_dir, path) = folder();
    let arguments = "--origin embedded --rate 200 --duration 300ms -c 8 --rounds 1 --out r";
    let output = run(&path, &format!("run {BOTH} {arguments}"));
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    assert_eq!(result.trials.len(), 2);
    for trial in &result.trials {
        valid(trial);
        assert_eq!((trial.right, trial.ledger.as_ref().unwrap().requests), (60, 60), "{}", trial.cell);
        assert!(trial.wall_ns >= 295_000_000, "the last is due after 295 ms");
        assert!(trial.wall_ns < 10_000_000_000, "and nothing kept it for seconds");
        for name in ["total", "from-start", "queue"] {
            assert_eq!(trial.times(name).unwrap().unwrap().len(), 60, "{} {name}", trial.cell);
        }
        assert!(trial.late.is_some_and(|late| late <= 60));
        assert!(trial.pacer_cpu_ns.is_some_and(|ns| ns > 0 && ns < trial.client.cpu_ns), "{:?}", trial.pacer_cpu_ns);
        assert!(trial.sample.len() <= 64 && trial.flags.iter().all(|flag| flag.mark() != "few-in-flight"));
    }
    let table = stdout(&output);
    assert!(table.contains("60 × GET /get at 200/s") && table.contains("p99 from"), "{table}");
    let csv = stdout(&run(&path, "show r --csv"));
    assert!(csv.lines().next().unwrap().contains("from_start_p99_ns") && csv.contains(",200,"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&stdout(&run(&path, "show r --json"))).unwrap();
    let paced = &json["sections"][0]["rows"][0]["figures"]["paced"];
    assert!(paced["from_start_p99_ns"]["median"].is_number() && paced["late_share"].is_object(), "{paced}");
}

#[test]
fn a_closed_loop_ends_with_its_time() {
    let (_dir, path) = folder();
    let output = run(&path, &format!("run {BOTH} --origin embedded --duration 200ms -c 4 --rounds 1 --out r"));
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    for trial in &result(&path, "r").trials {
        valid(trial);
        assert!(trial.right > 4 && trial.ledger.as_ref().unwrap().accepts == trial.right, "{}", trial.cell);
        assert!((200_000_000..10_000_000_000).contains(&trial.wall_ns), "{} ns", trial.wall_ns);
        assert!(!trial.sample.is_empty() && trial.sample.len() <= 128, "{} rows", trial.sample.len());
        assert!(trial.late.is_none() && trial.times("from-start").unwrap().is_none() && trial.pacer_cpu_ns.is_none());
    }
    assert!(stdout(&output).contains("GET /get for 200 ms"), "{}", stdout(&output));
}

#[test]
fn waiting_for_a_slot_is_part_of_the_latency() {
    let (_dir, path) = folder();
    let output = run(
        &path,
        &format!("run {BOTH} --origin embedded --path /delay/0.05 --rate 100 --duration 200ms -c 1 --rounds 1 --out r"),
    );
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    for trial in &result.trials {
        valid(trial);
        // Twenty requests of 50 ms, one after another, the last of them due after 190 ms.
        let (corrected, uncorrected) = (ms(trial, "total", 0.99), ms(trial, "from-start", 0.5));
        assert!(corrected > 700.0, "{}: {corrected} ms from when they were due", trial.cell);
        assert!((50.0..400.0).contains(&uncorrected), "{}: {uncorrected} ms from the start", trial.cell);
        assert!(trial.late.unwrap() >= 18, "{:?}", trial.late);
    }
    let told = stdout(&output);
    for model in ["threads/ureq", "tokio-current/hyper"] {
        assert!(told.contains(&format!("{model}/plain/new-conn could not keep up with 100 requests/s")), "{told}");
    }
    assert!(told.contains("its one slot was taken: raise -c"), "{told}");
}

#[test]
fn who_keeps_up_is_not_spoken_of_and_a_sweep_has_sections() {
    let (_dir, path) = folder();
    let output = run(
        &path,
        "run -f ^tokio-current/hyper/plain/keep-alive$ --origin embedded --rate 20,10 --duration 200ms -c 2,1 --rounds \
         1 --out r --floors",
    );
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    let names: Vec<&str> = result.run.sections.iter().map(|section| section.name.as_str()).collect();
    assert_eq!(
        names,
        ["keep-alive c=1 rate=10", "keep-alive c=1 rate=20", "keep-alive c=2 rate=10", "keep-alive c=2 rate=20"]
    );
    result.trials.iter().for_each(valid);
    assert!(stderr(&output).contains("left out: a floor"), "{}", stderr(&output));
}

#[test]
fn what_paces_nothing_is_left_out_or_invalid() {
    let (_dir, path) = folder();
    let ready = r#"{"ready":{"engine":"mine","version":"1"}}"#;
    let output = tlstax_engine(&path, &format!("read -r job; echo '{ready}'; read -r go"));
    assert_eq!(code(&output), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("does not say that it keeps a rate"), "{}", stderr(&output));
    let output = common::tlstax(&path)
        .args(["run", "--engine", "sh -c 'true {url}'", "--origin", "embedded", "--duration", "1s", "--out", "n"])
        .output()
        .unwrap();
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("a program with {url} paces itself"), "{}", stderr(&output));
}

/// A run of one engine that is a line of shell.
fn tlstax_engine(path: &std::path::Path, script: &str) -> std::process::Output {
    let file = path.join("engine.sh");
    std::fs::write(&file, script).unwrap();
    let engine = format!("sh {}", file.display());
    let arguments = ["run", "--engine", &engine, "--origin", "embedded", "--rate", "5", "-n", "2", "--rounds", "1"];
    common::tlstax(path).args(arguments).args(["--out", "e"]).output().unwrap()
}

#[test]
fn times_and_rates_that_mean_nothing_are_refused() {
    let (_dir, path) = folder();
    for (arguments, word) in [
        ("-n 5 --duration 1s", "cannot be used with"),
        ("--rate 0", "is no rate"),
        ("--rate -3", "is no rate"),
        ("--rate nan", "is no rate"),
        ("--rate inf", "is no rate"),
        ("--rate 10,x", "is no rate"),
        ("--rate 2000000", "at most 1000000"),
        ("--duration 0s", "10s, 500ms or 2m"),
        ("--duration -1s", "10s, 500ms or 2m"),
        ("--duration 5", "10s, 500ms or 2m"),
    ] {
        let output = run(&path, &format!("run serial {arguments} --origin embedded --out r"));
        assert_eq!(code(&output), Some(2), "{arguments}");
        assert!(stderr(&output).contains(word), "{arguments}: {}", stderr(&output));
        assert!(!path.join("r").exists(), "{arguments} left something behind");
    }
}
