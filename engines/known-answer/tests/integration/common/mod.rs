//! A run of the known-answer engine against the embedded origin.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use measure::result::{OriginInfo, ResultWriter, RunResult, Section, Trial, TrialOrder};
use origin::{EmbeddedProgram, Kind};
use runner::{ArmProgram, Choices, EngineCommand, Observer, OriginSpec, Pins, Plan};
use workload::{Cell, Workload};

struct Silent;

impl Observer for Silent {
    fn origin(&mut self, _: &OriginInfo) {}
    fn begins(&mut self, _: &Section, _: &Cell, _: u32) {}
    fn ended(&mut self, _: &Section, _: &Trial) {}
}

/// The engine.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_known-answer");

/// Runs `rounds` trials of `cell` with the engine's arguments, and reads them back.
pub(crate) fn run(cell: &str, requests: u64, rounds: u32, args: &[&str]) -> Vec<Trial> {
    let engine = EngineCommand { program: PathBuf::from(PROGRAM), args: args.iter().map(OsString::from).collect() };
    run_with(cell, requests, rounds, Vec::new(), engine).trials
}

/// Runs `rounds` rounds of `cell` by the programs of `arms` in turn.
pub(crate) fn run_paired(cell: &str, requests: u64, rounds: u32, arms: Vec<ArmProgram>) -> RunResult {
    let engine = EngineCommand { program: PathBuf::from(PROGRAM), args: Vec::new() };
    run_with(cell, requests, rounds, arms, engine)
}

fn run_with(cell: &str, requests: u64, rounds: u32, arms: Vec<ArmProgram>, engine: EngineCommand) -> RunResult {
    let program = PathBuf::from(PROGRAM);
    let embedded = EmbeddedProgram { exe: program, leading_args: vec!["serve-embedded".into()] };
    let workload = Workload {
        path: "/get".parse().unwrap(),
        amount: workload::Amount::Requests(requests.try_into().unwrap()),
        rate: None,
        concurrency: 1.try_into().unwrap(),
        server: workload::Server::Httpbin,
        request: workload::RequestSpec::default(),
        hosts: workload::Hosts::MIN,
    };
    let section =
        Section { name: "test".into(), workload, rounds, cells: vec![cell.parse().unwrap()], varies: Vec::new() };
    let plan = Plan::of(Choices {
        arms,
        sections: vec![section],
        left_out: Vec::new(),
        scenario: None,
        order: TrialOrder::Interleaved,
        origin: OriginSpec::Ours(Kind::Embedded(embedded.clone())),
        why: "a test".into(),
        pins: Pins::default(),
        pinning: runner::default_pinning(),
        workers: Some(2),
        seed: Some(1),
        command: Vec::new(),
        program: embedded,
        external_engines: BTreeMap::new(),
        interrupt: Arc::new(AtomicBool::new(false)),
    });
    let plan = Plan { engine, ports: 2, deadline: Some(Duration::from_secs(5)), ..plan };
    let dir = tempfile::tempdir().unwrap();
    runner::run(plan, |run| ResultWriter::create(&dir.path().join("result"), run), &mut Silent).unwrap();
    RunResult::read(&dir.path().join("result")).unwrap()
}
