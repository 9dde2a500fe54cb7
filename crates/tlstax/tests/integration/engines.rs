//! Programs from outside beside the cells: what they did is shown, and one that did nothing is invalid.

use std::path::Path;
use std::process::Output;

use crate::common::{code, folder, result, stderr, stdout, tlstax};
use measure::result::{Terms, Trial, Validity};

fn run(path: &Path, engines: &[&str]) -> Output {
    let mut command = tlstax(path);
    command.args("run --origin embedded -n 20 -c 4 --rounds 1 --out r".split(' '));
    command.args(engines.iter().flat_map(|engine| ["--engine", engine]));
    command.output().unwrap()
}

fn reasons(trial: &Trial) -> String {
    match &trial.verdict {
        Validity::Invalid(reasons) => reasons.join("; "),
        _ => String::new(),
    }
}

/// A fetch by this very program: the one that every machine with these tests has. `{n}` of them over kept connections.
const FETCH: &str = "python3 -c 'import sys,urllib.request\nfor _ in range(int(sys.argv[2])): \
                     urllib.request.urlopen(sys.argv[1]).read()' {url} {n}";

#[test]
fn a_program_is_shown_by_the_ledger() {
    let (_dir, path) = folder();
    let output = run(&path, &[FETCH]);
    let result = result(&path, "r");
    let plain = &result.trials.iter().find(|trial| trial.cell.to_string() == "engine/python3/plain/own").unwrap();
    assert_eq!((plain.terms, plain.right, plain.verdict.clone()), (Terms::Command, 20, Validity::Valid));
    assert!(plain.client.cpu_ns > 0 && plain.origin.cpu_ns > 0 && plain.histograms.is_empty());
    assert!(
        stdout(&output)
            .contains("program (responses not checked): engine/python3/plain/own: 1.0 connections per request"),
        "{}",
        stdout(&output)
    );
    // It does not know the run's root, verifies, and so does nothing at all over TLS.
    let secure = &result.trials.iter().find(|trial| trial.cell.is_tls()).unwrap();
    assert!(reasons(secure).contains("CERTIFICATE_VERIFY_FAILED"), "{}", reasons(secure));
    assert_eq!((code(&output), secure.verifies), (Some(3), Some(true)));
}

#[test]
fn a_program_that_does_nothing_fails_or_hangs_is_invalid_with_its_reason() {
    let (_dir, path) = folder();
    let output = run(&path, &["true {url}", "sh -c 'echo broken >&2; exit 4' {url}", "cat"]);
    assert_eq!(code(&output), Some(3));
    for trial in &result(&path, "r").trials {
        let words = match trial.cell.client.as_str() {
            "true" => "the origin served 0 requests",
            "sh" => "it ended with exit status: 4: broken",
            _ => "expected \"ready\" from the engine",
        };
        assert!(reasons(trial).contains(words), "{}: {}", trial.cell, reasons(trial));
    }
}

#[test]
fn a_program_that_is_not_installed_is_left_out() {
    let (_dir, path) = folder();
    let output = run(&path, &["no-such-program {url}", "true {url}"]);
    assert!(stderr(&output).contains("not installed"), "{}", stderr(&output));
    assert_eq!(result(&path, "r").run.left_out.len(), 1);

    let (_dir, path) = folder();
    let output = run(&path, &["no-such-program {url}"]);
    assert_eq!(code(&output), Some(2), "nothing is left to run");
    let output = run(&path, &["sh 'a"]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
}

/// Checks who signed a certificate and not whom it names.
const NAMELESS: &str = "python3 -c 'import sys,ssl,urllib.request as \
                        u\nc=ssl.create_default_context(cafile=sys.argv[3])\nc.check_hostname=False\nfor _ in \
                        range(int(sys.argv[2])): u.urlopen(sys.argv[1],context=c).read()' {url} {n} {ca}";

#[test]
fn a_program_that_looks_at_no_name_is_found_out_whatever_key_the_certificates_have() {
    let (_dir, path) = folder();
    for key in ["ecdsa-p256", "rsa-2048"] {
        let mut command = tlstax(&path);
        command.args("run --origin embedded -n 4 -c 1 --rounds 1 --cert".split(' ')).args([key, "--out", key]);
        let output = command.args(["--engine", NAMELESS]).output().unwrap();
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        let result = result(&path, key);
        let secure = result.trials.iter().find(|trial| trial.cell.is_tls()).unwrap();
        assert_eq!((secure.verdict.clone(), secure.verifies), (Validity::Valid, Some(false)), "{key}");
    }
}
