//! The verdict of a run: of each kind of work that it did, what TLS adds or how long it takes, and what to choose.

use measure::result::{Terms, TrialOrder};
use workload::{Cell, Connection};

use super::evidence::Evidence;
use super::of_stock::as_shipped;
use super::sentence::{Added, Chosen, Costs, Dearer, Headline, Kept, Saved, Sentence, TlsAdds, Varied, Waited, Waits};
use crate::compare::Comparison;
use crate::decisions::{Choice, Decision, Yardstick, decisions};
use crate::figure::Figure;
use crate::row::{Figures, Row};
use crate::summary::Summary;

/// The sentences of a run, what matters most first. There is one at least.
///
/// Of sections that do the same kind of work, such as a sweep has them, the first speaks.
pub fn of_run(summaries: &[Summary], order: TrialOrder) -> Vec<Sentence> {
    let mut kinds: Vec<(Connection, bool)> = Vec::new();
    let mut said = Vec::new();
    for summary in summaries {
        let Some(first) = summary.rows.iter().find(|row| row.figures.is_some()) else { continue };
        let kind = (first.cell.connection, summary.is_told_by_time());
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        said.extend(of_section(summary, summaries, order));
    }
    // A choice is a claim: where rounds are too few for one, the figures above speak for themselves.
    let decided = decisions(summaries, order);
    let claims = decided.iter().filter(|decision| decision.choice() == Choice::Least);
    let mut chosen: Vec<Chosen> = claims.map(|decision| choose(decision, order)).collect();
    chosen.dedup_by_key(|chosen| (chosen.connection, chosen.waits_for.clone()));
    said.extend(chosen.into_iter().map(Sentence::Chosen));
    let kinds = [Connection::NewConn, Connection::KeepAlive];
    said.extend(kinds.into_iter().filter_map(|kind| as_shipped(summaries, kind)).map(Sentence::AsShipped));
    if said.is_empty() {
        let invalid = summaries.iter().flat_map(Summary::all).flat_map(|row| row.invalid.values());
        said.push(Sentence::NothingCounts { trials: invalid.sum() });
    }
    said
}

fn of_section(summary: &Summary, all: &[Summary], order: TrialOrder) -> Option<Sentence> {
    if summary.is_told_by_time() {
        return waits(summary);
    }
    if let Some(varied) = varied(summary) {
        return Some(Sentence::Varied(varied));
    }
    let Some(adds) = tls_adds(summary, order) else { return costs(summary).map(Sentence::Costs) };
    Some(match adds.connection {
        Connection::KeepAlive => Sentence::Kept(Kept { saved: saved(&adds, summary, all), adds }),
        _ => Sentence::TlsAdds(adds),
    })
}

/// What TLS adds to the pair of model and client that costs least without it.
fn tls_adds(summary: &Summary, order: TrialOrder) -> Option<TlsAdds> {
    let taxed = |plain: &&Row| summary.rows.iter().any(|row| is_twin(row, plain) && tax(row).is_some());
    let plain = summary.rows.iter().filter(|row| !row.cell.is_tls() && row.compares()).filter(taxed);
    // What is discontinued is an example to nobody.
    let order_of = |a: &&Row, b: &&Row| a.is_discontinued().cmp(&b.is_discontinued()).then(cost(a).total_cmp(&cost(b)));
    over(summary, plain.min_by(order_of)?, order)
}

/// What TLS adds to the model and client of a decision; `None` where the plain request was not run.
pub fn added_to(decision: &Decision<'_>, order: TrialOrder) -> Option<TlsAdds> {
    let plain = decision.summary.row(&decision.best.cell.plain_twin()?)?;
    over(decision.summary, plain, order)
}

/// What each TLS stack adds to the plain request.
fn over(summary: &Summary, plain: &Row, order: TrialOrder) -> Option<TlsAdds> {
    let twins = summary.rows.iter().filter(|row| is_twin(row, plain));
    let stacks: Vec<Added> = twins.filter_map(|row| added(row, plain, order)).collect();
    let us = plain.figures.as_ref()?.client_us;
    (!stacks.is_empty()).then(|| TlsAdds {
        by: pair(&plain.cell),
        connection: plain.cell.connection,
        plain: Evidence::of(us, plain.counted),
        stacks,
    })
}

fn added(row: &Row, plain: &Row, order: TrialOrder) -> Option<Added> {
    let (tax, rounds) = (tax(row)?, rounds_of_both(plain, row, order));
    Some(Added {
        tls: stack(&row.cell, &plain.cell),
        us: Evidence::of(tax.added_us, rounds),
        ratio: Evidence::of(tax.ratio, rounds),
    })
}

/// The stack, with what else is not as in the plain cell: `rustls (resumed)`, `rustls@group=p256`.
fn stack(cell: &Cell, plain: &Cell) -> String {
    let mut name = cell.tls.clone();
    let whole = cell.to_string();
    if let (Some((_, axes)), true) = (whole.split_once('@'), cell.axes != plain.axes) {
        name.push_str(&format!("@{axes}"));
    }
    if cell.connection != plain.connection {
        name.push_str(&format!(" ({})", cell.connection.name()));
    }
    name
}

/// What a README says first of a model and client: what stacks add to a request over a new connection, and what the
/// first of them adds to one over a kept connection.
pub fn headline(summaries: &[Summary], (model, client): (&str, &str), stacks: &[&str], order: TrialOrder) -> Headline {
    let of = |connection: Connection, tls: &str| {
        let cell = Cell::new(model, client, tls, connection);
        let mut there = summaries.iter().filter(|summary| !summary.waits());
        let summary = there.find(|summary| summary.rows.iter().any(|row| row.cell.connection == connection))?;
        added(summary.row(&cell)?, summary.row(&cell.plain_twin()?)?, order)
    };
    Headline {
        by: format!("{model}/{client}"),
        fresh: stacks.iter().filter_map(|tls| of(Connection::NewConn, tls)).collect(),
        kept: stacks.first().and_then(|tls| of(Connection::KeepAlive, tls)),
    }
}

fn tax(row: &Row) -> Option<crate::row::Tax> {
    row.figures.as_ref()?.tls_tax
}

fn is_twin(row: &Row, plain: &Row) -> bool {
    row.cell.plain_twin().as_ref() == Some(&plain.cell)
}

/// What keeping a connection saves the pair of model and client that was spoken of, with its first TLS stack.
fn saved(adds: &TlsAdds, kept: &Summary, all: &[Summary]) -> Option<Saved> {
    let (model, client) = adds.by.split_once('/')?;
    let tls = adds.stacks.first()?.tls.clone();
    let of = |summary: &Summary, connection| {
        let row = summary.row(&Cell::new(model, client, &tls, connection)).filter(|row| row.compares())?;
        Some(Evidence::of(row.figures.as_ref()?.client_us, row.counted))
    };
    let kept = of(kept, Connection::KeepAlive)?;
    let fresh = all.iter().filter(|summary| !summary.waits()).find_map(|summary| of(summary, Connection::NewConn))?;
    Some(Saved { less: Evidence::less(&fresh, &kept), times: Evidence::times(&fresh, &kept), tls, fresh, kept })
}

fn waits(summary: &Summary) -> Option<Sentence> {
    let took = |row: &Row| Some((row.figures.clone()?, row.counted));
    let of = |row: &Row| {
        let (Figures { wall_ns, in_flight, .. }, rounds) = took(row)?;
        let in_flight = in_flight.map(|most| Evidence::of(most, rounds));
        Some(Waited { by: pair(&row.cell), in_flight, took: Evidence::of(wall_ns, rounds) })
    };
    // What is discontinued is an example to nobody.
    let compared = summary.rows.iter().filter(|row| row.compares() && !row.is_discontinued());
    let mut waited: Vec<Waited> = compared.filter_map(of).collect();
    if waited.is_empty() {
        waited = summary.rows.iter().filter_map(of).collect();
    }
    waited.sort_by(|a, b| a.took.figure.median.total_cmp(&b.took.figure.median));
    let mut waited = waited.into_iter();
    let fastest = waited.next()?;
    Some(Sentence::Waits(Waits { path: summary.workload.path.to_string(), fastest, slowest: waited.last() }))
}

/// The cell that differs most from its usual self.
fn varied(summary: &Summary) -> Option<Varied> {
    let far = |figure: &Figure| figure.median.abs();
    let delta = summary.varied.iter().max_by(|a, b| far(&a.client_added_us).total_cmp(&far(&b.client_added_us)))?;
    let counted = |cell: &Cell| summary.row(cell).map_or(0, |row| row.counted);
    let rounds = counted(&delta.cell).min(counted(&delta.base));
    Some(Varied {
        cell: delta.cell.clone(),
        base: delta.base.clone(),
        us: Evidence::of(delta.client_added_us, rounds),
        ratio: Evidence::of(delta.client_ratio, rounds),
        among: summary.varied.len(),
    })
}

fn costs(summary: &Summary) -> Option<Costs> {
    let of = |row: &Row| {
        let us = row.figures.as_ref()?.client_us;
        Some((row.cell.to_string(), Evidence::of(us, row.counted)))
    };
    // Libraries with their own defaults have a sentence of their own.
    let others = summary.rows.iter().filter(|row| row.terms != Terms::Stock);
    let mut costs: Vec<(String, Evidence)> = others.filter_map(of).collect();
    costs.sort_by(|a, b| a.1.figure.median.total_cmp(&b.1.figure.median));
    let cells = costs.len();
    let mut costs = costs.into_iter();
    Some(Costs { least: costs.next()?, most: costs.last(), cells })
}

/// A decision as a sentence.
pub fn choose(decision: &Decision<'_>, order: TrialOrder) -> Chosen {
    let Decision { summary, yardstick, best, figure, .. } = decision;
    let names = |rows: &[&Row]| rows.iter().map(|row| choice(&row.cell)).collect();
    let waits_for = (*yardstick == Yardstick::WallTime).then(|| summary.workload.path.to_string());
    Chosen {
        connection: best.cell.connection,
        waits_for,
        yardstick: *yardstick,
        choice: decision.choice(),
        best: choice(&best.cell),
        figure: Evidence::of(*figure, best.counted),
        ties: names(&decision.ties),
        undecided: names(&decision.unknown),
        discontinued: names(&decision.discontinued),
        next: decision.dearer.first().map(|(row, known)| dearer(best, row, known, *yardstick, order)),
    }
}

/// What a choice costs more than the best one.
fn dearer(best: &Row, row: &Row, known: &Comparison, yardstick: Yardstick, order: TrialOrder) -> Dearer {
    let rounds = rounds_of_both(best, row, order);
    Dearer {
        name: choice(&row.cell),
        yardstick,
        added: Evidence::of(known.added.into(), rounds),
        ratio: Evidence::of(known.ratio.into(), rounds),
    }
}

impl Decision<'_> {
    /// What each choice that costs more than the best costs, dearest last.
    pub fn others(&self, order: TrialOrder) -> Vec<Dearer> {
        self.dearer.iter().map(|(row, known)| dearer(self.best, row, known, self.yardstick, order)).collect()
    }
}

/// Rounds that both have; where they ran one after another, those of the one that has fewer.
fn rounds_of_both(base: &Row, new: &Row, order: TrialOrder) -> usize {
    let has = |number: u32| base.rounds.iter().any(|round| round.number == number);
    match order {
        TrialOrder::Interleaved => new.rounds.iter().filter(|round| has(round.number)).count(),
        TrialOrder::Blocks => base.counted.min(new.counted),
    }
}

fn pair(cell: &Cell) -> String {
    format!("{}/{}", cell.model, cell.client)
}

fn choice(cell: &Cell) -> String {
    format!("{}/{} over {}", cell.model, cell.client, cell.tls)
}

/// Client CPU per request, µs; infinite where no round counts.
fn cost(row: &Row) -> f64 {
    row.figures.as_ref().map_or(f64::INFINITY, |figures| figures.client_us.median)
}
