//! What came before the measured part: requests that warmed a client up, and what they cost. It is in no figure, and
//! shown so that nobody need wonder.

use measure::result::Trial;
use serde::Serialize;
use stats::Estimate;

use crate::format::{grouped, number};
use crate::summary::{Figure, Summary};

/// What a cell's engine did before `go`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WarmUp {
    /// Requests, as the engine tells.
    pub requests: Figure,
    /// CPU time of preparing and warming up, as the engine tells, ms.
    pub cpu_ms: Figure,
    /// TLS handshakes, full or resumed, that the origin saw meanwhile; absent without a ledger.
    pub handshakes: Option<Figure>,
}

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

/// A section's warm-ups in a line: from the cell with the least to the one with the most.
pub(crate) fn line(summary: &Summary) -> Option<String> {
    let told: Vec<WarmUp> = summary.all().filter_map(|row| row.warm_up).collect();
    let span = |pick: &dyn Fn(&WarmUp) -> Option<Figure>| {
        let medians = told.iter().filter_map(pick).map(|figure| figure.median);
        medians.fold(None, |span, median| match span {
            None => Some((median, median)),
            Some((least, most)) => Some((f64::min(least, median), f64::max(most, median))),
        })
    };
    let requests = range(grouped, span(&|warm_up| Some(warm_up.requests))?);
    let cpu = range(number, span(&|warm_up| Some(warm_up.cpu_ms))?);
    let handshakes = span(&|warm_up| warm_up.handshakes).filter(|(_, most)| *most > 0.0);
    let handshakes = handshakes.map_or_else(String::new, |span| format!(" ({} handshakes)", range(grouped, span)));
    Some(format!("warm-up, in no figure: {requests} requests{handshakes} and {cpu} ms of client CPU a trial"))
}

fn range(say: fn(f64) -> String, (least, most): (f64, f64)) -> String {
    let (least, most) = (say(least), say(most));
    if least == most { least } else { format!("{least}–{most}") }
}
