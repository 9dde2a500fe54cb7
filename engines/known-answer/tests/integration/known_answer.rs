//! tlstax reports the cost that an engine is known to have.

use crate::common;
use measure::result::Validity;

/// CPU of each request, µs.
const BURN_US: f64 = 2_000.0;

/// Sleep of each request, ms.
const SLEEP_MS: u64 = 20;

#[test]
fn burnt_cpu_and_slept_time_are_reported() {
    let trials = common::run("known/answer/plain/keep-alive", 40, 3, &["--burn-us", "2000", "--sleep-ms", "20"]);
    assert_eq!(trials.len(), 3);
    for trial in &trials {
        assert_eq!(trial.verdict, Validity::Valid);
        // A sleep is never short; on a busy machine it may be long.
        let slept = trial.times("wait").unwrap().unwrap().value_at_quantile(0.5) / 1_000_000;
        assert!((SLEEP_MS..4 * SLEEP_MS).contains(&slept), "{slept} ms reported, {SLEEP_MS} slept");
        assert!(trial.wall_ns >= 40 * (2_000_000 + 20_000_000));
    }
    // The median: a machine that is held up once, at the end of a trial, is charged to that one.
    let mut reported: Vec<f64> = trials.iter().map(|trial| trial.client_us()).collect();
    reported.sort_by(f64::total_cmp);
    let off = (reported[1] - BURN_US).abs() / BURN_US;
    assert!(off <= 0.05, "{reported:?} µs of CPU reported, {BURN_US} burnt");
}

#[test]
fn over_tls_an_honest_engine_is_valid() {
    for cell in ["known/answer/rustls/new-conn", "known/answer/rustls/keep-alive"] {
        let trials = common::run(cell, 20, 1, &[]);
        assert_eq!(trials[0].verdict, Validity::Valid, "{cell}");
    }
}
