//! A server of the user's: fetched, shown as unproven, compared with nothing.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::common::{code, folder, result, run, stderr, stdout, tlstax};
use measure::result::Validity;

#[test]
fn a_url_is_fetched_and_unproven() {
    let (_dir, path) = folder();
    let mut server = tlstax(&path).args(["origin", "--origin", "embedded"]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
    let url = lines.into_iter().find(|line| line.starts_with("http://")).unwrap();
    let output =
        run(&path, &format!("run serial tokio-multi new-conn --origin {url}/get -n 30 -c 4 --rounds 1 --out r"));
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(server.id().cast_signed()), nix::sys::signal::Signal::SIGINT)
        .unwrap();
    server.wait().unwrap();
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let trials = result(&path, "r").trials;
    assert!(trials.len() >= 3 && trials.iter().all(|trial| !trial.cell.is_tls()), "only plain cells fetch http");
    assert!(trials.iter().all(|trial| trial.verdict == Validity::Unproven && trial.right == 30));
    assert!(stdout(&output).contains("unproven"), "{}", stdout(&output));
}

#[test]
fn a_server_that_is_not_there_or_not_ours_is_no_result() {
    let (_dir, path) = folder();
    let output = run(&path, "run serial new-conn --origin http://127.0.0.1:9/ -n 3 --rounds 1 --out r");
    assert_eq!(code(&output), Some(3), "{}", stderr(&output));
    let output = run(&path, "run serial new-conn --origin http://192.0.2.1/ -n 3 --rounds 1 --out s");
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("--i-may-load-this-host"), "{}", stderr(&output));
    let output =
        tlstax(&path).args(["run", "--origin", "http://127.0.0.1:9/", "--engine", "true {url}"]).output().unwrap();
    assert_eq!(code(&output), Some(2), "a program is not let loose on a server that cannot tell what it did");
}
