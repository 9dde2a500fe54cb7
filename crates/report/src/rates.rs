//! Fixed rates and durations: what a section asks for in words, the latency with and without its wait for the start,
//! and which cells could not keep up.
//!
//! Latency from when a request was due is what a user of a service sees; latency from its start leaves out the time for
//! which a client that was busy with slow answers did not even send (coordinated omission, as Gil Tene calls it). Both
//! stand side by side, as wrk2 shows them.

use measure::recorder::FROM_START;
use measure::result::{Flag, Trial};
use measure::watch::LATE_NS;
use serde::Serialize;
use stats::Estimate;
use workload::{Amount, Rate, Workload};

use crate::format::{grouped, number, time};
use crate::summary::{Figure, Row, Summary};

/// Share of late starts from which a cell is said not to have kept up: one in a hundred shows in the 99th percentile.
const LATE_SHARE: f64 = 0.01;

/// Late starts below which nothing is said of them: one or two may be the machine's.
const LATE_LEAST: f64 = 3.0;

/// Share of the rate below which a cell is said not to have reached it.
const REACHED_SHARE: f64 = 0.99;

/// What was measured of a cell at a fixed rate, beside what is measured of all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Paced {
    /// Median of the time from the start of a request, ns.
    pub from_start_p50_ns: Option<Figure>,
    /// 99th percentile of the same, ns.
    pub from_start_p99_ns: Option<Figure>,
    /// 99th percentile of how long after it was due a request was started, ns.
    pub start_error_p99_ns: Option<Figure>,
    /// Share of requests that were started more than 1 ms after they were due, 0 to 1.
    pub late_share: Option<Figure>,
    /// Requests per second of the time in which requests were started: that of a trial, less the median time that the
    /// last of them took. A short trial at a slow origin would otherwise seem to fall behind.
    pub reached_per_second: Figure,
    /// CPU of pacing, µs per request; it is no part of the client's.
    pub pacer_us: Option<Figure>,
}

impl Paced {
    /// Over the trials that count; `None` where none does.
    pub(crate) fn of(trials: &[&Trial]) -> Option<Paced> {
        let counting = || trials.iter().filter(|trial| trial.counts());
        let known = |figure: &dyn Fn(&Trial) -> Option<f64>| {
            let values: Option<Vec<f64>> = counting().map(|trial| figure(trial)).collect();
            values.and_then(|values| Estimate::of(&values)).map(Figure::from)
        };
        let quantile = |name: &'static str, quantile: f64| {
            move |trial: &Trial| Some(trial.times(name).ok()??.value_at_quantile(quantile) as f64)
        };
        Some(Paced {
            from_start_p50_ns: known(&quantile(FROM_START, 0.5)),
            from_start_p99_ns: known(&quantile(FROM_START, 0.99)),
            start_error_p99_ns: known(&quantile("queue", 0.99)),
            late_share: known(&late_share),
            reached_per_second: known(&|trial| Some(reached(trial, quantile(FROM_START, 0.5)(trial))))?,
            pacer_us: known(&Trial::pacer_us),
        })
    }
}

fn late_share(trial: &Trial) -> Option<f64> {
    let made = trial.errors.values().fold(trial.right, |sum, error| sum.saturating_add(error.count));
    trial.late.map(|late| late as f64 / made.max(1) as f64)
}

fn reached(trial: &Trial, last_took: Option<f64>) -> f64 {
    let starting = trial.wall_ns as f64 - last_took.unwrap_or(0.0);
    if starting > 0.0 { trial.right as f64 * 1e9 / starting } else { trial.per_second() }
}

/// What a workload asks for: `800 × GET /get`, `GET /get for 2.00 s`, `400 × GET /get at 200/s`.
pub fn asked(workload: &Workload) -> String {
    let path = &workload.path;
    let what = match (workload.requests(), workload.amount) {
        (Some(requests), _) => format!("{} × GET {path}", grouped(requests.get() as f64)),
        (None, Amount::Duration(ns)) => format!("GET {path} for {}", time(ns.get() as f64)),
        (None, Amount::Requests(_)) => format!("GET {path}"),
    };
    match workload.rate {
        Some(rate) => format!("{what} at {}/s", per_second(rate)),
        None => what,
    }
}

fn per_second(rate: Rate) -> String {
    let rate = rate.per_second();
    if rate.fract() == 0.0 { grouped(rate) } else { rate.to_string() }
}

/// The latency from the start of requests beside the one from when they were due, and how many started late, in a few
/// words.
pub fn note(row: &Row) -> Option<String> {
    let paced = row.figures.as_ref()?.paced?;
    let (p50, p99) = (paced.from_start_p50_ns?.median, paced.from_start_p99_ns?.median);
    let late = paced.late_share.map_or_else(String::new, |late| format!(", {} % late", number(late.median * 100.0)));
    Some(format!("from its start p50 {}, p99 {}{late}", time(p50), time(p99)))
}

/// Who could not keep up with the section's rate, a sentence each.
pub fn sentences(summary: &Summary) -> Vec<String> {
    let Some(rate) = summary.workload.rate else { return Vec::new() };
    summary.rows.iter().filter_map(|row| sentence(summary, row, rate)).collect()
}

fn sentence(summary: &Summary, row: &Row, rate: Rate) -> Option<String> {
    let figures = row.figures.as_ref()?;
    let paced = figures.paced?;
    let late = paced.late_share.map(|share| share.median);
    let reached = paced.reached_per_second.median;
    // Where it is known that nothing started late, all was made when it was due, however short the trial was.
    let short = reached < REACHED_SHARE * rate.per_second() && late != Some(0.0);
    let requests = summary.workload.requests().map_or(0.0, |requests| requests.get() as f64);
    let many = late.filter(|late| *late > LATE_SHARE && late * requests >= LATE_LEAST);
    if !short && many.is_none() {
        return None;
    }
    let late = late.map(|late| format!("{} % started more than {} ms late", number(late * 100.0), LATE_NS / 1_000_000));
    let (cell, due) = (&row.cell, per_second(rate));
    let why = why(row, figures.client_in_flight, u64::from(summary.workload.slots()));
    Some(match (short, late) {
        (true, late) => {
            let late = late.map_or_else(String::new, |late| format!(", {late}"));
            format!(
                "{cell} could not keep up with {due} requests/s: {} a second were made{late}; {why}.",
                number(reached)
            )
        }
        (false, late) => {
            format!(
                "{cell} made {due} requests/s, but not always when they were due: {}; {why}.",
                late.unwrap_or_default()
            )
        }
    })
}

/// Why a cell could not keep up, as far as is known.
fn why(row: &Row, in_flight: Option<Figure>, slots: u64) -> String {
    let most = in_flight.map(|most| most.median);
    if row.flags.contains(&Flag::ClientFull) {
        return "the client's CPUs were full".to_owned();
    }
    if row.flags.contains(&Flag::OriginBound) {
        return "the origin's CPUs were full".to_owned();
    }
    match (most, slots) {
        (Some(most), 1) if most >= 1.0 => "its one slot was taken: raise -c".to_owned(),
        (Some(most), slots) if most >= slots as f64 => format!("all {slots} slots were taken: raise -c"),
        (Some(most), slots) => {
            let held = "the model takes no more at once, or something else on this machine held it up";
            format!("it had {most:.0} of {slots} slots in use at most, and no CPUs were full: {held}")
        }
        (None, _) => "why is not known: no CPUs were full".to_owned(),
    }
}

/// The columns of a fixed-rate section beside the others, each with its rank in [`crate::table`].
pub(crate) const COLUMNS: [(&str, u8); 4] =
    [("p50 from\nstart", 6), ("p99 from\nstart", 3), ("late", 2), ("pacer CPU\nµs/req", 8)];

/// The fields of these columns.
pub(crate) fn fields(paced: Option<&Paced>) -> [String; COLUMNS.len()] {
    let Some(paced) = paced else { return [const { String::new() }; COLUMNS.len()] };
    let shown = |figure: Option<Figure>, words: fn(f64) -> String| {
        figure.map_or_else(String::new, |figure| words(figure.median))
    };
    [
        shown(paced.from_start_p50_ns, time),
        shown(paced.from_start_p99_ns, time),
        shown(paced.late_share, |share| format!("{} %", number(share * 100.0))),
        shown(paced.pacer_us, number),
    ]
}

/// The columns of a spreadsheet, empty where there is no rate.
pub(crate) const HEADER: [&str; 7] = [
    "rate_per_second",
    "reached_per_second",
    "from_start_p50_ns",
    "from_start_p99_ns",
    "start_error_p99_ns",
    "late_share",
    "pacer_cpu_us_per_request",
];

/// The fields of a spreadsheet's line.
pub(crate) fn record(workload: &Workload, row: &Row) -> [String; HEADER.len()] {
    let paced = row.figures.as_ref().and_then(|figures| figures.paced);
    let told = |pick: fn(Paced) -> Option<Figure>| {
        paced.and_then(pick).map_or_else(String::new, |figure| figure.median.to_string())
    };
    [
        workload.rate.map_or_else(String::new, |rate| rate.to_string()),
        told(|paced| Some(paced.reached_per_second)),
        told(|paced| paced.from_start_p50_ns),
        told(|paced| paced.from_start_p99_ns),
        told(|paced| paced.start_error_p99_ns),
        told(|paced| paced.late_share),
        told(|paced| paced.pacer_us),
    ]
}

#[cfg(test)]
mod tests;
