//! The figures of a comparison in words: what stands above a column of them, and how each is written.

use analysis::comparison::metric::Metric;

use crate::format::{memory, number, time};

/// What stands above a column of this figure, with its unit where the figures carry none.
pub(super) fn heading(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "client CPU, µs/req",
        Metric::Rate => "req/s",
        Metric::P50 => "p50",
        Metric::P99 => "p99",
        Metric::Rss => "peak RSS",
    }
}

/// A value of this figure as people read it.
pub(super) fn text(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Cpu | Metric::Rate => number(value),
        Metric::P50 | Metric::P99 => time(value),
        Metric::Rss => memory(value),
    }
}
