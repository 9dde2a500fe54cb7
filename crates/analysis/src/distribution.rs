//! Latency by percentile and time by phase, over all rounds of a cell that count.
//!
//! Histograms of rounds are merged, because high percentiles need all requests. Phases are means, because means of
//! parts add up to the mean of the whole and medians do not.

use measure::histogram::Times;
use measure::phase::Phase;
use measure::result::{PhaseTime, Trial};

/// The percentiles that are reported, as quantiles: denser where few requests lie, as on HdrHistogram's own axis.
pub const QUANTILES: [f64; 16] =
    [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999];

/// The merged data of one cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distribution {
    /// Requests in it.
    pub requests: u64,
    /// Quantile (0 to 1) and latency there, ns. A quantile beyond which less than one request lies is omitted.
    pub percentiles: Vec<(f64, f64)>,
    /// Mean time by phase, ns, of the phases that the client reports.
    pub phases: Vec<(Phase, f64)>,
}

impl Distribution {
    /// Merges the trials that count.
    pub fn of(trials: &[&Trial]) -> Distribution {
        let counting: Vec<&Trial> = trials.iter().filter(|trial| trial.counts()).copied().collect();
        let Some(total) = merged(&counting, "total") else { return Distribution::default() };
        let requests = total.len();
        let told = QUANTILES.into_iter().filter(|quantile| requests as f64 * (1.0 - quantile) >= 1.0);
        let percentiles = told.map(|quantile| (quantile, total.value_at_quantile(quantile) as f64)).collect();
        let phases = Phase::ALL.into_iter();
        let phases = phases.filter_map(|phase| Some((phase, mean_ns(&counting, phase)?))).collect();
        Distribution { requests, percentiles, phases }
    }

    /// Mean time of a phase, ns; `None` if the client does not report it.
    pub fn phase(&self, wanted: Phase) -> Option<f64> {
        self.phases.iter().find(|(phase, _)| *phase == wanted).map(|(_, ns)| *ns)
    }
}

/// The mean time in a phase over all trials, ns; `None` if none reports it.
fn mean_ns(trials: &[&Trial], phase: Phase) -> Option<f64> {
    let times = trials.iter().filter_map(|trial| trial.phase_time(phase).ok().flatten());
    times.reduce(PhaseTime::and).map(PhaseTime::mean_ns)
}

/// The histogram of all trials; `None` if none has it. 32-bit counts saturate beyond 4.3 thousand million requests.
fn merged(trials: &[&Trial], phase: &str) -> Option<Times> {
    let mut all = trials.iter().filter_map(|trial| trial.times(phase).ok().flatten());
    let first = all.next()?;
    // Histograms of the same resolution can be added; one of another resolution could not share an axis either.
    Some(all.fold(first, |mut sum, times| {
        let _ = sum.add(times);
        sum
    }))
}
