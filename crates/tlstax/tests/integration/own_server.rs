//! A server of the user's whose certificate a private CA signed: verified by that CA, or by none.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use measure::result::{Validity, Verification};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::common::{code, folder, result, run, stderr, stdout, tlstax};

/// Cells of every client, over rustls and over OpenSSL.
const CELLS: &str = "-f ^(threads/ureq|tokio-current/reqwest|tokio-current/hyper)/(rustls|native-tls|openssl)/new-conn$ \
                     -f ^(threads/ureq|tokio-multi/reqwest)-stock/(rustls|native-tls)/new-conn$";

/// How many those are: reqwest has no glue to openssl.
const COUNT: usize = 8 + 4;

/// `tlstax origin`, ended with this value.
struct Server {
    process: Child,
    said: Vec<String>,
}

impl Server {
    /// Starts one that writes its CA to `ca`.
    fn start(folder: &Path, ca: &str) -> Server {
        let mut process = tlstax(folder)
            .args(["origin", "--origin", "embedded", "--ca-out", ca])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok) {
            let is_last = line.starts_with("Ctrl-C");
            said.push(line);
            if is_last {
                break;
            }
        }
        Server { process, said }
    }

    /// The line that begins with `word`.
    fn line(&self, word: &str) -> &str {
        self.said.iter().find(|line| line.trim().starts_with(word)).unwrap().trim()
    }

    fn url(&self) -> String {
        format!("{}/get", self.line("https://"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.process.id().cast_signed()), Signal::SIGINT);
        let _ = self.process.wait();
    }
}

fn fetch(folder: &Path, server: &Server, rest: &str) -> Output {
    let line = format!("run {CELLS} --origin {} -n 4 -c 2 --rounds 1 {rest}", server.url());
    tlstax(folder).args(line.split_whitespace()).env_remove("SSL_CERT_FILE").output().unwrap()
}

#[test]
fn every_client_verifies_by_the_ca_that_the_origin_writes() {
    let (_dir, path) = folder();
    let server = Server::start(&path, "ca.pem");
    let written = fs::read_to_string(path.join("ca.pem")).unwrap();
    assert!(written.starts_with("-----BEGIN CERTIFICATE-----") && !written.contains("PRIVATE KEY"));
    let output = fetch(&path, &server, "--ca ca.pem --out r");
    assert_eq!(code(&output), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("ca.pem alone"), "{}", stdout(&output));
    let found = result(&path, "r");
    assert_eq!(found.trials.len(), COUNT);
    for trial in &found.trials {
        assert_eq!((&trial.verdict, trial.right), (&Validity::Unproven, 4), "{}", trial.cell);
        assert_eq!(trial.verifies, Some(true), "{}", trial.cell);
    }
    assert!(matches!(found.run.origin.verification, Some(Verification::CaFile { .. })));
    // What it says to try is true.
    let by_hand = Command::new("sh").args(["-c", &server.line("Try: ")["Try: ".len()..]]).output();
    assert!(stdout(&by_hand.unwrap()).contains(&server.url()), "curl with the CA");
    let said = server.line("tlstax run").split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    assert_eq!(said, format!("run --origin {} --ca {}", server.url(), path.join("ca.pem").display()));
}

#[test]
fn the_variable_names_the_ca_where_no_flag_does() {
    let (_dir, path) = folder();
    let server = Server::start(&path, "ca.pem");
    let url = server.url();
    let cell = "^threads/ureq/rustls/new-conn$";
    let arguments = ["run", "-f", cell, "--origin", &url, "-n", "4", "-c", "2", "--rounds", "1"];
    let output = tlstax(&path).args(arguments).env("SSL_CERT_FILE", "ca.pem").output().unwrap();
    assert_eq!(code(&output), Some(0), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn a_server_of_another_ca_is_refused_with_what_to_do() {
    let (_dir, path) = folder();
    let server = Server::start(&path, "ca.pem");
    drop(Server::start(&path, "other.pem"));
    let cases = [("--out none", "with --ca FILE, or"), ("--ca other.pem --out other", "other.pem (--ca)")];
    for (rest, words) in cases {
        let output = fetch(&path, &server, rest);
        assert_eq!(code(&output), Some(3), "{}", stderr(&output));
        let trials = result(&path, rest.rsplit(' ').next().unwrap()).trials;
        assert_eq!(trials.len(), COUNT);
        for trial in trials {
            let Validity::Invalid(reasons) = &trial.verdict else { panic!("{} fetched", trial.cell) };
            assert!(reasons.iter().any(|reason| reason.contains(words)), "{}: {reasons:?}", trial.cell);
        }
        assert!(stdout(&output).contains(words), "{}", stdout(&output));
    }
}

#[test]
fn what_is_not_verified_says_so_wherever_it_is_shown() {
    let (_dir, path) = folder();
    let server = Server::start(&path, "ca.pem");
    let output = fetch(&path, &server, "-k --out r");
    assert_eq!(code(&output), Some(0), "{}{}", stdout(&output), stderr(&output));
    let found = result(&path, "r");
    assert_eq!(found.trials.len(), COUNT);
    assert!(found.trials.iter().all(|trial| trial.verifies == Some(false) && trial.verdict == Validity::Unproven));
    assert_eq!(found.run.origin.verification, Some(Verification::Off));
    let table = stdout(&output);
    assert!(table.contains("not verified (--insecure)"), "{table}");
    assert_eq!(table.matches(" (not verified)").count(), COUNT, "{table}");
    let csv = stdout(&run(&path, "show r --csv"));
    assert_eq!(csv.matches("not-verified").count(), COUNT, "{csv}");
    let json: serde_json::Value = serde_json::from_str(&stdout(&run(&path, "show r --json"))).unwrap();
    let rows = json["sections"][0]["rows"].as_array().unwrap();
    assert!(rows.len() == COUNT && rows.iter().all(|row| row["not_verified"] == true), "{json:#}");
    assert_eq!(code(&run(&path, "report r -o page")), Some(0));
    let page = fs::read_to_string(path.join("page/index.html")).unwrap();
    assert!(page.contains("not verified (--insecure)") && page.contains("unproven, not verified"));
}

#[test]
fn a_file_that_is_no_ca_is_refused_in_one_line() {
    let (_dir, path) = folder();
    fs::write(path.join("empty.pem"), "").unwrap();
    fs::write(path.join("text.pem"), "hello\n").unwrap();
    let key = "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n";
    fs::write(path.join("key.pem"), key).unwrap();
    let cases = [
        ("--ca empty.pem", "it is empty: give a PEM file"),
        ("--ca text.pem", "it holds no certificate"),
        ("--ca key.pem", "a private key and no certificate"),
        ("--ca .", "it is a directory"),
        ("--ca missing.pem", "No such file"),
        ("--ca text.pem -k", "cannot be used with"),
    ];
    for (flags, words) in cases {
        let output = run(&path, &format!("run --origin https://127.0.0.1:9/ {flags}"));
        assert_eq!(code(&output), Some(2), "{flags}");
        assert!(stderr(&output).contains(words), "{flags}: {}", stderr(&output));
        if !flags.ends_with("-k") {
            assert_eq!(stderr(&output).lines().count(), 1, "{flags}: {}", stderr(&output));
        }
    }
    for origin in ["embedded", "http://127.0.0.1:9/"] {
        let output = run(&path, &format!("run --origin {origin} --insecure"));
        assert_eq!(code(&output), Some(2));
        assert!(stderr(&output).contains("--origin https://"), "{}", stderr(&output));
    }
}

#[test]
fn the_origin_overwrites_nothing_but_a_certificate() {
    let (_dir, path) = folder();
    fs::write(path.join("mine"), "precious").unwrap();
    for (out, words) in [("mine", "is no certificate"), (".", "is a folder"), ("no/where", "writing the CA file")] {
        let output = run(&path, &format!("origin --origin embedded --ca-out {out}"));
        assert_eq!(code(&output), Some(2), "{out}");
        assert!(stderr(&output).contains(words), "{out}: {}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(path.join("mine")).unwrap(), "precious");
    drop(Server::start(&path, "ca.pem"));
    let first = fs::read(path.join("ca.pem")).unwrap();
    drop(Server::start(&path, "ca.pem"));
    assert_ne!(fs::read(path.join("ca.pem")).unwrap(), first, "the CA of the second");
}
