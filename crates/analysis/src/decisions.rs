//! What to choose, from the figures of a run: a decision for each kind of work that it did. A tie is called a tie, and
//! too few rounds give no winner.
//!
//! The figure is client CPU where work costs CPU, and the time that a round took where it waits. Cells that had far
//! fewer requests in flight than were asked for are no candidates: they did other work.

use measure::result::{Flag, Order as Rounds};
use stats::Order;

use crate::compare::{Comparison, compare};
use crate::figure::Figure;
use crate::row::{Round, Row, Tax};
use crate::summary::Summary;

/// What one kind of work comes to.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// The section it is from.
    pub summary: &'a Summary,
    /// What was compared.
    pub yardstick: Yardstick,
    /// The cell that costs least.
    pub best: &'a Row,
    /// What it costs.
    pub figure: Figure,
    /// Cells that are not told from it.
    pub ties: Vec<&'a Row>,
    /// Cells that cost more, dearest last.
    pub dearer: Vec<(&'a Row, Comparison)>,
    /// Cells with too few rounds in common with it: nothing can be said of them.
    pub unknown: Vec<&'a Row>,
}

/// By what cells are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yardstick {
    /// Client CPU per request, µs.
    ClientCpu,
    /// Time from first to last request, ns.
    WallTime,
}

/// What may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Nothing: there were too few rounds.
    TooFewRounds {
        /// The fewest that a cell has.
        rounds: usize,
    },
    /// Nothing: there was one cell alone.
    NothingElse,
    /// The cell that costs least, or one that ties with it.
    Least,
}

/// CPU time a day below which a choice does not matter, seconds: a minute of one core.
const MATTERS_FROM: f64 = 60.0;

/// A decision for every section that has cells over TLS which may be compared.
pub fn decisions(summaries: &[Summary], rounds: Rounds) -> Vec<Decision<'_>> {
    // Cells that differ in more than model, client and stack are no alternatives to one another.
    summaries.iter().filter(|summary| summary.is_uniform()).filter_map(|summary| decision(summary, rounds)).collect()
}

impl Yardstick {
    fn of(self) -> fn(&Round) -> f64 {
        match self {
            Yardstick::ClientCpu => |round| round.client_us,
            Yardstick::WallTime => |round| round.wall_ns,
        }
    }

    fn figure(self, row: &Row) -> Option<Figure> {
        let figures = row.figures.as_ref()?;
        Some(match self {
            Yardstick::ClientCpu => figures.client_us,
            Yardstick::WallTime => figures.wall_ns,
        })
    }
}

fn decision(summary: &Summary, rounds: Rounds) -> Option<Decision<'_>> {
    let yardstick = if summary.is_told_by_time() { Yardstick::WallTime } else { Yardstick::ClientCpu };
    let fit = |row: &&Row| row.cell.is_tls() && row.compares() && !row.flags.contains(&Flag::FewInFlight);
    let mut rows: Vec<(&Row, Figure)> =
        summary.rows.iter().filter(fit).filter_map(|row| Some((row, yardstick.figure(row)?))).collect();
    rows.sort_by(|a, b| a.1.median.total_cmp(&b.1.median));
    let ((best, figure), others) = rows.split_first()?;
    let mut decision = Decision {
        summary,
        yardstick,
        best,
        figure: *figure,
        ties: Vec::new(),
        dearer: Vec::new(),
        unknown: Vec::new(),
    };
    for (row, _) in others {
        match compare(best, row, yardstick.of(), rounds).map(|known| (Order::of_ratio(&known.ratio), known)) {
            Some((Order::More, known)) => decision.dearer.push((*row, known)),
            // Paired, the least median may come out as the greater: no more than a tie either.
            Some((Order::Tie | Order::Less, _)) => decision.ties.push(*row),
            Some((Order::Unknown, _)) | None => decision.unknown.push(*row),
        }
    }
    decision.dearer.sort_by(|a, b| a.1.added.median.total_cmp(&b.1.added.median));
    Some(decision)
}

impl<'a> Decision<'a> {
    /// What may be chosen.
    pub fn choice(&self) -> Choice {
        let alone = self.ties.is_empty() && self.dearer.is_empty();
        if !self.figure.confident || (alone && !self.unknown.is_empty()) {
            let counted = self.unknown.iter().map(|row| row.counted).chain([self.best.counted]);
            return Choice::TooFewRounds { rounds: counted.min().unwrap_or(0) };
        }
        if alone { Choice::NothingElse } else { Choice::Least }
    }

    /// The dearest cell, and from how many requests a day on it costs a minute of CPU more than the cheapest; `None`
    /// where that says nothing.
    pub fn matters_from(&self) -> Option<(&'a Row, f64)> {
        let (row, dearest) = self.dearer.last()?;
        // The interval's upper end, so that what is said holds.
        let added = dearest.added.high;
        if self.summary.waits() || added <= 0.0 {
            return None;
        }
        let requests = MATTERS_FROM / (added / 1e6);
        // One significant digit: more would pretend to know the machine that it will run on.
        let power = 10f64.powf(requests.log10().floor());
        Some((*row, (requests / power).floor() * power))
    }

    /// What TLS adds to the model and client that cost least, for each stack.
    pub fn taxes(&self) -> impl Iterator<Item = (&'a Row, Tax)> {
        let chosen = &self.best.cell;
        let same = move |row: &&Row| row.cell.model == chosen.model && row.cell.client == chosen.client;
        self.summary.rows.iter().filter(same).filter_map(|row| Some((row, row.figures.as_ref()?.tls_tax?)))
    }
}
