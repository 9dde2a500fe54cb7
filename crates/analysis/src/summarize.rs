//! Summarises a run: one row for each cell and section, medians over rounds, the TLS tax paired by round.

use std::collections::BTreeMap;

use measure::result::{Flag, RunResult, Section, Terms, Trial, TrialOrder, Validity};
use rayon::prelude::*;
use stats::Estimate;
use workload::floor::is_floor;
use workload::{Cell, Rtt};

use crate::by_cell::ByCell;
use crate::compare::{Comparison, compare};
use crate::figure::Figure;
use crate::floors::distances;
use crate::row::{Figures, Round, Row, Seen, Tax};
use crate::summary::Summary;
use crate::{axis_comparison, drift, open_loop, round_trips, warm_up};

/// Summarises every section of a run.
pub fn summaries(result: &RunResult) -> Vec<Summary> {
    let trials = ByCell::new(&result.trials);
    result.run.sections.iter().map(|section| summary(section, &trials, result.run.order)).collect()
}

/// Summarises one section of a run, from its `trials`.
pub fn summary(section: &Section, trials: &ByCell<'_>, order: TrialOrder) -> Summary {
    // Decoding histograms takes most of the time, so all cores share it. If no cell is distant, the medians of single
    // rounds are not needed.
    let far = section.cells.iter().any(|cell| cell.axes.rtt > Rtt::NONE);
    let all: Vec<Row> =
        section.cells.par_iter().map(|cell| row(section, cell, trials.of(section, cell), far)).collect();
    let (floors, mut rows): (Vec<Row>, Vec<Row>) = all.into_iter().partition(|row| is_floor(&row.cell));
    if section.workload.rate.is_some() {
        rows.par_iter_mut().for_each(|row| {
            if let Some(figures) = &mut row.figures {
                figures.paced = open_loop::measured(trials.of(section, &row.cell));
            }
        });
    }
    let derived: Vec<_> = rows
        .iter()
        .map(|row| (tax(&rows, row, order), round_trips::added(&rows, row), distances(&rows, &floors, row, order)))
        .collect();
    for (row, (tax, round_trips, floors)) in rows.iter_mut().zip(derived) {
        if let Some(figures) = &mut row.figures {
            (figures.tls_tax, figures.round_trips, figures.floors) = (tax, round_trips, floors);
        }
    }
    let varied = axis_comparison::against(&rows, &section.varies, order);
    let Section { name, workload, rounds, .. } = section;
    Summary { section: name.clone(), workload: workload.clone(), rounds: *rounds, rows, floors, varied }
}

fn row(section: &Section, cell: &Cell, own: &[&Trial], far: bool) -> Row {
    let counting: Vec<&Trial> = own.iter().filter(|trial| trial.counts()).copied().collect();
    let mut flags: Vec<Flag> = counting.iter().flat_map(|trial| trial.flags.iter().copied()).collect();
    flags.sort_unstable();
    flags.dedup();
    // A median describes most rounds: a limit in only a few of them did not affect it.
    flags.retain(|flag| 2 * counting.iter().filter(|trial| trial.flags.contains(flag)).count() >= counting.len());
    let mut invalid = BTreeMap::new();
    for trial in own {
        if let Validity::Invalid(reasons) = &trial.verdict {
            *invalid.entry(reasons.join("; ")).or_insert(0) += 1;
        }
    }
    let terms = own.first().map_or(Terms::Pinned, |trial| trial.terms);
    let unproven = counting.iter().any(|trial| trial.verdict == Validity::Unproven);
    Row {
        cell: cell.clone(),
        counted: counting.len(),
        figures: figures(&counting),
        flags,
        invalid,
        unproven,
        // A program does as it likes: what was seen of it tells.
        not_verified: terms != Terms::Command && counting.iter().any(|trial| trial.verifies == Some(false)),
        terms,
        seen: seen(&counting),
        libraries: own.iter().find_map(|trial| Some(trial.engine.as_ref()?.libraries.clone())).unwrap_or_default(),
        drift: drift::drift(&counting, section.workload.slots()),
        warm_up: warm_up::of(&counting),
        rounds: counting.iter().map(|trial| round(trial, far)).collect(),
    }
}

fn round(trial: &Trial, far: bool) -> Round {
    Round {
        number: trial.round,
        client_us: trial.client_us(),
        origin_us: trial.origin_us(),
        wall_ns: trial.wall_ns as f64,
        p50_ns: if far { trial.latency_ns(0.5).ok().flatten().map(|ns| ns as f64) } else { None },
    }
}

fn seen(counting: &[&Trial]) -> Option<Seen> {
    let trial = counting.first()?;
    let ledger = trial.ledger.as_ref()?;
    let handshakes = counting.iter().filter_map(|trial| trial.ledger.as_ref()).map(|ledger| ledger.handshakes);
    let (resumed, all) = handshakes.fold((0, 0), |(resumed, all), handshakes| {
        (resumed + handshakes.resumed, all + handshakes.full + handshakes.resumed)
    });
    // Kept connections are opened, with their handshakes, during the warm-up.
    let warm_up = trial.warm_up.iter().flat_map(|ledger| &ledger.negotiated);
    let mut settled: Vec<_> = ledger.negotiated.iter().chain(warm_up).collect();
    settled.sort_by_key(|negotiated| std::cmp::Reverse(negotiated.count));
    let words = settled.iter().map(|n| [&n.version, &n.suite, &n.group, &n.alpn].map(String::as_str).join(" "));
    let mut words: Vec<String> = words.collect();
    words.dedup();
    Some(Seen {
        accepts_per_request: ledger.accepts as f64 / ledger.requests.max(1) as f64,
        full: ledger.handshakes.full,
        resumed: ledger.handshakes.resumed,
        resumed_share: resumed as f64 / all.max(1) as f64,
        negotiated: words,
        verifies: trial.verifies,
    })
}

fn figures(trials: &[&Trial]) -> Option<Figures> {
    let over = |figure: &dyn Fn(&Trial) -> f64| {
        Estimate::of(&trials.iter().map(|trial| figure(trial)).collect::<Vec<_>>()).map(Figure::from)
    };
    // Decoded once for both quantiles.
    let latencies = trials.iter().map(|trial| {
        let times = trial.times("total").ok()??;
        Some((times.value_at_quantile(0.5) as f64, times.value_at_quantile(0.99) as f64))
    });
    let (p50, p99): (Vec<f64>, Vec<f64>) =
        latencies.collect::<Option<Vec<_>>>().unwrap_or_default().into_iter().unzip();
    let known = |figure: &dyn Fn(&Trial) -> Option<f64>| {
        let values: Option<Vec<f64>> = trials.iter().map(|trial| figure(trial)).collect();
        values.and_then(|values| Estimate::of(&values)).map(Figure::from)
    };
    Some(Figures {
        per_second: over(&Trial::per_second)?,
        p50_ns: Estimate::of(&p50).map(Figure::from),
        p99_ns: Estimate::of(&p99).map(Figure::from),
        client_us: over(&Trial::client_us)?,
        user_share: user_share(trials),
        origin_us: over(&Trial::origin_us)?,
        memory_bytes: over(&|trial| trial.model_memory_bytes() as f64)?,
        wall_ns: over(&|trial| trial.wall_ns as f64)?,
        in_flight: known(&|trial| Some(trial.ledger.as_ref()?.most_in_flight as f64)),
        client_in_flight: known(&|trial| Some(trial.client_in_flight? as f64)),
        loop_late_ns: known(&|trial| Some(trial.event_loop?.latest_ns as f64)),
        held: known(&held),
        threads: known(&|trial| Some(trial.threads? as f64)),
        tls_tax: None,
        round_trips: None,
        floors: None,
        paced: None,
    })
}

/// User CPU time ÷ CPU time, if there were timer ticks.
fn user_share(trials: &[&Trial]) -> Option<f64> {
    let told = trials.iter().filter_map(|trial| Some((trial.client.user_share?, trial.client.cpu_ns as f64)));
    let (user, all) = told.fold((0.0, 0.0), |(user, all), (share, cpu)| (user + share * cpu, all + cpu));
    (all > 0.0).then_some(user / all)
}

/// The share of its threads' wall time for which fetches held them.
fn held(trial: &Trial) -> Option<f64> {
    let workers = trial.engine.as_ref()?.workers.unwrap_or(1).max(1) as f64;
    // Measured on a sample of requests, so it can be slightly more than the whole.
    let wall = Some(trial.wall_ns as f64).filter(|wall| *wall > 0.0)?;
    trial.event_loop.map(|seen| (seen.held_ns as f64 / (wall * workers)).min(1.0))
}

/// What TLS adds to `row`, if its plain twin is among `rows` and both may be compared.
fn tax(rows: &[Row], row: &Row, order: TrialOrder) -> Option<Tax> {
    let twin = row.cell.plain_twin()?;
    let twin = rows.iter().find(|other| other.cell == twin)?;
    let Comparison { added, ratio } = compare(twin, row, |round| round.client_us, order)?;
    Some(Tax { added_us: added.into(), ratio: ratio.into() })
}

#[cfg(test)]
mod tests;
