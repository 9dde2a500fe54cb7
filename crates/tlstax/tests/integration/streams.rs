//! Streams that cannot be written: a diagnostic that is lost changes nothing, an answer that is lost is an error.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{code, folder, run, stderr, stdout, tlstax};

/// One cell, three requests.
const TINY: &str = "run serial plain new-conn -n 3 -c 1 --rounds 1 --origin embedded --out";

/// `tlstax` with the streams that a shell gives it by `redirections`.
fn redirected(folder: &Path, arguments: &str, redirections: &str) -> Output {
    let mut command = Command::new("sh");
    command.current_dir(folder).stdin(Stdio::null());
    command.args(["-c", &format!("exec \"$0\" {arguments} {redirections}"), env!("CARGO_BIN_EXE_tlstax")]);
    command.output().unwrap()
}

/// A run with a line that is none, so that whatever reads it has a problem to tell.
fn damaged(folder: &Path) {
    let made = run(folder, &format!("{TINY} base"));
    assert_eq!(code(&made), Some(0), "{}", stderr(&made));
    let trials = folder.join("base/trials.ndjson");
    std::fs::write(&trials, std::fs::read_to_string(&trials).unwrap() + "no trial\n").unwrap();
}

#[test]
fn a_standard_error_that_cannot_be_written_changes_no_exit_code() {
    let (_dir, path) = folder();
    damaged(&path);
    let commands: &[(&str, i32)] = &[
        ("show nosuch", 2),
        ("show base", 0),
        ("show base --json", 0),
        ("report base -o page", 0),
        ("cmp base base", 0),
        ("cmp base nosuch/", 2),
        ("list", 0),
        ("list nonesuch", 2),
        ("frobnicate", 2),
        ("profile nosuch", 2),
        ("origin --origin nginx", 2),
        ("run no-such-cell", 2),
        ("run --engine 'no-such-program {url}' --out never", 2),
        ("run --resume --out base", 2),
        ("observe -- sh -c 'exit 7'", 7),
        ("observe --json -- true", 0),
        ("observe -- sh -c 'exit 3' {url}", 3),
    ];
    for (arguments, expected) in commands {
        for redirection in ["", "2>/dev/full", "2>&-"] {
            let output = redirected(&path, arguments, redirection);
            assert_eq!(code(&output), Some(*expected), "{arguments} {redirection}: {}", stderr(&output));
        }
    }
    for (at, redirection) in ["2>/dev/full", "2>&-"].into_iter().enumerate() {
        let output = redirected(&path, &format!("{TINY} run-{at}"), redirection);
        assert_eq!(code(&output), Some(0), "{redirection}");
        let small = "reporting-tool -n 20 --hosts 4 -c 4 --service-time 0.001 --sample 2 --origin embedded --out tool-";
        let output = redirected(&path, &format!("{small}{at}"), redirection);
        assert_eq!(code(&output), Some(0), "{redirection}");
    }
}

#[test]
fn an_answer_that_is_lost_is_an_error_with_its_sentence() {
    let (_dir, path) = folder();
    damaged(&path);
    let answers = [
        "list",
        "list --json",
        "show base",
        "show base --csv",
        "show --schema run",
        "--help",
        "--version",
        "run --help",
    ];
    for arguments in answers {
        let output = redirected(&path, arguments, ">/dev/full");
        assert_eq!(code(&output), Some(2), "{arguments}");
        assert!(stderr(&output).contains("writing to standard output failed"), "{arguments}: {}", stderr(&output));
        // Both at once: there is nobody left to tell.
        assert_eq!(code(&redirected(&path, arguments, ">/dev/full 2>/dev/full")), Some(2), "{arguments}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (_dir, path) = folder();
    for arguments in ["list", "--help"] {
        let script = format!("{{ \"$0\" {arguments}; echo \"code $?\" >&2; }} | head -n 1");
        let mut command = Command::new("sh");
        let output = command.args(["-c", &script, env!("CARGO_BIN_EXE_tlstax")]).current_dir(&path).output().unwrap();
        assert!(stderr(&output).contains("code 0") && stdout(&output).lines().count() == 1, "{}", stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    }
    let mut closed = tlstax(&path);
    closed.arg("list").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = closed.spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
