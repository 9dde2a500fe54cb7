//! `tlstax report`: a folder that opens from disk, and what becomes of results that are damaged.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::{matrix, trials};

fn tlstax(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tlstax")).args(args).output().unwrap()
}

/// Draws `results` into a fresh folder: its path, what went to standard error, and whether all went well.
fn report(results: &Path, out: &Path) -> (String, Option<i32>) {
    let output = tlstax(&["report", results.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

/// A copy of a committed run with its trials changed.
fn damaged(change: impl FnOnce(String) -> String) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(matrix().join("run.json"), dir.path().join("run.json")).unwrap();
    fs::write(dir.path().join("trials.ndjson"), change(trials(&matrix()))).unwrap();
    dir
}

#[test]
fn a_run_becomes_a_page_with_its_charts_and_data() {
    let out = tempfile::tempdir().unwrap();
    let (errors, code) = report(&matrix(), out.path());
    assert_eq!((errors.as_str(), code), ("", Some(0)));
    let page = fs::read_to_string(out.path().join("index.html")).unwrap();
    for words in ["What to choose", "tokio-current/hyper/rustls/new-conn", "To repeat it: <code>tlstax run --all"] {
        assert!(page.contains(words), "{words}");
    }
    for reference in ["http://", "https://", "url(", "@import", "src="] {
        let named = page.matches(reference).count();
        // The one address is the name of SVG, which nobody fetches.
        let allowed = if reference == "http://" { page.matches("http://www.w3.org/2000/svg").count() } else { 0 };
        assert_eq!(named, allowed, "{reference} leads out of the page");
    }
    for name in
        ["tax-map.svg", "cpu-new-conn.svg", "rate-keep-alive.svg", "latency-new-conn-rustls.svg", "phases-new-conn.svg"]
    {
        let svg = fs::read_to_string(out.path().join(name)).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("<desc") && page.contains(name), "{name}");
    }
    let rows = fs::read_to_string(out.path().join("cells.csv")).unwrap().lines().count();
    assert_eq!(rows, 72 + 12 + 1, "a line per section and cell, and the header");
    let percentiles = fs::read_to_string(out.path().join("percentiles.csv")).unwrap();
    assert!(percentiles.contains("keep-alive,smol/hyper/rustls/keep-alive,0.999,"));
    assert!(fs::read_to_string(out.path().join("report.md")).unwrap().contains("| `threads/ureq/plain/new-conn` |"));
}

#[test]
fn a_report_is_made_again_over_its_own_files_and_no_others() {
    let out = tempfile::tempdir().unwrap();
    assert_eq!(report(&matrix(), out.path()).1, Some(0));
    assert_eq!(report(&matrix(), out.path()).1, Some(0));
    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("cells.csv"), "mine").unwrap();
    let (errors, code) = report(&matrix(), foreign.path());
    assert!(code == Some(2) && errors.contains("cells.csv exists and was not written by a report"), "{errors}");
    assert_eq!(fs::read_dir(foreign.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_shown() {
    let out = tempfile::tempdir().unwrap();
    let cut = damaged(|trials| trials[..trials.len() - 1000].to_owned());
    let (errors, code) = report(cut.path(), out.path());
    assert!(code == Some(0) && errors.contains("line 840 of trials.ndjson is left out"), "{errors}");
    assert!(fs::read_to_string(out.path().join("index.html")).unwrap().contains("line 840 of trials.ndjson"));

    let mixed = damaged(|trials| {
        let mut stranger: serde_json::Value = serde_json::from_str(trials.lines().next().unwrap()).unwrap();
        stranger["run"] = "2001-01-01T00:00:00Z".into();
        format!("{trials}{stranger}\n{stranger}\n")
    });
    let (errors, code) = report(mixed.path(), out.path());
    assert!(code == Some(0) && errors.contains("2 lines of trials.ndjson, from 841 on, are left out"), "{errors}");
    assert!(errors.contains("of the run begun at 2001-01-01T00:00:00Z"), "{errors}");

    let none = damaged(|_| String::new());
    assert_eq!(report(none.path(), out.path()).1, Some(0));
    assert!(fs::read_to_string(out.path().join("index.html")).unwrap().contains("nothing to choose from"));
}

#[test]
fn what_is_no_result_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    for dir in [empty.path(), Path::new("/no/such/folder")] {
        let (errors, code) = report(dir, out.path());
        assert!(code == Some(2) && errors.contains("a result folder is what `tlstax run --out DIR` makes"), "{errors}");
    }
    fs::write(empty.path().join("run.json"), r#"{"format":99}"#).unwrap();
    let (errors, code) = report(empty.path(), out.path());
    assert!(code == Some(2) && errors.contains("use a newer tlstax"), "{errors}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0, "nothing was drawn");
}

#[test]
fn marked_parts_of_a_text_are_kept_true() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("README.md");
    let marked = |name: &str| format!("<!-- tlstax report: {name} -->\nold\n<!-- tlstax report end -->\n");
    let text = format!("# Mine\n{}{}{}tail\n", marked("finding"), marked("pictures pics"), marked("table"));
    fs::write(&file, text).unwrap();
    let splice = || tlstax(&["report", matrix().to_str().unwrap(), "--splice", file.to_str().unwrap()]);
    assert!(splice().status.success());
    let once = fs::read_to_string(&file).unwrap();
    assert!(once.starts_with("# Mine\n") && once.ends_with("tail\n") && !once.contains("old"), "{once}");
    for words in ["| `tokio-current/hyper` |", "of CPU more with rustls", "src=\"pics/new-connection.svg\""] {
        assert!(once.contains(words), "{words} in {once}");
    }
    assert!(dir.path().join("pics/kept-connection.svg").is_file());
    assert!(splice().status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), once, "spliced again, nothing changes");

    fs::write(&file, "no markers").unwrap();
    let refused = splice();
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), "no markers");
}

/// A copy of a committed run as if one of its cells had been profiled.
fn profiled() -> tempfile::TempDir {
    let dir = damaged(|trials| trials);
    let us = serde_json::json!({ "value": 200.0, "low": 191.0, "high": 209.0 });
    let item = serde_json::json!({
        "class": "key-exchange", "samples": 2000, "cpu_ns": 2_000_000_000_u64, "per_request_us": us
    });
    let bill = serde_json::json!({
        "period_ns": 1_000_000, "requests": 10_000, "items": [item], "samples": 2000, "per_request_us": us,
        "coverage": {
            "cpu_clock_ns": 2_000_000_000_u64, "ratio": { "value": 1.0, "low": 0.95, "high": 1.05 }, "agrees": true
        },
        "lost": 0, "truncated": 0, "other_share": 0.0, "unnamed": []
    });
    let cell = serde_json::json!({
        "cell": "tokio-current/hyper/rustls/new-conn", "bill": bill,
        "tax": { "levies": [{ "class": "key-exchange", "per_request_us": us }], "per_request_us": us },
        "kernel": true, "short_threads": true, "threads": null, "phases_us": { "tls": 700.0 },
        "files": { "flamegraph": "a.svg" }, "without_symbols": {}
    });
    fs::write(dir.path().join("bills.json"), serde_json::json!({ "cells": [cell] }).to_string()).unwrap();
    fs::write(dir.path().join("a.svg"), "<svg/>").unwrap();
    dir
}

#[test]
fn a_profiled_run_shows_where_the_time_goes() {
    let out = tempfile::tempdir().unwrap();
    let run = profiled();
    let (errors, code) = report(run.path(), out.path());
    assert_eq!((errors.as_str(), code), ("", Some(0)));
    let page = fs::read_to_string(out.path().join("index.html")).unwrap();
    for words in ["100 % is asymmetric cryptography", "<a href=\"profile-a.svg\">flamegraph</a>", "bill-new-conn.svg"] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(fs::read_to_string(out.path().join("profile-a.svg")).unwrap(), "<svg/>");
    let csv = fs::read_to_string(out.path().join("bills.csv")).unwrap();
    assert!(csv.contains("tokio-current/hyper/rustls/new-conn,total,2000,200.0000"), "{csv}");
    assert!(fs::read_to_string(out.path().join("report.md")).unwrap().contains("## Bills"));

    fs::write(run.path().join("bills.json"), "{").unwrap();
    let (errors, code) = report(run.path(), out.path());
    assert!(code == Some(0) && errors.contains("bills.json is damaged"), "{errors}");
    assert!(!out.path().join("bills.csv").exists() && !out.path().join("profile-a.svg").exists());
}

#[test]
fn a_text_holds_parts_of_a_run_and_of_a_profiled_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("README.md");
    let marked = |name: &str| format!("<!-- tlstax report: {name} -->\nold {name}\n<!-- tlstax report end -->\n");
    fs::write(&file, marked("table") + &marked("bill pics")).unwrap();
    let splice = |results: &Path| {
        let output = tlstax(&["report", results.to_str().unwrap(), "--splice", file.to_str().unwrap()]);
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(&file).unwrap()
    };
    let once = splice(profiled().path());
    assert!(once.contains("old table") && once.contains("src=\"pics/where-it-goes.svg\""), "{once}");
    assert!(dir.path().join("pics/where-it-goes.svg").is_file());
    let both = splice(&matrix());
    assert!(both.contains("| `tokio-current/hyper` |") && both.contains("src=\"pics/where-it-goes.svg\""), "{both}");
    assert!(!both.contains("old"));
    assert_eq!(splice(&matrix()), both, "spliced again, nothing changes");
}

#[test]
fn an_observation_is_drawn_again_from_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results/observe/talk-stage-2");
    let page = dir.path().join("page");
    let (errors, code) = report(&committed, &page);
    assert_eq!(code, Some(0), "{errors}");
    assert!(fs::read_to_string(page.join("index.html")).unwrap().contains("serialized"));
    assert!(page.join("lanes-https.svg").is_file());
    let spliced = tlstax(&["report", committed.to_str().unwrap(), "--splice", "README.md"]);
    assert_eq!(spliced.status.code(), Some(2));
    fs::write(dir.path().join("observation.json"), "{").unwrap();
    let (errors, code) = report(dir.path(), &page);
    assert!(code == Some(2) && errors.contains("observation.json"), "{errors}");
}
