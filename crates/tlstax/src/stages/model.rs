//! The slides' model with measured parameters, and how close its prediction is.

use measure::result::{RunResult, Trial};
use serde::Serialize;
use talk::checks::costs;

/// The stage from which the times for sending and receiving are taken, and the stage to predict.
const FAST: &str = "1-recv";
const SLOW: &str = "2-recv";

/// The model's time for ten requests beside the measured one, s.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Prediction {
    /// The time to open, secure and send one request.
    pub(crate) send: f64,
    /// The time to receive and parse one response.
    pub(crate) receive: f64,
    pub(crate) fast_predicted: f64,
    pub(crate) fast_measured: f64,
    pub(crate) slow_predicted: f64,
    pub(crate) slow_measured: f64,
}

/// The prediction from the run's first section; `None` where the pair did not run.
pub(crate) fn prediction(result: &RunResult) -> Option<Prediction> {
    let section = result.run.sections.first()?;
    let (n, delay) = (section.workload.requests()?.get(), section.workload.path.delay_seconds());
    let of = |stage: &str| {
        let is = |trial: &&Trial| trial.section == section.name && trial.cell.client == stage && trial.cell.is_tls();
        result.trials.iter().find(is)
    };
    let (fast, slow) = (of(FAST)?, of(SLOW)?);
    let costs = costs(fast, delay)?;
    Some(Prediction {
        send: costs.send,
        receive: costs.receive,
        fast_predicted: costs.together(n),
        fast_measured: fast.wall_ns as f64 / 1e9,
        slow_predicted: costs.one_by_one(n),
        slow_measured: slow.wall_ns as f64 / 1e9,
    })
}

/// The prediction in one line.
pub(crate) fn line(prediction: &Prediction) -> String {
    let Prediction { send, receive, fast_predicted, fast_measured, slow_predicted, slow_measured } = prediction;
    let off = |predicted: f64, measured: f64| (predicted / measured - 1.0) * 100.0;
    format!(
        "The slides' model with what was measured here (send {:.2} ms, receive {:.2} ms a request): stage 1 \
         {fast_predicted:.3} s ({:+.1} %), stage 2 {slow_predicted:.3} s ({:+.1} %)",
        send * 1e3,
        receive * 1e3,
        off(*fast_predicted, *fast_measured),
        off(*slow_predicted, *slow_measured),
    )
}
