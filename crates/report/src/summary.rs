//! A run summed up: one row per cell and section, medians over rounds, the TLS tax paired by round.

use std::collections::BTreeMap;

use measure::result::{Flag, Order, RunResult, Section, Terms, Trial, Verdict};
use rayon::prelude::*;
use serde::Serialize;
use stats::{Estimate, Interval};
use workload::{Cell, Connection, Rtt, Workload};

use crate::by_cell::ByCell;
use crate::compare::{Comparison, compare};
use crate::varied::Against;
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
    /// The share of it spent in user mode, 0 to 1, over all rounds: a sample of timer ticks, too coarse for one of them.
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

fn summary(section: &Section, trials: &ByCell<'_>, order: Order) -> Summary {
    // Decoding histograms is what it costs, so that all cores share it.
    // Where nothing is far away nobody asks for the median of a single round.
    let far = section.cells.iter().any(|cell| cell.axes.rtt > Rtt::NONE);
    let mut rows: Vec<Row> = section.cells.par_iter().map(|cell| row(cell, trials.of(section, cell), far)).collect();
    let taxes: Vec<(Option<Tax>, Option<Figure>)> =
        rows.iter().map(|row| (tax(&rows, row, order), round_trips::added(&rows, row))).collect();
    for (row, (tax, round_trips)) in rows.iter_mut().zip(taxes) {
        if let Some(figures) = &mut row.figures {
            figures.tls_tax = tax;
            figures.round_trips = round_trips;
        }
    }
    let varied = varied::against(&rows, &section.varies, order);
    Summary { section: section.name.clone(), workload: section.workload.clone(), rounds: section.rounds, rows, varied }
}

fn row(cell: &Cell, own: &[&Trial], far: bool) -> Row {
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
mod tests {
    use super::*;

    fn trial(cell: &str, round: u32, client_us: u64) -> Trial {
        let cpu_ns = client_us * 1_000 * 100;
        let zero: measure::process::Cost = measure::process::Cost::default();
        Trial {
            run: None,
            section: "cost".into(),
            cell: cell.parse().unwrap(),
            round,
            verdict: Verdict::Valid,
            engine: None,
            wall_ns: 1_000_000_000,
            right: 100,
            errors: BTreeMap::new(),
            client: measure::process::Cost { cpu_ns, user_share: None },
            origin: zero,
            peak_memory_bytes: 0,
            recorder_bytes: 0,
            ledger: None,
            warm_up: None,
            flags: Vec::new(),
            steal_ns: 0,
            time_wait: 0,
            histograms: BTreeMap::new(),
            sample: Vec::new(),
            trace: Vec::new(),
            profile: None,
            terms: Terms::Pinned,
            client_in_flight: None,
            event_loop: None,
            threads: None,
            verifies: None,
        }
    }

    fn section(cells: &[&str]) -> Section {
        Section {
            name: "cost".into(),
            workload: Workload {
                path: "/get".parse().unwrap(),
                requests: 100.try_into().unwrap(),
                concurrency: 4.try_into().unwrap(),
                server: workload::Server::Httpbin,
                hosts: workload::Hosts::MIN,
            },
            rounds: 2,
            cells: cells.iter().map(|cell| cell.parse().unwrap()).collect(),
            varies: Vec::new(),
        }
    }

    const PLAIN: &str = "m/c/plain/new-conn";
    const SECURE: &str = "m/c/rustls/new-conn";

    #[test]
    fn what_varies_is_held_against_its_usual_self() {
        let varied = "m/c/rustls/new-conn@group=p256";
        let trials = [trial(SECURE, 1, 30), trial(varied, 1, 60), trial(varied, 2, 90), trial(SECURE, 2, 30)];
        let section = Section { varies: vec![workload::Variable::Group], ..section(&[SECURE, varied]) };
        let summary = summary(&section, &ByCell::new(&trials), Order::Interleaved);
        let [held] = &summary.varied[..] else { panic!("{:?}", summary.varied) };
        assert_eq!((held.cell.to_string().as_str(), held.base.to_string().as_str()), (varied, SECURE));
        assert_eq!((held.client_ratio.low, held.client_ratio.high), (2.0, 3.0));
        assert!(crate::varied::table(&summary).unwrap().contains("the usual group"));
        assert!(!summary.is_uniform());
    }

    #[test]
    fn round_trips_are_what_latency_grows_by_with_the_distance() {
        let far = |cell: &str, p50_ms: u64| {
            let mut times = measure::histogram::empty();
            times.record(p50_ms * 1_000_000).unwrap();
            let text = measure::histogram::encode(&times).unwrap();
            Trial { histograms: [("total".to_owned(), text)].into(), ..trial(cell, 1, 10) }
        };
        let (near, away) = ("m/c/rustls/new-conn@tls-version=1.2", "m/c/rustls/new-conn@tls-version=1.2,rtt=10");
        let trials = [far(PLAIN, 1), far(near, 6), far("m/c/plain/new-conn@rtt=10", 21), far(away, 46)];
        let cells: Vec<String> = trials.iter().map(|trial| trial.cell.to_string()).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let summary = summary(&section(&cells), &ByCell::new(&trials), Order::Interleaved);
        let trips = |row: usize| summary.rows[row].figures.as_ref().unwrap().round_trips;
        assert!((trips(3).unwrap().median - 2.0).abs() < 0.05, "{:?}", trips(3));
        assert_eq!((trips(1), trips(2)), (None, None));
    }

    #[test]
    fn the_tax_is_paired_by_round() {
        let trials = [trial(PLAIN, 1, 10), trial(SECURE, 2, 60), trial(PLAIN, 2, 20), trial(SECURE, 1, 30)];
        let summary = summary(&section(&[PLAIN, SECURE]), &ByCell::new(&trials), Order::Interleaved);
        let tax = summary.rows[1].figures.as_ref().unwrap().tls_tax.unwrap();
        assert_eq!((tax.ratio.low, tax.ratio.high), (3.0, 3.0));
        assert_eq!((tax.added_us.low, tax.added_us.high, tax.added_us.confident), (20.0, 40.0, false));
        assert_eq!(summary.rows[0].figures.as_ref().unwrap().tls_tax, None);
    }

    #[test]
    fn an_invalid_round_gives_its_reason_and_no_figure() {
        let mut bad = trial(SECURE, 1, 1);
        bad.verdict = Verdict::Invalid(vec!["it lied".into()]);
        let row = &summary(&section(&[SECURE]), &ByCell::new(&[bad.clone(), bad]), Order::Interleaved).rows[0];
        assert!(row.figures.is_none());
        assert_eq!((row.counted, row.invalid["it lied"]), (0, 2));
    }

    #[test]
    fn what_is_unproven_gets_no_ratio() {
        let mut unproven = trial(SECURE, 1, 30);
        unproven.verdict = Verdict::Unproven;
        let trials = [trial(PLAIN, 1, 10), unproven];
        let summary = summary(&section(&[PLAIN, SECURE]), &ByCell::new(&trials), Order::Interleaved);
        assert!(summary.rows[1].unproven && summary.rows[1].figures.as_ref().unwrap().tls_tax.is_none());
    }
}
