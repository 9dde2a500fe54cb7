//! Open loop: cells at a fixed rate. Computes their additional figures, and which of them could not keep up.
//!
//! Latency from when a request was due is what a user of a service sees. Latency from its start excludes the time for
//! which a client that was busy with slow responses could not even send (coordinated omission, as Gil Tene calls it).

use measure::recorder::FROM_START;
use measure::result::{Flag, Trial};
use stats::Estimate;
use workload::Rate;

use crate::figure::Figure;
use crate::row::{OpenLoop, Row};
use crate::summary::Summary;

/// Share of late starts from which a cell counts as not keeping up: one in a hundred shows in the 99th percentile.
const LATE_SHARE: f64 = 0.01;

/// The least number of late starts that is reported: one or two may be due to the machine.
const LATE_LEAST: f64 = 3.0;

/// Share of the rate below which a cell counts as not reaching it.
const REACHED_SHARE: f64 = 0.99;

/// Over the trials that count; `None` where none does.
pub(crate) fn measured(trials: &[&Trial]) -> Option<OpenLoop> {
    let counting = || trials.iter().filter(|trial| trial.counts());
    let known = |figure: &dyn Fn(&Trial) -> Option<f64>| {
        let values: Option<Vec<f64>> = counting().map(|trial| figure(trial)).collect();
        values.and_then(|values| Estimate::of(&values)).map(Figure::from)
    };
    let quantile = |name: &'static str, quantile: f64| {
        move |trial: &Trial| Some(trial.times(name).ok()??.value_at_quantile(quantile) as f64)
    };
    Some(OpenLoop {
        from_start_p50_ns: known(&quantile(FROM_START, 0.5)),
        from_start_p99_ns: known(&quantile(FROM_START, 0.99)),
        start_error_p99_ns: known(&quantile("queue", 0.99)),
        late_share: known(&late_share),
        reached_per_second: known(&|trial| Some(reached(trial, quantile(FROM_START, 0.5)(trial))))?,
        pacer_us: known(&Trial::pacer_us),
    })
}

fn late_share(trial: &Trial) -> Option<f64> {
    let made = trial.errors.values().fold(trial.right, |sum, error| sum.saturating_add(error.count));
    trial.late.map(|late| late as f64 / made.max(1) as f64)
}

fn reached(trial: &Trial, last_took: Option<f64>) -> f64 {
    let starting = trial.wall_ns as f64 - last_took.unwrap_or(0.0);
    if starting > 0.0 { trial.right as f64 * 1e9 / starting } else { trial.per_second() }
}

/// A cell that could not keep up with its rate.
#[derive(Debug, Clone, Copy)]
pub struct Shortfall<'a> {
    /// Its row.
    pub row: &'a Row,
    /// The requested rate.
    pub rate: Rate,
    /// Requests per second that were reached.
    pub reached_per_second: f64,
    /// Whether that is less than the rate. Otherwise it reached the rate, but with requests that started late.
    pub fell_short: bool,
    /// Share of requests that started late, 0 to 1, if there were enough of them.
    pub late_share: Option<f64>,
    /// Why, as far as is known.
    pub cause: Cause,
}

/// Why a cell could not keep up with its rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause {
    /// The client's CPUs were full.
    ClientFull,
    /// The origin's CPUs were full.
    OriginFull,
    /// All slots were taken.
    SlotsTaken {
        /// How many there are.
        slots: u64,
    },
    /// Slots were free, and no CPUs were full.
    SlotsLeft {
        /// The most that were in use at once.
        most: f64,
        /// How many there are.
        slots: u64,
    },
    /// No CPUs were full, and it is not known how many slots were in use.
    Unknown,
}

/// The cells that could not keep up with the section's rate, in the order of its rows.
pub fn shortfalls(summary: &Summary) -> Vec<Shortfall<'_>> {
    let Some(rate) = summary.workload.rate else { return Vec::new() };
    summary.rows.iter().filter_map(|row| shortfall(summary, row, rate)).collect()
}

fn shortfall<'a>(summary: &Summary, row: &'a Row, rate: Rate) -> Option<Shortfall<'a>> {
    let figures = row.figures.as_ref()?;
    let paced = figures.paced?;
    let late = paced.late_share.map(|share| share.median);
    let reached_per_second = paced.reached_per_second.median;
    // If no request started late, all were made when they were due, however short the trial was.
    let fell_short = reached_per_second < REACHED_SHARE * rate.per_second() && late != Some(0.0);
    let requests = summary.workload.requests().map_or(0.0, |requests| requests.get() as f64);
    let many = late.filter(|late| *late > LATE_SHARE && late * requests >= LATE_LEAST);
    if !fell_short && many.is_none() {
        return None;
    }
    let cause = cause(row, figures.client_in_flight, u64::from(summary.workload.slots()));
    Some(Shortfall { row, rate, reached_per_second, fell_short, late_share: late, cause })
}

fn cause(row: &Row, in_flight: Option<Figure>, slots: u64) -> Cause {
    if row.flags.contains(&Flag::ClientFull) {
        return Cause::ClientFull;
    }
    if row.flags.contains(&Flag::OriginBound) {
        return Cause::OriginFull;
    }
    match in_flight.map(|most| most.median) {
        Some(most) if most >= slots as f64 => Cause::SlotsTaken { slots },
        Some(most) => Cause::SlotsLeft { most, slots },
        None => Cause::Unknown,
    }
}
