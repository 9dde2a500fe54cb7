//! Fixed rates and durations in words: what a section runs, the latency with and without its wait for the start, and
//! which cells could not keep up. Both latencies are shown side by side, as in wrk2.

use analysis::open_loop::{Cause, Shortfall, shortfalls};
use analysis::row::Row;
use analysis::summary::Summary;
use measure::event_loop_lag::LATE_NS;
use workload::{Amount, Rate, Workload};

use crate::format::{grouped, number, time};

/// The work of a workload: `800 × GET /get`, `GET /get for 2.00 s`, `400 × GET /get at 200/s`.
pub(crate) fn asked(workload: &Workload) -> String {
    let asked = workload.request.to_string();
    // The method stands before the path, what comes with it behind.
    let (method, with) = asked.split_once(' ').map_or((asked.as_str(), String::new()), |(m, w)| (m, format!(" {w}")));
    let path = &workload.path;
    let what = match (workload.requests(), workload.amount) {
        (Some(requests), _) => format!("{} × {method} {path}{with}", grouped(requests.get() as f64)),
        (None, Amount::Duration(ns)) => format!("{method} {path}{with} for {}", time(ns.get() as f64)),
        (None, Amount::Requests(_)) => format!("{method} {path}{with}"),
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

/// The latency from the start of requests, as opposed to that from when they were due, and how many started late.
pub(crate) fn note(row: &Row) -> Option<String> {
    let paced = row.figures.as_ref()?.paced?;
    let (p50, p99) = (paced.from_start_p50_ns?.median, paced.from_start_p99_ns?.median);
    let late = paced.late_share.map_or_else(String::new, |late| format!(", {} % late", number(late.median * 100.0)));
    Some(format!("from its start p50 {}, p99 {}{late}", time(p50), time(p99)))
}

/// The cells that could not keep up with the section's rate, a sentence each.
pub(crate) fn sentences(summary: &Summary) -> Vec<String> {
    shortfalls(summary).iter().map(sentence).collect()
}

fn sentence(shortfall: &Shortfall<'_>) -> String {
    let late = shortfall.late_share;
    let late = late.map(|late| format!("{} % started more than {} ms late", number(late * 100.0), LATE_NS / 1_000_000));
    let (cell, due) = (&shortfall.row.cell, per_second(shortfall.rate));
    let why = why(shortfall.cause);
    match (shortfall.fell_short, late) {
        (true, late) => {
            let late = late.map_or_else(String::new, |late| format!(", {late}"));
            format!(
                "{cell} could not keep up with {due} requests/s: {} a second were made{late}; {why}.",
                number(shortfall.reached_per_second)
            )
        }
        (false, late) => {
            format!(
                "{cell} made {due} requests/s, but not always when they were due: {}; {why}.",
                late.unwrap_or_default()
            )
        }
    }
}

/// Why a cell could not keep up, as far as is known.
fn why(cause: Cause) -> String {
    match cause {
        Cause::ClientFull => "the client's CPUs were full".to_owned(),
        Cause::OriginFull => "the origin's CPUs were full".to_owned(),
        Cause::SlotsTaken { slots: 1 } => "its one slot was taken: raise -c".to_owned(),
        Cause::SlotsTaken { slots } => format!("all {slots} slots were taken: raise -c"),
        Cause::SlotsLeft { most, slots } => {
            let held = "the model takes no more at once, or something else on this machine held it up";
            format!("it had {most:.0} of {slots} slots in use at most, and no CPUs were full: {held}")
        }
        Cause::Unknown => "why is not known: no CPUs were full".to_owned(),
    }
}

#[cfg(test)]
mod tests;
