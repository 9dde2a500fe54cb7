//! Compares two runs, two arms of one, or two cells of one, figure by figure.
//!
//! It reads results and runs nothing. Crate `stats` decides what may be claimed of a ratio, [`subject`] which trials
//! are compared with which, and [`difference`] what makes them incomparable; the verdict on each ratio is made here.

pub mod difference;
pub mod gate;
pub mod metric;
pub mod outlier;
pub mod row;
pub mod subject;
pub mod verdict;

use std::collections::BTreeMap;

use measure::result::RunInfo;
use rayon::prelude::*;
use serde::Serialize;
use stats::{Design, Estimate, LEVEL, Order, Ratio, holm};
use workload::Cell;

use difference::{Difference, PROGRAM, TLSTAX, changed, unlike};
use gate::Gate;
use metric::Metric;
use row::Row;
use subject::{BySection, Pair, Subject};
use verdict::{Unknown, Verdict};

/// The options of a comparison.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// The name of the base.
    pub base: String,
    /// The name of the new side.
    pub new: String,
    /// The cells to compare, among those of [`Subject::cells`].
    pub cells: Vec<Cell>,
    /// The figures to compare.
    pub metrics: Vec<Metric>,
    /// By how many percent a figure may be worse before it is a failure.
    pub fail_above: Option<f64>,
    /// Whether to compare in spite of differences that forbid it.
    pub anyway: bool,
}

/// A finished comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The differences in spite of which the comparison was made.
    pub anyway: Vec<Difference>,
    /// The name of the base.
    pub base: String,
    /// The name of the new side.
    pub new: String,
    /// How the rounds of both sides are paired.
    pub pairing: Pairing,
    /// The differences that are compared: programs, libraries, cells.
    pub changed: Vec<Difference>,
    /// Cells of the base that the new side lacks, by section.
    pub only_in_base: BySection,
    /// Cells of the new side that the base lacks.
    pub only_in_new: BySection,
    /// How many comparisons the p-values are corrected for.
    pub comparisons: usize,
    /// Whether the effect of code layout alone on two builds was measured.
    pub layout_known: bool,
    /// How often each verdict was given.
    pub verdicts: BTreeMap<&'static str, usize>,
    /// The result of the gate, if a bound was given.
    pub gate: Option<Gate>,
    /// Figure by figure.
    pub rows: Vec<Row>,
}

/// How the rounds of both sides are paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// Both sides alternated: each round is a pair.
    ByRound,
    /// Cells of one run that ran one after another.
    OneAfterAnother,
    /// Two runs: any drift between them appears as a change.
    RunsApart,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum ComparisonError {
    /// There are too many differences.
    #[error("these runs do not compare, they differ in more than what was built:\n{}\n--anyway compares them all the \
             same, and says so", lines(.0))]
    Unlike(Vec<Difference>),
    /// There is nothing to compare.
    #[error("the two have no cell in common: the base has {base}; the new one has {new}")]
    NothingInCommon {
        /// The base's cells.
        base: String,
        /// The new side's cells.
        new: String,
    },
    /// A run has arms where one without is needed, or the other way round, or lacks cells.
    #[error("{0}")]
    Subject(String),
}

impl Comparison {
    /// Whether two programs are compared, not two cells of one or one with itself.
    pub fn is_of_builds(&self) -> bool {
        self.changed.iter().any(|difference| [PROGRAM, TLSTAX].contains(&difference.what.as_str()))
    }
}

fn lines(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("  {difference}")).collect::<Vec<_>>().join("\n")
}

/// Makes the comparison.
///
/// # Errors
///
/// When both sides have nothing in common, or must not be compared.
pub fn compare(subject: &Subject<'_>, asked: &CompareOptions) -> Result<Comparison, ComparisonError> {
    if subject.cells().is_empty() {
        return Err(nothing_in_common(subject));
    }
    let pairs = subject.pairs(&asked.cells);
    check_cells(subject, &pairs)?;
    let unlike = unlike(subject, &pairs);
    if !unlike.is_empty() && !asked.anyway {
        return Err(ComparisonError::Unlike(unlike));
    }
    let paired = subject.is_paired();
    // Decoding histograms takes most of the time, so all cores share it.
    let mut rows: Vec<Row> =
        pairs.par_iter().flat_map_iter(|pair| Row::of_pair(pair, &asked.metrics, paired)).collect();
    let comparisons = judge(&mut rows);
    let mut verdicts = BTreeMap::new();
    for row in &rows {
        *verdicts.entry(row.verdict.word()).or_insert(0) += 1;
    }
    let (only_in_base, only_in_new) = subject.only();
    Ok(Comparison {
        anyway: unlike,
        base: asked.base.clone(),
        new: asked.new.clone(),
        pairing: pairing(subject),
        changed: changed(subject, &pairs),
        only_in_base,
        only_in_new,
        comparisons,
        layout_known: rows.iter().any(|row| row.layout.is_some()),
        verdicts,
        gate: asked.fail_above.map(|percent| Gate::of(&rows, percent)),
        rows,
    })
}

fn pairing(subject: &Subject<'_>) -> Pairing {
    match subject {
        _ if subject.is_paired() => Pairing::ByRound,
        Subject::Runs { .. } => Pairing::RunsApart,
        Subject::Arms(_) | Subject::Cells { .. } => Pairing::OneAfterAnother,
    }
}

/// Gives every row with a p-value its verdict, corrected for all of them, and returns their number.
fn judge(rows: &mut [Row]) -> usize {
    let ps: Vec<f64> = rows.iter().filter_map(|row| row.p).collect();
    let comparisons = ps.len();
    let mut corrected = holm(&ps).into_iter();
    for row in rows.iter_mut().filter(|row| row.p.is_some()) {
        let (Some(p), Some(design)) = (corrected.next(), row.design()) else { continue };
        row.p_holm = Some(p);
        match design.suffices(comparisons) {
            true => row.verdict = Verdict::of(order(row, p), row.metric),
            false => row.refuse(Unknown::TooFewRounds {
                have: rounds(design),
                need: design.least_rounds(comparisons),
                comparisons,
            }),
        }
    }
    comparisons
}

/// In which direction the new side differs: significantly, and by more than code layout alone.
fn order(row: &Row, p: f64) -> Order {
    let estimate = row.tested.as_ref().map(Ratio::estimate);
    let band = row.layout.unwrap_or(1.0);
    match estimate {
        Some(Estimate { low, .. }) if p <= LEVEL && low > band => Order::More,
        Some(Estimate { high, .. }) if p <= LEVEL && high < 1.0 / band => Order::Less,
        _ => Order::Tie,
    }
}

fn rounds(design: Design) -> usize {
    match design {
        Design::Paired { rounds } => rounds,
        Design::Unpaired { base, new } => base.min(new),
    }
}

/// Two given cells of one run must be comparable; among many cells, those that are not are reported as unknown.
fn check_cells(subject: &Subject<'_>, pairs: &[Pair<'_>]) -> Result<(), ComparisonError> {
    let Subject::Cells { base, new, .. } = subject else { return Ok(()) };
    let refused = |(cell, trials): (&Cell, Vec<&_>)| {
        row::terms(trials.iter(), Metric::Cpu).map(|why| ComparisonError::Subject(format!("{cell}: {why}")))
    };
    let of_side = [
        (*base, pairs.iter().flat_map(|pair| pair.base.iter().copied()).collect()),
        (*new, pairs.iter().flat_map(|pair| pair.new.iter().copied()).collect()),
    ];
    of_side.into_iter().find_map(refused).map_or(Ok(()), Err)
}

fn nothing_in_common(subject: &Subject<'_>) -> ComparisonError {
    match subject {
        Subject::Cells { run, base, new } => {
            let has = |cell: &Cell| run.run.sections.iter().any(|section| section.cells.contains(cell));
            let lacking: Vec<String> =
                [base, new].into_iter().filter(|cell| !has(cell)).map(|cell| cell.to_string()).collect();
            let said = match lacking.is_empty() {
                true => "no section of the run has both cells".to_owned(),
                false => format!("the run has no cell {}", lacking.join(", ")),
            };
            ComparisonError::Subject(format!("{said}: it has {}", cells_of(&run.run)))
        }
        _ => ComparisonError::NothingInCommon { base: cells_of(subject.base_run()), new: cells_of(subject.new_run()) },
    }
}

/// `in section cost 12 cells (serial/ureq/plain/new-conn, … and 9 more)`.
fn cells_of(run: &RunInfo) -> String {
    let of = |section: &measure::result::Section| {
        let names: Vec<String> = section.cells.iter().take(3).map(Cell::to_string).collect();
        let more = section.cells.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("in section {} {}{more}", section.name, names.join(", "))
    };
    let sections: Vec<String> = run.sections.iter().map(of).collect();
    if sections.is_empty() { "none".to_owned() } else { sections.join("; ") }
}
