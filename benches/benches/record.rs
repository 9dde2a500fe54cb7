//! What the harness itself adds to a request: stamps, histograms, and the lock of a shard.
//!
//! `keep-alive` is a request over a kept connection, `new-conn` one that also connects and makes a handshake. Both do
//! exactly what a slot does around a fetch, and nothing else.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use measure::clock::now_ns;
use measure::marks::Marks;
use measure::recorder::Recorder;

fn request(marks: &Marks, recorder: &Recorder, due: u64, fresh: bool) -> u64 {
    marks.clear();
    let start = now_ns();
    if fresh {
        marks.connected();
        marks.secured();
    }
    marks.wrote();
    marks.read();
    let done = now_ns();
    recorder.right(&marks.timeline(due, start, done));
    done
}

fn record(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    group.throughput(Throughput::Elements(1));
    for (name, fresh) in [("keep-alive", false), ("new-conn", true)] {
        let marks = Marks::default();
        let recorder = Recorder::new(1 << 32, 2);
        let mut due = now_ns();
        group.bench_function(name, |bencher| {
            bencher.iter(|| due = request(&marks, &recorder, due, fresh));
        });
    }
    group.bench_function("clock", |bencher| bencher.iter(now_ns));
    group.finish();
}

criterion_group!(benches, record);
criterion_main!(benches);
