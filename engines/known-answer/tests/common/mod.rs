//! A run of the known-answer engine against the embedded origin.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use harness::{EngineCommand, Observer, Pins, Plan};
use measure::machine::{Machine, allowed_cpus};
use measure::result::{FORMAT, Handshake, OriginInfo, ResultWriter, RunInfo, RunResult, Section, Trial};
use origin::{EmbeddedProgram, Kind};
use workload::{Cell, Workload};

struct Silent;

impl Observer for Silent {
    fn origin(&mut self, _: &str, _: &str) {}
    fn begins(&mut self, _: &Section, _: &Cell, _: u32) {}
    fn ended(&mut self, _: &Section, _: &Trial) {}
}

/// Runs `rounds` trials of `cell` with the engine's arguments, and reads them back.
pub(crate) fn run(cell: &str, requests: u64, rounds: u32, args: &[&str]) -> Vec<Trial> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_known-answer"));
    let embedded = EmbeddedProgram { exe: program.clone(), leading_args: vec!["serve-embedded".into()] };
    let cpus = allowed_cpus();
    let workload = Workload {
        path: "/get".parse().unwrap(),
        requests: requests.try_into().unwrap(),
        concurrency: 1.try_into().unwrap(),
        server: workload::Server::Httpbin,
    };
    let section = Section { name: "test".into(), workload, rounds, cells: vec![cell.parse().unwrap()] };
    let mut plan = Plan {
        run: RunInfo {
            format: FORMAT,
            tlstax: "0".into(),
            revision: None,
            started: "2026-01-01T00:00:00Z".into(),
            command: Vec::new(),
            seed: 1,
            pinning: harness::pin(&cpus, cpus.len() > 1).unwrap(),
            workers: 2,
            origin: OriginInfo { name: "embedded".into(), version: String::new(), why: "a test".into(), ports: 2 },
            handshake: Handshake {
                version: "TLSv1.3".into(),
                suite: "TLS_AES_128_GCM_SHA256".into(),
                group: "x25519".into(),
                alpn: "http/1.1".into(),
                certificate: "ECDSA P-256".into(),
            },
            machine: Machine::read(),
            sections: vec![section],
            left_out: Vec::new(),
            ended: None,
            interrupted: false,
        },
        origin: harness::Supplier::Ours(Kind::Embedded(embedded.clone())),
        ports: 2,
        pins: Pins::default(),
        embedded,
        outside: std::collections::BTreeMap::new(),
        engine: EngineCommand { program, args: args.iter().map(OsString::from).collect() },
        deadline: Some(Duration::from_secs(5)),
        interrupt: Arc::new(AtomicBool::new(false)),
    };
    let dir = tempfile::tempdir().unwrap();
    harness::run(&mut plan, |run| ResultWriter::create(&dir.path().join("result"), run), &mut Silent).unwrap();
    RunResult::read(&dir.path().join("result")).unwrap().trials
}
