//! The groups `full` and `resumed`: `STACK/VERSION/GROUP/KEY/SIDE`.

use std::time::Duration;

use bench_support::Series;
use criterion::{Criterion, Throughput};
use handshake::{Case, Kind, Pair, Side, Times};

use crate::log::Log;
use crate::setup::{Authorities, or_exit};

pub(crate) fn bench(criterion: &mut Criterion, authorities: &Authorities, log: &mut Log) {
    for kind in Kind::ALL {
        let mut group = criterion.benchmark_group(kind.name());
        group.throughput(Throughput::Elements(1));
        for case in Case::all().filter(|case| case.kind == kind && case.missing().is_none()) {
            // Made when first needed, and shared by both sides.
            let mut pair: Option<Box<dyn Pair>> = None;
            for side in Side::ALL {
                let mut series = Series::default();
                group.bench_function(format!("{case}/{side}"), |bencher| {
                    let pair = pair.get_or_insert_with(|| or_exit(case.pair(authorities.of(case.key))));
                    bencher.iter_custom(|times| {
                        let mut sum = 0;
                        for _ in 0..times {
                            let ns = of(side, or_exit(pair.handshake()));
                            series.push(ns, 1);
                            sum += ns;
                        }
                        Duration::from_nanos(sum)
                    });
                });
                log.handshakes(case, side, series);
            }
        }
        group.finish();
    }
}

/// A side's share, ns.
pub(crate) fn of(side: Side, times: Times) -> u64 {
    match side {
        Side::Client => times.client_ns,
        Side::Server => times.server_ns,
    }
}
