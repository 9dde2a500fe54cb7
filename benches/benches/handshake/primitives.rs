//! The group `primitives`: `STACK/PRIMITIVE`.

use std::time::Duration;

use bench_support::Series;
use criterion::Criterion;
use handshake::{Operation, Primitive, Stack};

use crate::log::Log;
use crate::setup::{Authorities, or_exit};

pub(crate) fn bench(criterion: &mut Criterion, authorities: &Authorities, log: &mut Log) {
    let mut group = criterion.benchmark_group("primitives");
    for stack in Stack::ALL {
        for primitive in Primitive::ALL.into_iter().filter(|primitive| primitive.missing(stack).is_none()) {
            let mut operation: Option<Operation> = None;
            let mut series = Series::default();
            group.bench_function(format!("{stack}/{primitive}"), |bencher| {
                let operation =
                    operation.get_or_insert_with(|| or_exit(primitive.prepare(stack, authorities.of(primitive.key()))));
                bencher.iter_custom(|times| {
                    let ns = or_exit(operation.run(times));
                    series.push(ns, times);
                    Duration::from_nanos(ns)
                });
            });
            log.primitive(stack, primitive, series);
        }
    }
    group.finish();
}
