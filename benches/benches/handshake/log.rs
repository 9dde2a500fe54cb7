//! Keeps every timing that Criterion requests, because Criterion does not give access to its samples.

use bench_support::Series;
use handshake::{Case, Primitive, Side, Stack};
use measure::result::handshakes::{BulkFigure, HandshakeFigure, InMemory, PrimitiveFigure};
use params::TlsVersion;

/// Timings of a run, in its order.
#[derive(Default)]
pub(crate) struct Log {
    handshakes: Vec<(Case, Side, Series)>,
    bulk: Vec<(Stack, TlsVersion, Side, u64, Series)>,
    primitives: Vec<(Stack, Primitive, Series)>,
}

impl Log {
    pub(crate) fn handshakes(&mut self, case: Case, side: Side, series: Series) {
        if series.count() > 0 {
            self.handshakes.push((case, side, series));
        }
    }

    pub(crate) fn bulk(&mut self, stack: Stack, version: TlsVersion, side: Side, bytes: u64, series: Series) {
        if series.count() > 0 {
            self.bulk.push((stack, version, side, bytes, series));
        }
    }

    pub(crate) fn primitive(&mut self, stack: Stack, primitive: Primitive, series: Series) {
        if series.count() > 0 {
            self.primitives.push((stack, primitive, series));
        }
    }

    pub(crate) fn figures(&self) -> InMemory {
        let handshakes = self.handshakes.iter().map(|(case, side, series)| HandshakeFigure {
            stack: case.stack.to_string(),
            library: case.stack.library(),
            version: case.version.in_benchmarks().to_owned(),
            group: case.group.registered().to_owned(),
            key: case.key.to_string(),
            kind: case.kind.to_string(),
            side: side.to_string(),
            ns_per_handshake: series.median(),
            mean_ns: series.mean(),
            handshakes: series.count(),
        });
        let bulk = self.bulk.iter().map(|(stack, version, side, bytes, series)| BulkFigure {
            stack: stack.to_string(),
            library: stack.library(),
            version: version.in_benchmarks().to_owned(),
            side: side.to_string(),
            bytes: *bytes,
            ns_per_transfer: series.median(),
            mean_ns: series.mean(),
            transfers: series.count(),
        });
        let primitives = self.primitives.iter().map(|(stack, primitive, series)| PrimitiveFigure {
            stack: stack.to_string(),
            library: stack.library(),
            primitive: primitive.to_string(),
            ns: series.median(),
            mean_ns: series.mean(),
            count: series.count(),
        });
        InMemory { handshakes: handshakes.collect(), bulk: bulk.collect(), primitives: primitives.collect() }
    }
}
