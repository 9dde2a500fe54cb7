//! A run and a trial to write.

use measure::machine::Machine;
use measure::result::{RunInfo, Section, Trial, Validity};

const CELL: &str = "serial/ureq/plain/new-conn";

pub(crate) fn run() -> RunInfo {
    RunInfo {
        machine: Machine::read(),
        sections: vec![Section { rounds: 2, ..fixtures::section(&[CELL]) }],
        ..fixtures::run()
    }
}

pub(crate) fn trial(round: u32) -> Trial {
    Trial {
        run: Some(run().started),
        verdict: Validity::Invalid(vec!["99 of 100 requests".into()]),
        wall_ns: 2_000_000,
        peak_memory_bytes: 10,
        recorder_bytes: 20,
        ..fixtures::trial(CELL, round, 10)
    }
}
