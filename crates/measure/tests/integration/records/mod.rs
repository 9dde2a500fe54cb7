//! A run and a trial to write.

use std::collections::BTreeMap;

use measure::machine::Machine;
use measure::process::Cost;
use measure::result::{FORMAT, Handshake, Order, OriginInfo, Pinning, RunInfo, Section, Terms, Trial, Verdict};
use workload::{Path, Server, Workload};

pub(crate) fn run() -> RunInfo {
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
        order: Order::Interleaved,
        arms: Vec::new(),
        scenario: None,
        sections: vec![Section {
            name: "cost".into(),
            workload: Workload {
                path: Path::get(),
                amount: workload::Amount::Requests(100.try_into().unwrap()),
                rate: None,
                concurrency: 1.try_into().unwrap(),
                server: Server::Httpbin,
                hosts: workload::Hosts::MIN,
            },
            rounds: 2,
            cells: vec!["serial/ureq/plain/new-conn".parse().unwrap()],
            varies: Vec::new(),
        }],
        left_out: Vec::new(),
        resumed: Vec::new(),
        ended: None,
        interrupted: false,
    }
}

pub(crate) fn trial(round: u32) -> Trial {
    Trial {
        run: Some(run().started),
        section: "cost".into(),
        cell: "serial/ureq/plain/new-conn".parse().unwrap(),
        arm: None,
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
