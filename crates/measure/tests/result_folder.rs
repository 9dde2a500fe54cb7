//! A result folder is written and read back, whole or damaged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use measure::machine::Machine;
use measure::process::Cost;
use measure::result::{
    FORMAT, Handshake, OriginInfo, Pinning, ReadError, ResultWriter, RunInfo, RunResult, Terms, Trial, Verdict,
    WriteError,
};

fn run() -> RunInfo {
    RunInfo {
        format: FORMAT,
        tlstax: "0".into(),
        revision: None,
        started: "2026-01-01T00:00:00Z".into(),
        command: vec!["tlstax".into(), "run".into()],
        seed: 1,
        pinning: Pinning { client: vec![0], origin: vec![1] },
        workers: 2,
        origin: OriginInfo { name: "embedded".into(), version: "0".into(), why: "asked for".into(), ports: 8 },
        handshake: Handshake {
            version: "TLSv1.3".into(),
            suite: "TLS_AES_128_GCM_SHA256".into(),
            group: "x25519".into(),
            alpn: "http/1.1".into(),
            certificate: "ECDSA P-256".into(),
        },
        machine: Machine::read(),
        sections: Vec::new(),
        left_out: Vec::new(),
        ended: None,
        interrupted: false,
    }
}

fn trial(round: u32) -> Trial {
    Trial {
        section: "cost".into(),
        cell: "serial/ureq/plain/new-conn".parse().unwrap(),
        round,
        verdict: Verdict::Invalid(vec!["99 of 100 requests".into()]),
        engine: None,
        wall_ns: 2_000_000,
        right: 100,
        errors: BTreeMap::new(),
        client: Cost { cpu_ns: 1_000_000, user_share: None },
        origin: Cost::default(),
        peak_memory_bytes: 10,
        recorder_bytes: 20,
        ledger: None,
        warm_up: None,
        flags: Vec::new(),
        steal_ns: 0,
        time_wait: 0,
        histograms: BTreeMap::new(),
        sample: Vec::new(),
        terms: Terms::Pinned,
        client_in_flight: None,
        event_loop: None,
        threads: None,
        verifies: None,
    }
}

#[test]
fn what_is_written_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    writer.append(&trial(1)).unwrap();
    writer.append(&trial(2)).unwrap();
    let result = RunResult::read(dir.path()).unwrap();
    assert_eq!(result.run, run());
    assert_eq!(result.trials, [trial(1), trial(2)]);
    assert_eq!((result.trials[0].per_second(), result.trials[0].client_us()), (50_000.0, 10.0));
    assert_eq!(result.trials[0].model_memory_bytes(), 0);
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
    assert!(matches!(ResultWriter::create(dir.path(), &run()), Err(WriteError::NotEmpty(_))));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_cut_line_is_named_and_the_others_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    writer.append(&trial(1)).unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(dir.path().join("trials.ndjson")).unwrap();
    file.write_all(b"{\"section\":\"co\xc3").unwrap();
    let result = RunResult::read(dir.path()).unwrap();
    assert_eq!(result.trials.len(), 1);
    assert!(result.problems[0].starts_with("line 2 of trials.ndjson"), "{:?}", result.problems);
}

#[test]
fn a_newer_format_and_a_missing_folder_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(RunResult::read(dir.path()), Err(ReadError::Io { .. })));
    fs::write(dir.path().join("run.json"), r#"{"format":999}"#).unwrap();
    assert!(matches!(RunResult::read(dir.path()), Err(ReadError::Newer { found: 999, .. })));
}

#[test]
fn a_full_disk_leaves_the_lines_before_intact() {
    // A limit on file size fails a write halfway, as a full disk does, and needs no disk of its own.
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    writer.append(&trial(1)).unwrap();
    let length = fs::metadata(dir.path().join("trials.ndjson")).unwrap().len();
    let (soft, hard) = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_FSIZE).unwrap();
    let limit = |bytes| nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_FSIZE, bytes, hard).unwrap();
    // Past the limit the kernel sends SIGXFSZ, whose default ends the process; blocked, write(2) fails with EFBIG.
    let mut blocked = nix::sys::signal::SigSet::empty();
    blocked.add(nix::sys::signal::Signal::SIGXFSZ);
    blocked.thread_block().unwrap();
    limit(length + 40);
    let error = writer.append(&trial(2)).unwrap_err();
    limit(soft);
    assert!(error.to_string().contains("trials.ndjson"), "{error}");
    assert_eq!(RunResult::read(dir.path()).unwrap().trials, [trial(1)]);
    writer.append(&trial(3)).unwrap();
    assert_eq!(RunResult::read(dir.path()).unwrap().trials, [trial(1), trial(3)]);
}
