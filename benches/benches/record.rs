//! The harness's own cost per request: timestamps, histograms, and the lock of a shard.
//!
//! `keep-alive` is a request over a kept connection, `new-conn` one that also connects and makes a handshake. Both do
//! exactly what a slot and its connection do around a fetch, and nothing else.

use std::process::ExitCode;

use bench_support::{folder, page};
use criterion::{Criterion, Throughput};
use measure::clock::now_ns;
use measure::marks::{ByteMarks, RequestMarks, SetupMarks};
use measure::recorder::Recorder;

fn request(marks: &RequestMarks, moved: &ByteMarks, recorder: &Recorder, due: u64, fresh: bool) -> u64 {
    marks.clear();
    let start = now_ns();
    if fresh {
        let mut setup = SetupMarks::connected();
        setup.secured();
        marks.opened(setup);
    }
    moved.clear();
    moved.wrote();
    moved.read();
    marks.moved(moved);
    let done = now_ns();
    recorder.right(&marks.timeline(due, start, done));
    done
}

fn record(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    group.throughput(Throughput::Elements(1));
    for (name, fresh) in [("keep-alive", false), ("new-conn", true)] {
        let (marks, moved) = (RequestMarks::default(), ByteMarks::default());
        let recorder = Recorder::new(1 << 32, 2);
        let mut due = now_ns();
        group.bench_function(name, |bencher| {
            bencher.iter(|| due = request(&marks, &moved, &recorder, due, fresh));
        });
    }
    group.bench_function("clock", |bencher| bencher.iter(now_ns));
    group.finish();
}

fn main() -> ExitCode {
    let mut criterion = Criterion::default().configure_from_args();
    record(&mut criterion);
    criterion.final_summary();
    // This is the last benchmark of a `cargo bench`, so its last line says where the page is.
    match page::draw(&folder::of_this_bench()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
