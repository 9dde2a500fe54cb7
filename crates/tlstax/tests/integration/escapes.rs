//! Instructions to a terminal in what others have written: engines, and result folders that one was sent.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::common::{code, each_of, folder, run, stderr, stdout, tlstax};

/// A title, a colour, CSI of C1, an override of direction, the beginning of the line, a row of its own, DEL.
const EVIL: &str = "x\u{1b}]0;pwned\u{7}\u{1b}[31m\u{9b}2J\u{202e}\r\nfaster\u{2028}\u{7f}";

/// Whether a terminal would obey any of `text`, whose styles are all taken out because it went to a pipe.
fn instructs(text: &str) -> bool {
    text.chars().any(|c| terminal::is_instruction(c) && !matches!(c, '\n' | '\t'))
}

fn assert_harmless(output: &Output, what: &str) {
    for text in [stdout(output), stderr(output)] {
        assert!(!instructs(&text), "{what}: {text:?}");
    }
}

/// Makes every string of the document evil that need not be what it is to be read.
fn spoil(value: &mut Value, key: &str) {
    const KEPT: [&str; 14] = [
        "cell",
        "cells",
        "run",
        "name",
        "section",
        "started",
        "verdict",
        "terms",
        "order",
        "path",
        "program",
        "server",
        "flags",
        "cannot_measure",
    ];
    match value {
        Value::String(text) if !KEPT.contains(&key) => text.push_str(EVIL),
        Value::Array(all) => all.iter_mut().for_each(|one| spoil(one, key)),
        Value::Object(fields) => {
            fields.iter_mut().filter(|(name, _)| *name != "histograms").for_each(|(name, value)| spoil(value, name));
        }
        _ => {}
    }
}

#[test]
fn what_an_engine_says_instructs_no_terminal() {
    let (_dir, path) = folder();
    let engine = path.join("evil");
    let script = "#!/usr/bin/env python3\nimport json, sys\nevil = open(sys.argv[0] + '.txt', newline='').read()\n\
                  sys.stdin.readline()\nprint(json.dumps({'failed': evil}), flush=True)\n";
    fs::write(path.join("evil.txt"), EVIL).unwrap();
    fs::write(&engine, script).unwrap();
    fs::set_permissions(&engine, fs::Permissions::from_mode(0o755)).unwrap();
    // One says it, one says it as no JSON at all, one ends with it on standard error; one is no engine but a command.
    let says = engine.display().to_string();
    let raw = "sh -c 'printf \"\\033]0;pwned\\007\\302\\2332J\\r\\n\"; sleep 1'";
    let ends = "sh -c 'printf \"\\033]0;pwned\\007\\302\\2332J\\rbad\\n\" >&2; exit 9'";
    let command = "sh -c 'printf \"\\033]0;pwned\\007\\302\\2332J\\rbad\\n\" >&2; exit 9' {url}";
    each_of(&[says.as_str(), raw, ends, command], |at, &engine| {
        let mut tlstax = tlstax(&path);
        tlstax.args("run --origin embedded -n 2 -c 1 --rounds 1 --out".split(' ')).arg(format!("r{at}"));
        let output = tlstax.args(["--engine", engine]).output().unwrap();
        assert_eq!(code(&output), Some(3), "{engine}: {}", stderr(&output));
        assert!(stderr(&output).contains("invalid") && stderr(&output).contains("pwned"), "{}", stderr(&output));
        assert_harmless(&output, engine);
        // Rows are lines: what is in a reason begins none.
        let rows = stderr(&output).lines().filter(|line| line.starts_with("engine/")).count();
        let expected = if engine == command { 2 } else { 4 };
        assert_eq!(rows, expected, "{}", stderr(&output));
        for form in ["show", "show --csv", "show --json", "report"] {
            let (verb, flag) = form.split_once(' ').unwrap_or((form, ""));
            let shown = run(&path, &format!("{verb} r{at} {flag}"));
            assert_eq!(code(&shown), Some(0), "{form}: {}", stderr(&shown));
            assert_harmless(&shown, form);
        }
        assert_pages_harmless(&path.join(format!("r{at}/report")));
    });
}

/// The files of a report that people read as text.
fn assert_pages_harmless(report: &Path) {
    let mut read = 0;
    for entry in fs::read_dir(report).unwrap() {
        let file = entry.unwrap().path();
        let is_text = ["md", "csv", "html", "svg"].iter().any(|ending| file.extension().is_some_and(|e| e == *ending));
        if is_text {
            read += 1;
            let text = fs::read_to_string(&file).unwrap();
            assert!(!instructs(&text), "{}", file.display());
        }
    }
    assert!(read >= 2, "{read} files in {}", report.display());
}

#[test]
fn a_result_folder_that_was_sent_instructs_no_terminal() {
    let (_dir, path) = folder();
    let cells = "run tokio-current hyper rustls plain new-conn -n 5 -c 1 --rounds 2 --origin embedded --out sent";
    let made = run(&path, cells);
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    let about = path.join("sent/run.json");
    let mut described: Value = serde_json::from_slice(&fs::read(&about).unwrap()).unwrap();
    described["left_out"] = serde_json::json!([{ "what": "nothing", "why": "because" }]);
    spoil(&mut described, "");
    fs::write(&about, described.to_string()).unwrap();
    let trials = path.join("sent/trials.ndjson");
    let spoilt = fs::read_to_string(&trials).unwrap().lines().enumerate().fold(String::new(), |all, (at, line)| {
        let mut trial: Value = serde_json::from_str(line).unwrap();
        spoil(&mut trial, "");
        if at == 0 {
            trial["verdict"] = serde_json::json!({ "invalid": [EVIL] });
        }
        all + &trial.to_string() + "\n"
    });
    fs::write(&trials, spoilt + &format!("{EVIL}\n")).unwrap();

    fs::write(path.join("page.md"), "<!-- tlstax report: caveat -->\n<!-- tlstax report end -->\n").unwrap();
    let (rustls, plain) = ("tokio-current/hyper/rustls/new-conn", "tokio-current/hyper/plain/new-conn");
    let commands = [
        "show sent".to_owned(),
        "show sent --csv".to_owned(),
        "show sent --json".to_owned(),
        "cmp sent sent".to_owned(),
        "cmp sent sent --anyway --csv".to_owned(),
        "cmp sent sent --json".to_owned(),
        format!("cmp {plain} {rustls} --in sent --anyway"),
        "report sent".to_owned(),
        "report sent --splice page.md".to_owned(),
        "run --resume --out sent".to_owned(),
    ];
    let mut told = 0;
    for command in &commands {
        let output = run(&path, command);
        assert_harmless(&output, command);
        told += usize::from(stdout(&output).contains("pwned") || stderr(&output).contains("pwned"));
    }
    assert!(told >= 3, "what was spoilt is shown, but not obeyed");
    assert_pages_harmless(&path.join("sent/report"));
    let spliced = fs::read_to_string(path.join("page.md")).unwrap();
    assert!(!instructs(&spliced), "{spliced:?}");
}

#[test]
fn an_observation_that_was_sent_instructs_no_terminal() {
    let (_dir, path) = folder();
    let output = run(&path, "observe -o seen -- true");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    for name in ["observation.json", "diagnosis.json"] {
        let file = path.join("seen").join(name);
        let mut seen: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        if name == "observation.json" {
            seen["command"] = serde_json::json!(["true", EVIL]);
            seen["began"] = EVIL.into();
        }
        fs::write(&file, seen.to_string()).unwrap();
    }
    let output = run(&path, "report seen -o page");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert_harmless(&output, "report");
    assert_pages_harmless_html(&path.join("page"));
}

fn assert_pages_harmless_html(page: &Path) {
    let pages = fs::read_dir(page).unwrap().map(|entry| entry.unwrap().path());
    let html: Vec<_> = pages.filter(|file| file.extension().is_some_and(|ending| ending == "html")).collect();
    assert!(!html.is_empty());
    for file in html {
        assert!(!instructs(&fs::read_to_string(&file).unwrap()), "{}", file.display());
    }
}
