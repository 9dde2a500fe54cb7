//! One figure of two cells: its medians, its ratio, and facts about its rounds.

use measure::result::{Flag, Terms, Trial, Validity};
use serde::Serialize;
use stats::{Design, Estimate, Ratio};
use workload::Cell;

use super::metric::{Measured, Metric};
use super::outlier::{self, Outlier};
use super::subject::Pair;
use super::verdict::{Unknown, Verdict};
use crate::figure::Figure;

/// One figure of two cells.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The section.
    pub section: String,
    /// The new side's cell.
    pub cell: Cell,
    /// The base's cell, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_cell: Option<Cell>,
    /// The figure.
    pub metric: Metric,
    /// Rounds that are compared.
    pub rounds: Rounds,
    /// The base's figure over its rounds that count.
    pub base: Option<Figure>,
    /// The new side's.
    pub new: Option<Figure>,
    /// new ÷ base, with its 95 % interval or its range.
    pub ratio: Option<Figure>,
    /// The two-sided p-value of "no difference", by itself.
    pub p: Option<f64>,
    /// The same with Holm's correction for all comparisons of the command: it decides the verdict.
    pub p_holm: Option<f64>,
    /// The factor by which a second build of the base differs at most, in either direction; `None` if that was not
    /// measured.
    pub layout: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// The reason, if there is no verdict.
    pub reason: Option<String>,
    /// Outlying rounds.
    pub outliers: Vec<Outlier>,
    /// The values from which p-values are computed.
    #[serde(skip)]
    pub(super) tested: Option<Ratio>,
}

/// How many rounds are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rounds {
    /// The base's rounds that count.
    pub base: usize,
    /// The new side's rounds that count.
    pub new: usize,
    /// Rounds that count on both sides; absent if rounds are not paired.
    pub common: Option<usize>,
    /// Invalid trials of the base, which are excluded.
    pub invalid_base: usize,
    /// Invalid trials of the new side.
    pub invalid_new: usize,
}

/// A trial that counts, with its figures.
struct Round<'a> {
    trial: &'a Trial,
    measured: Measured,
}

impl Row {
    /// One row per metric.
    pub(super) fn of_pair(pair: &Pair<'_>, metrics: &[Metric], paired: bool) -> Vec<Row> {
        let [base, again, new] = [&pair.base, &pair.again, &pair.new].map(|trials| rounds(trials, metrics));
        metrics.iter().map(|metric| row(pair, [&base, &again, &new], *metric, paired)).collect()
    }

    /// Sets the reason why there is no verdict.
    pub(super) fn refuse(&mut self, why: Unknown) {
        self.reason = Some(why.to_string());
        self.verdict = Verdict::Unknown(why);
    }

    /// The design of its test; `None` where there is none.
    pub(super) fn design(&self) -> Option<Design> {
        self.tested.as_ref().map(Ratio::design)
    }
}

fn rounds<'a>(trials: &[&'a Trial], metrics: &[Metric]) -> Vec<Round<'a>> {
    let counting = trials.iter().filter(|trial| trial.counts());
    counting.map(|trial| Round { trial, measured: Measured::of(trial, metrics) }).collect()
}

fn row(pair: &Pair<'_>, [base, again, new]: [&[Round<'_>]; 3], metric: Metric, paired: bool) -> Row {
    let common = common(base, new);
    let invalid = |trials: &[&Trial]| trials.iter().filter(|trial| !trial.counts()).count();
    let tested = ratio(base, new, metric, paired);
    let mut row = Row {
        section: pair.section.name.clone(),
        cell: pair.new_cell.clone(),
        base_cell: (pair.base_cell != pair.new_cell).then(|| pair.base_cell.clone()),
        metric,
        rounds: Rounds {
            base: base.len(),
            new: new.len(),
            common: paired.then_some(common.len()),
            invalid_base: invalid(&pair.base),
            invalid_new: invalid(&pair.new),
        },
        base: median(base, metric),
        new: median(new, metric),
        ratio: tested.as_ref().map(|tested| tested.estimate().into()),
        p: None,
        p_holm: None,
        layout: ratio(base, again, metric, paired).map(|again| band(&again.estimate())),
        verdict: Verdict::Tie,
        reason: None,
        outliers: outliers(base, new, metric, paired),
        tested,
    };
    let none = if paired { common.is_empty() } else { base.is_empty() || new.is_empty() };
    match terms(pair.base.iter().chain(&pair.new), metric) {
        Some(why) => {
            (row.ratio, row.tested, row.outliers) = (None, None, Vec::new());
            row.refuse(Unknown::Terms(why));
        }
        None if none => row.refuse(Unknown::NoCommonRound),
        None if row.tested.is_none() => row.refuse(Unknown::NotMeasured),
        None if metric == Metric::Rate && (origin_bound(base) || origin_bound(new)) => {
            row.tested = None;
            row.refuse(Unknown::OriginBound);
        }
        None => row.p = row.tested.as_ref().map(Ratio::p),
    }
    row
}

/// Why the figures of these trials are never compared.
pub(super) fn terms<'a>(mut trials: impl Iterator<Item = &'a &'a Trial>, metric: Metric) -> Option<&'static str> {
    trials.find_map(|trial| match (trial.terms, &trial.verdict) {
        (Terms::Stock, _) => Some("a library with its own defaults is not compared"),
        (Terms::Command, _) => Some("an external program is not compared: its responses are not checked"),
        (Terms::Floor, _) if metric != Metric::Cpu => Some("of a floor, only the CPU time can be compared"),
        (_, Validity::Unproven) => Some("no ledger proves what was fetched"),
        _ => None,
    })
}

/// The rounds that both sides have.
fn common<'a, 'b>(base: &'b [Round<'a>], new: &'b [Round<'a>]) -> Vec<(&'b Round<'a>, &'b Round<'a>)> {
    let of_base = |number: u32| base.iter().find(|round| round.trial.round == number);
    new.iter().filter_map(|round| Some((of_base(round.trial.round)?, round))).collect()
}

fn values(rounds: &[Round<'_>], metric: Metric) -> Option<Vec<f64>> {
    rounds.iter().map(|round| round.measured.get(metric)).collect()
}

fn median(rounds: &[Round<'_>], metric: Metric) -> Option<Figure> {
    Estimate::of(&values(rounds, metric)?).map(Figure::from)
}

/// `None` if there is nothing to divide, or a round lacks the figure.
fn ratio(base: &[Round<'_>], new: &[Round<'_>], metric: Metric, paired: bool) -> Option<Ratio> {
    if !paired {
        return Ratio::unpaired(&values(base, metric)?, &values(new, metric)?);
    }
    let both = |(base, new): &(&Round<'_>, &Round<'_>)| Some((base.measured.get(metric)?, new.measured.get(metric)?));
    Ratio::paired(&common(base, new).iter().map(both).collect::<Option<Vec<_>>>()?)
}

/// The factor by which two builds of the same source differ at most, as far as it was measured, in either direction.
fn band(again: &Estimate) -> f64 {
    again.high.max(1.0 / again.low).max(1.0)
}

/// Whether the origin was the limit in at least half of the rounds, as in the flags of tables.
fn origin_bound(rounds: &[Round<'_>]) -> bool {
    let bound = rounds.iter().filter(|round| round.trial.flags.contains(&Flag::OriginBound)).count();
    bound > 0 && 2 * bound >= rounds.len()
}

fn outliers(base: &[Round<'_>], new: &[Round<'_>], metric: Metric, paired: bool) -> Vec<Outlier> {
    if paired {
        let of = |(base, new): &(&Round<'_>, &Round<'_>)| {
            let ratio = new.measured.get(metric)? / base.measured.get(metric)?;
            Some((new.trial.round, ratio, steal(base.trial).max(steal(new.trial))))
        };
        return outlier::among(None, &common(base, new).iter().filter_map(of).collect::<Vec<_>>());
    }
    let of_side = |side, rounds: &[Round<'_>]| {
        let of = |round: &Round<'_>| Some((round.trial.round, round.measured.get(metric)?, steal(round.trial)));
        outlier::among(Some(side), &rounds.iter().filter_map(of).collect::<Vec<_>>())
    };
    [of_side(outlier::Side::Base, base), of_side(outlier::Side::New, new)].concat()
}

/// CPU time that other machines took meanwhile, as a share of one CPU's.
fn steal(trial: &Trial) -> f64 {
    if trial.wall_ns == 0 { 0.0 } else { trial.steal_ns as f64 / trial.wall_ns as f64 }
}
