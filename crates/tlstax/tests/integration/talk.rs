//! `tlstax talk`: every stage comes out as published, and its trace shows why. The service time is a tenth of the
//! talk's; nothing is asserted of times but on which side of the gap between slow and fast they lie.

use std::process::Command;

use serde_json::Value;

const DELAY_MS: f64 = 100.0;

fn talk() -> (Value, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("talk");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlstax"));
    let args = ["talk", "--scale", "0.1", "--rust-only", "--json", "--out"];
    let output = command.args(args).arg(&out).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    (serde_json::from_str(&text).unwrap(), dir)
}

/// The stage of ten requests with that name, over rustls.
fn stage<'a>(json: &'a Value, list: &str, name: &str) -> &'a Value {
    let cell = format!("talk/{name}/rustls/new-conn");
    let found = json[list].as_array().unwrap().iter().find(|stage| stage["cell"] == cell.as_str() && stage["n"] == 10);
    found.unwrap_or_else(|| panic!("no {cell} in {list}"))
}

#[test]
fn every_stage_comes_out_and_its_trace_shows_why() {
    let (json, dir) = talk();
    assert_eq!(json["wrong"], serde_json::json!([]));
    assert!(json["stages"].as_array().unwrap().len() >= 30);

    let traits = |name: &str| stage(&json, "stages", name)["traits"].clone();
    let number = |value: &Value| value.as_f64().unwrap();
    for name in ["1-recv", "3-recv", "4-recv-into", "5-recv-into"] {
        let fast = traits(name);
        assert_eq!(fast["holds_per_request"], 0.0, "{name}: nobody holds the thread");
        assert_eq!(fast["sent_unanswered"], 10, "{name}: all are sent before the first answer");
        assert_eq!(fast["complete"], 10, "{name}");
    }
    for name in ["2-recv", "2-recv-into", "3-recv-into", "4-reverted"] {
        let slow = traits(name);
        assert!(number(&slow["held_share"]) > 0.9, "{name}: {slow}");
        assert_eq!((&slow["sent_unanswered"], &slow["complete"]), (&1.into(), &10.into()), "{name}");
        assert!(number(&slow["answer_gaps_ms"][0]) >= 0.95 * DELAY_MS, "{name}: {slow}");
        assert!(number(&slow["opens_span_ms"]) < 5.0 * DELAY_MS, "{name}: connections open together, {slow}");
    }
    assert_eq!(traits("serial")["in_order"], true);

    // Over TLS 1.2 the handshake waits for two flights, then the answer is waited for; less where data is there
    // already.
    let holds = |name: &str| number(&stage(&json, "tls12", name)["traits"]["holds_per_request"]);
    assert!((2.0..=3.0).contains(&holds("2-recv")) && (2.0..=3.0).contains(&holds("2-recv-into")));
    assert_eq!((holds("3-recv-into"), holds("1-recv"), holds("4-recv-into")), (1.0, 0.0, 0.0));

    let report = dir.path().join("page");
    let drawn = Command::new(env!("CARGO_BIN_EXE_tlstax"))
        .arg("report")
        .arg(dir.path().join("talk"))
        .arg("-o")
        .arg(&report)
        .status();
    assert!(drawn.unwrap().success());
    let page = std::fs::read_to_string(report.join("index.html")).unwrap();
    for words in ["Who waited for whom", "holding the thread", "slow, 1 in flight", "fast, 10 in flight"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_scale_beyond_what_the_origin_can_wait_is_refused() {
    for scale in ["0", "-1", "100", "x"] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_tlstax")).args(["talk", &format!("--scale={scale}")]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{scale}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("from 0.01 to 9"));
    }
}
