//! Runs made up for tests.

use std::collections::BTreeMap;

use measure::result::{Section, Terms, Trial, Verdict};
use workload::Workload;

/// A trial of a hundred requests that cost `client_us` each.
pub(crate) fn trial(cell: &str, round: u32, client_us: u64) -> Trial {
    let cpu_ns = client_us * 1_000 * 100;
    let zero: measure::process::Cost = measure::process::Cost::default();
    Trial {
        run: None,
        section: "cost".into(),
        cell: cell.parse().unwrap(),
        arm: None,
        round,
        verdict: Verdict::Valid,
        engine: None,
        wall_ns: 1_000_000_000,
        right: 100,
        errors: BTreeMap::new(),
        client: measure::process::Cost { cpu_ns, user_share: None },
        origin: zero,
        peak_memory_bytes: 0,
        recorder_bytes: 0,
        ledger: None,
        warm_up: None,
        flags: Vec::new(),
        steal_ns: 0,
        time_wait: 0,
        histograms: BTreeMap::new(),
        sample: Vec::new(),
        phases: BTreeMap::new(),
        trace: Vec::new(),
        profile: None,
        terms: Terms::Pinned,
        client_in_flight: None,
        event_loop: None,
        threads: None,
        verifies: None,
        late: None,
        pacer_cpu_ns: None,
    }
}

/// A section of these cells.
pub(crate) fn section(cells: &[&str]) -> Section {
    Section {
        name: "cost".into(),
        workload: Workload {
            path: "/get".parse().unwrap(),
            amount: workload::Amount::Requests(100.try_into().unwrap()),
            rate: None,
            concurrency: 4.try_into().unwrap(),
            server: workload::Server::Httpbin,
            hosts: workload::Hosts::MIN,
        },
        rounds: 2,
        cells: cells.iter().map(|cell| cell.parse().unwrap()).collect(),
        varies: Vec::new(),
    }
}

pub(crate) const PLAIN: &str = "m/c/plain/new-conn";
pub(crate) const SECURE: &str = "m/c/rustls/new-conn";

/// Two rounds of a floor, whose terms are its own.
pub(crate) fn floor(cell: &str, client_us: [u64; 2]) -> [Trial; 2] {
    [1, 2].map(|round| Trial {
        terms: if cell.contains("sockets") { Terms::Pinned } else { Terms::Floor },
        ..trial(cell, round, client_us[round as usize - 1])
    })
}

pub(crate) const MEMORY: &str = "floor/memory/rustls/new-conn";
pub(crate) const SOCKETS: &str = "floor/sockets/plain/new-conn";

/// A trial of a hundred requests, of which the sample tells that latency changes by `step` ns with each.
pub(crate) fn drifting(round: u32, step: i64) -> Trial {
    let line = |at: u64| {
        let latency = (100_000 + step * i64::try_from(at).unwrap()).unsigned_abs() + at * 7_919 % 101;
        measure::phase::Timeline { due: at * 1_000, done: at * 1_000 + latency, ..Default::default() }
    };
    Trial { sample: (0..50).map(line).collect(), ..trial(PLAIN, round, 10) }
}
