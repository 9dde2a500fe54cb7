//! What is refused, with which words and which exit code; nothing is measured then.

use std::fs;

use crate::common::{code, folder, run, stderr, stdout, tlstax};

fn refused(arguments: &str, words: &[&str]) {
    let (_dir, path) = folder();
    let output = run(&path, arguments);
    assert_eq!(code(&output), Some(2), "{arguments}: {}", stderr(&output));
    for word in words {
        assert!(stderr(&output).contains(word), "{arguments}: {} should say {word:?}", stderr(&output));
    }
    assert!(!path.join("r").exists() && !path.join("results").exists(), "{arguments} left something behind");
}

#[test]
fn unknown_cells_are_answered_with_their_neighbours() {
    refused("run tokio-curent --out r", &["tokio-curent", "did you mean tokio-current"]);
    refused("run -f ^smoll/ --out r", &["no cell matches"]);
    refused("run -f ( --out r", &["not a regular expression"]);
    refused("run threads hyper --out r", &["no cell matches"]);
    refused("run --all rustls --out r", &["--all means every cell"]);
    refused("list nonesuch", &["nonesuch"]);
}

#[test]
fn numbers_that_mean_nothing_are_refused() {
    refused("run serial -n 0 --out r", &["0"]);
    refused("run serial -c 0 --out r", &["0"]);
    refused("run serial --rounds 0 --out r", &["rounds"]);
    refused("run serial -n -5 --out r", &["-5"]);
    refused("run serial -n 99999999999999999999999 --out r", &["number too large"]);
    refused("run serial --path get --out r", &["begins with '/'"]);
    refused("run serial --origin nginx --out r", &["nginx", "go-httpbin", "embedded"]);
    refused("run serial --groop x25519 --out r", &["--groop"]);
}

#[test]
fn more_connections_than_descriptors_are_refused_with_the_number() {
    refused("run threads -n 4000000 -c 4000000 --origin embedded --out r", &["4500128", "limit", "smaller -c"]);
}

#[test]
fn what_the_machine_cannot_hold_is_said_and_the_rest_runs() {
    let (_dir, path) = folder();
    let output = run(
        &path,
        "run serial plain new-conn -n 4000000 -c 4000000,2 --origin embedded --out never --rounds 1 --seed 1 --path \
         /nowhere",
    );
    // The path fails every request, so that four million are never made; the sweep's other concurrency was begun.
    assert_eq!(code(&output), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("left out: 4000000 requests in flight need"), "{}", stderr(&output));
    assert!(stdout(&output).contains("left out   serial/ureq/plain/new-conn at c = 4000000"), "{}", stdout(&output));
}

#[test]
fn a_rayon_pool_of_thousands_of_threads_is_left_out_and_the_rest_runs() {
    refused("run rayon-pool plain -n 5000 -c 4096 --origin embedded --out r", &["4096 threads", "-c 1024 at most"]);
    let (_dir, path) = folder();
    let run_all = "run rayon-pool plain new-conn -n 1025 -c 1025,2 --origin embedded --out r --rounds 1";
    let output = run(&path, run_all);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("left out: a rayon pool of 1025 threads"), "{}", stderr(&output));
    assert!(stdout(&output).contains("left out   rayon-pool/ureq/plain/new-conn at c = 1025"), "{}", stdout(&output));
}

#[test]
fn more_slots_than_requests_mean_as_many_as_there_are() {
    let (_dir, path) = folder();
    let output = run(&path, "run tokio-current plain new-conn -n 2 -c 60000 --rounds 1 --origin embedded --out r");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
}

#[test]
fn a_folder_in_use_or_closed_is_refused_before_measuring() {
    let (_dir, path) = folder();
    fs::create_dir(path.join("r")).unwrap();
    fs::write(path.join("r/mine.txt"), "mine").unwrap();
    let output = run(&path, "run serial --origin embedded --out r");
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("not empty"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(path.join("r")).unwrap().count(), 1);

    let output = run(&path, "run serial --origin embedded --out /proc/nowhere/r");
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("/proc/nowhere/r"), "{}", stderr(&output));
}

#[test]
fn a_folder_that_holds_no_run_is_named() {
    let (_dir, path) = folder();
    for (arguments, word) in [("show", "no run"), ("show nowhere", "nowhere")] {
        let output = run(&path, arguments);
        assert_eq!(code(&output), Some(2));
        assert!(stderr(&output).contains(word), "{}", stderr(&output));
    }
}

#[test]
fn without_go_the_embedded_origin_is_taken_and_the_reason_said() {
    let (_dir, path) = folder();
    let mut command = tlstax(&path);
    command.env("PATH", "/nonexistent").env("XDG_CACHE_HOME", path.join("cache"));
    let output = command.args(["run", "serial", "plain", "new-conn", "-n", "3", "--rounds", "1"]).output().unwrap();
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("embedded") && stdout(&output).contains("no `go` on PATH"), "{}", stdout(&output));
}

#[test]
fn a_go_that_cannot_build_is_an_error_with_the_compilers_words() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, path) = folder();
    let go = path.join("go");
    let script = "#!/bin/sh\nif [ $1 = version ]; then echo go version go1.99.0 linux/amd64; exit; fi\necho main.go:7: \
                  no luck >&2\nexit 1\n";
    fs::write(&go, script).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = tlstax(&path);
    command.env("PATH", format!("{}:/bin:/usr/bin", path.display())).env("XDG_CACHE_HOME", path.join("cache"));
    let output = command.args(["run", "serial", "-n", "3", "--rounds", "1", "--out", "r"]).output().unwrap();
    assert_eq!(code(&output), Some(2));
    assert!(
        stderr(&output).contains("no luck") && stderr(&output).contains("--origin embedded"),
        "{}",
        stderr(&output)
    );
}
