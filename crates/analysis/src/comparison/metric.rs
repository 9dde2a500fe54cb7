//! The figures of a trial that can be compared: their units, and whether more is better.

use measure::result::Trial;
use serde::Serialize;

/// A figure of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Client CPU per request, µs.
    Cpu,
    /// Requests per second.
    Rate,
    /// Median latency, ns.
    P50,
    /// 99th percentile of latency, ns.
    P99,
    /// Peak resident memory of the client without the recorder's, bytes.
    Rss,
}

impl Metric {
    /// All metrics, the main one first.
    pub const ALL: [Metric; 5] = [Metric::Cpu, Metric::Rate, Metric::P50, Metric::P99, Metric::Rss];

    /// Its name on the command line and in data.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Cpu => "cpu",
            Metric::Rate => "rate",
            Metric::P50 => "p50",
            Metric::P99 => "p99",
            Metric::Rss => "rss",
        }
    }

    /// Whether it comes from a histogram, which is slow to decode.
    fn is_latency(self) -> bool {
        matches!(self, Metric::P50 | Metric::P99)
    }
}

/// The figures of one trial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    cpu: f64,
    rate: f64,
    rss: f64,
    /// p50 and p99, if they were requested and measured.
    latency: Option<(f64, f64)>,
}

impl Measured {
    /// Reads them from a trial; decodes its histogram only if one of `metrics` needs it.
    pub(crate) fn of(trial: &Trial, metrics: &[Metric]) -> Measured {
        let times = || trial.times("total").ok().flatten();
        let needed = metrics.iter().any(|metric| metric.is_latency());
        let latency = if needed { times() } else { None };
        Measured {
            cpu: trial.client_us(),
            rate: trial.per_second(),
            rss: trial.model_memory_bytes() as f64,
            latency: latency.map(|times| (times.value_at_quantile(0.5) as f64, times.value_at_quantile(0.99) as f64)),
        }
    }

    /// One of them. `None` if it was not measured; 0 counts as not measured, since none of these can be 0.
    pub(crate) fn get(&self, metric: Metric) -> Option<f64> {
        let value = match metric {
            Metric::Cpu => self.cpu,
            Metric::Rate => self.rate,
            Metric::P50 => self.latency?.0,
            Metric::P99 => self.latency?.1,
            Metric::Rss => self.rss,
        };
        (value > 0.0 && value.is_finite()).then_some(value)
    }
}
