//! A run summed up: one row per cell and section, medians over rounds, the TLS tax paired by round.

use std::collections::BTreeMap;

use measure::result::{Flag, Order, RunResult, Section, Terms, Trial, Verdict};
use rayon::prelude::*;
use serde::Serialize;
use stats::{Estimate, Interval};
use workload::floor::is_floor;
use workload::{Cell, Connection, Rtt, Workload};

use crate::by_cell::ByCell;
use crate::compare::{Comparison, compare};
use crate::floors::{Floors, distances};
use crate::rates::Paced;
use crate::steady::{self, Drift};
use crate::varied::Against;
use crate::warm_up::{self, WarmUp};
use crate::{round_trips, varied};

/// One section's table.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The section's name.
    pub section: String,
    /// What each trial fetched.
    pub workload: Workload,
    /// Rounds that were asked for.
    pub rounds: u32,
    /// One row per cell, in the order of the section.
    pub rows: Vec<Row>,
    /// One row per floor: what rows are measured by, and ranked with nothing. Of a handshake in memory and of
    /// primitives the client's CPU alone means anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub floors: Vec<Row>,
    /// Cells that differ on purpose, held against their usual selves.
    pub varied: Vec<Against>,
}

/// One cell's figures over the rounds of a section.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The cell.
    pub cell: Cell,
    /// Rounds that count.
    pub counted: usize,
    /// Its figures; `None` when no round counts.
    pub figures: Option<Figures>,
    /// What other than the model was the limit, in half of the rounds that count or more.
    pub flags: Vec<Flag>,
    /// Why rounds do not count, each reason with how many rounds gave it.
    pub invalid: BTreeMap<String, usize>,
    /// Whether there was no ledger to prove it.
    pub unproven: bool,
    /// On which terms it took part.
    pub terms: Terms,
    /// What the ledger saw in its first round that counts.
    pub seen: Option<Seen>,
    /// The libraries that did the work, with their versions.
    pub libraries: Vec<String>,
    /// How its latency changed while trials ran; `None` where too few requests tell.
    pub drift: Option<Drift>,
    /// What warming up did and cost, which is in no figure; `None` where the engine tells of none.
    pub warm_up: Option<WarmUp>,
    /// What comparisons are made of: its rounds that count.
    #[serde(skip)]
    pub rounds: Vec<Round>,
}

/// One round of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// Its number, from 1.
    pub number: u32,
    /// Client CPU per request, µs.
    pub client_us: f64,
    /// Origin CPU per request, µs.
    pub origin_us: f64,
    /// Length of the measured part, ns.
    pub wall_ns: f64,
    /// Median latency, ns; told only where an origin of the section was far away.
    pub p50_ns: Option<f64>,
}

/// What the ledger saw of a trial, for rows that are not pinned.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// Connections per request.
    pub accepts_per_request: f64,
    /// Full handshakes.
    pub full: u64,
    /// Resumed sessions.
    pub resumed: u64,
    /// What handshakes settled on, most first.
    pub negotiated: Vec<String>,
    /// Whether it refused servers that it must not trust; absent without TLS.
    pub verifies: Option<bool>,
}

/// What was measured of a cell.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Requests per second.
    pub per_second: Figure,
    /// Median latency, ns.
    pub p50_ns: Option<Figure>,
    /// 99th percentile of latency, ns.
    pub p99_ns: Option<Figure>,
    /// Client CPU per request, µs.
    pub client_us: Figure,
    /// The share of it spent in user mode, 0 to 1, over all rounds: a sample of timer ticks, too coarse for one of
    /// them.
    pub user_share: Option<f64>,
    /// Origin CPU per request, µs.
    pub origin_us: Figure,
    /// Peak resident memory of the client without the recorder's, bytes.
    pub memory_bytes: Figure,
    /// Length of a trial's measured part, ns.
    pub wall_ns: Figure,
    /// Most requests in flight at once, as the origin saw it; absent without a ledger.
    pub in_flight: Option<Figure>,
    /// Most requests in flight at once, as the client saw it; absent where it does not tell.
    pub client_in_flight: Option<Figure>,
    /// The longest time for which the event loop left a ready task waiting, ns; absent without an event loop.
    pub loop_late_ns: Option<Figure>,
    /// The share of wall time for which fetches held the executor's threads, 0 to 1; absent without an event loop.
    pub held: Option<Figure>,
    /// Most threads that the client was seen with.
    pub threads: Option<Figure>,
    /// What TLS adds; absent for plain cells and without a plain twin in the same section.
    pub tls_tax: Option<Tax>,
    /// Round trips that TLS adds, where the origin was far away.
    pub round_trips: Option<Figure>,
    /// How far it is from the least that its work can cost; absent where no floor of it was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floors: Option<Floors>,
    /// What there is beside at a fixed rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paced: Option<Paced>,
}

/// What TLS adds to a request, against the plain twin, paired by round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tax {
    /// Client CPU added, µs per request.
    pub added_us: Figure,
    /// Client CPU of the TLS cell ÷ that of its plain twin.
    pub ratio: Figure,
}

/// A median with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// The median over rounds.
    pub median: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
    /// Whether the interval holds the true median with 95 %; otherwise it is the range of too few rounds for a claim.
    pub confident: bool,
}

impl From<Estimate> for Figure {
    fn from(estimate: Estimate) -> Figure {
        let Estimate { median, low, high, interval } = estimate;
        Figure { median, low, high, confident: interval == Interval::Confidence95 }
    }
}

/// Sums up every section of a run.
pub fn summaries(result: &RunResult) -> Vec<Summary> {
    let trials = ByCell::new(&result.trials);
    result.run.sections.iter().map(|section| summary(section, &trials, result.run.order)).collect()
}

pub(crate) fn summary(section: &Section, trials: &ByCell<'_>, order: Order) -> Summary {
    // Decoding histograms is what it costs, so that all cores share it.
    // Where nothing is far away nobody asks for the median of a single round.
    let far = section.cells.iter().any(|cell| cell.axes.rtt > Rtt::NONE);
    let all: Vec<Row> =
        section.cells.par_iter().map(|cell| row(section, cell, trials.of(section, cell), far)).collect();
    let (floors, mut rows): (Vec<Row>, Vec<Row>) = all.into_iter().partition(|row| is_floor(&row.cell));
    if section.workload.rate.is_some() {
        rows.par_iter_mut().for_each(|row| {
            if let Some(figures) = &mut row.figures {
                figures.paced = Paced::of(trials.of(section, &row.cell));
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
    let varied = varied::against(&rows, &section.varies, order);
    let Section { name, workload, rounds, .. } = section;
    Summary { section: name.clone(), workload: workload.clone(), rounds: *rounds, rows, floors, varied }
}

fn row(section: &Section, cell: &Cell, own: &[&Trial], far: bool) -> Row {
    let counting: Vec<&Trial> = own.iter().filter(|trial| trial.counts()).copied().collect();
    let mut flags: Vec<Flag> = counting.iter().flat_map(|trial| trial.flags.iter().copied()).collect();
    flags.sort_unstable();
    flags.dedup();
    // A median is what most rounds were: what held in a few of them did not limit it.
    flags.retain(|flag| 2 * counting.iter().filter(|trial| trial.flags.contains(flag)).count() >= counting.len());
    let mut invalid = BTreeMap::new();
    for trial in own {
        if let Verdict::Invalid(reasons) = &trial.verdict {
            *invalid.entry(reasons.join("; ")).or_insert(0) += 1;
        }
    }
    let terms = own.first().map_or(Terms::Pinned, |trial| trial.terms);
    let unproven = counting.iter().any(|trial| trial.verdict == Verdict::Unproven);
    Row {
        cell: cell.clone(),
        counted: counting.len(),
        figures: figures(&counting),
        flags,
        invalid,
        unproven,
        terms,
        seen: counting.first().and_then(|trial| seen(trial)),
        libraries: own.iter().find_map(|trial| Some(trial.engine.as_ref()?.libraries.clone())).unwrap_or_default(),
        drift: steady::drift(&counting, section.workload.slots()),
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

fn seen(trial: &Trial) -> Option<Seen> {
    let ledger = trial.ledger.as_ref()?;
    // Kept connections made their handshakes while warming up.
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

/// User CPU time ÷ CPU time, where ticks fell.
fn user_share(trials: &[&Trial]) -> Option<f64> {
    let told = trials.iter().filter_map(|trial| Some((trial.client.user_share?, trial.client.cpu_ns as f64)));
    let (user, all) = told.fold((0.0, 0.0), |(user, all), (share, cpu)| (user + share * cpu, all + cpu));
    (all > 0.0).then_some(user / all)
}

/// The share of its threads' wall time for which fetches held them.
fn held(trial: &Trial) -> Option<f64> {
    let workers = trial.engine.as_ref()?.workers.unwrap_or(1).max(1) as f64;
    // Measured on a sample of requests, so that it can come out a little above the whole.
    let wall = Some(trial.wall_ns as f64).filter(|wall| *wall > 0.0)?;
    trial.event_loop.map(|seen| (seen.held_ns as f64 / (wall * workers)).min(1.0))
}

/// What TLS adds to `row`, if its plain twin is among `rows` and both may be compared.
fn tax(rows: &[Row], row: &Row, order: Order) -> Option<Tax> {
    let twin = row.cell.plain_twin()?;
    let twin = rows.iter().find(|other| other.cell == twin)?;
    let Comparison { added, ratio } = compare(twin, row, |round| round.client_us, order)?;
    Some(Tax { added_us: added.into(), ratio: ratio.into() })
}

impl Row {
    /// Whether its figures may be held against those of others.
    pub fn compares(&self) -> bool {
        self.terms.compares() && !self.unproven
    }
}

impl Summary {
    /// Every row, the floors last.
    pub fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().chain(&self.floors)
    }

    /// Whether anything of it counts.
    pub fn has_figures(&self) -> bool {
        self.rows.iter().any(|row| row.figures.is_some())
    }

    /// The TLS stacks of its cells, each once, in the order of the table.
    pub fn stacks(&self) -> Vec<&str> {
        let mut stacks = Vec::new();
        for row in &self.rows {
            if !stacks.contains(&row.cell.tls.as_str()) {
                stacks.push(row.cell.tls.as_str());
            }
        }
        stacks
    }

    /// Whether all its cells make the same kind of connection with the same kind of handshake, those without TLS aside.
    pub fn is_uniform(&self) -> bool {
        let mut kinds = self.rows.iter().map(|row| row.cell.connection);
        let one_kind = kinds.next().is_none_or(|first| kinds.all(|kind| kind == first));
        one_kind && self.rows.iter().all(|row| row.cell.axes.is_default())
    }

    /// Whether the origin makes every request wait.
    pub fn waits(&self) -> bool {
        self.workload.path.delay_seconds() > 0.0
    }

    /// Whether its cells differ by how long they take: the origin makes them wait, and neither a rate nor a duration
    /// says how long that is.
    pub fn is_told_by_time(&self) -> bool {
        self.waits() && !self.workload.is_timed()
    }

    /// The row of a cell, if it was run.
    pub fn row(&self, cell: &Cell) -> Option<&Row> {
        self.rows.iter().find(|row| row.cell == *cell)
    }

    /// The figures of `model/client/tls/connection`, if they count.
    pub fn figures(&self, model: &str, client: &str, tls: &str, connection: Connection) -> Option<&Figures> {
        self.row(&Cell::new(model, client, tls, connection))?.figures.as_ref()
    }
}

#[cfg(test)]
mod tests;
