//! Criterion's hook leaves a picture, by whichever way the system allows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::hint::black_box;

use bench_support::profiler::Flamegraphs;
use criterion::profiler::Profiler;
use measure::clock::own_cpu_ns;

/// The picture of 300 ms of CPU time.
fn picture(mut flamegraphs: Flamegraphs) -> String {
    let folder = tempfile::tempdir().unwrap();
    flamegraphs.start_profiling("stack/model", folder.path());
    let begun = own_cpu_ns();
    while own_cpu_ns() < begun + 300_000_000 {
        black_box((0..1000u64).fold(1, |a, b| a ^ black_box(b)));
    }
    flamegraphs.stop_profiling("stack/model", folder.path());
    assert!(folder.path().join("stacks.folded").metadata().unwrap().len() > 0);
    std::fs::read_to_string(folder.path().join("flamegraph.svg")).unwrap()
}

#[test]
fn a_picture_by_signals_says_what_its_stacks_are_worth() {
    assert!(picture(Flamegraphs::new(Vec::new()).by_signals()).contains("with fewer than 2 frames"));
    let best = picture(Flamegraphs::new(Vec::new()));
    assert!(best.contains("stack/model") && best.contains("samples"));
}
