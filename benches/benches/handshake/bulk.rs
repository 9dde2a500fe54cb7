//! The group `bulk`: `STACK/VERSION/SIDE`, 1 MiB from server to client over an established connection.

use std::time::Duration;

use bench_support::Series;
use criterion::{Criterion, Throughput};
use handshake::{Case, Kind, Link, Side, Stack};
use params::{CertificateKey, Group, TlsVersion};

use crate::handshakes::of;
use crate::log::Log;
use crate::setup::{Authorities, or_exit};

/// Bytes of a transfer.
const BYTES: usize = 1 << 20;

pub(crate) fn bench(criterion: &mut Criterion, authorities: &Authorities, log: &mut Log) {
    let mut group = criterion.benchmark_group("bulk");
    group.throughput(Throughput::Bytes(BYTES as u64));
    let bytes = vec![b'x'; BYTES];
    for stack in Stack::ALL {
        for version in [TlsVersion::Tls13, TlsVersion::Tls12] {
            // The kind of handshake does not affect the transfer.
            let case = Case { stack, version, group: Group::X25519, key: CertificateKey::EcdsaP256, kind: Kind::Full };
            let mut link: Option<Box<dyn Link>> = None;
            for side in Side::ALL {
                let mut series = Series::default();
                group.bench_function(format!("{stack}/{}/{side}", version.in_benchmarks()), |bencher| {
                    let link = link.get_or_insert_with(|| {
                        or_exit(case.pair(authorities.of(case.key)).and_then(|mut pair| pair.link()))
                    });
                    bencher.iter_custom(|times| {
                        let mut sum = 0;
                        for _ in 0..times {
                            let ns = of(side, or_exit(link.transfer(&bytes)));
                            series.push(ns, 1);
                            sum += ns;
                        }
                        Duration::from_nanos(sum)
                    });
                });
                log.bulk(stack, version, side, BYTES as u64, series);
            }
        }
    }
    group.finish();
}
