//! What came before the measured part: requests that warmed a client up, and what they cost. It is in no figure, and
//! shown so that nobody need wonder.

use measure::result::Trial;
use stats::Estimate;

use crate::figure::Figure;
use crate::row::WarmUp;

/// The warm-up of trials; `None` where an engine tells of none.
pub(crate) fn of(trials: &[&Trial]) -> Option<WarmUp> {
    let over = |pick: &dyn Fn(&Trial) -> Option<f64>| {
        let values: Option<Vec<f64>> = trials.iter().map(|trial| pick(trial)).collect();
        Some(Figure::from(Estimate::of(&values?)?))
    };
    let warm_up = WarmUp {
        requests: over(&|trial| Some(trial.engine.as_ref()?.warm_up_requests as f64))?,
        cpu_ms: over(&|trial| Some(trial.engine.as_ref()?.warm_up_cpu_ns as f64 / 1e6))?,
        handshakes: over(&|trial| {
            trial.warm_up.as_ref().map(|seen| (seen.handshakes.full + seen.handshakes.resumed) as f64)
        }),
    };
    (warm_up.requests.high > 0.0 || warm_up.cpu_ms.high > 0.0).then_some(warm_up)
}
