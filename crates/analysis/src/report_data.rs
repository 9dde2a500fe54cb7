//! All values of a result, from which tables, sentences and charts are made.

use measure::result::{RunResult, Section};
use rayon::prelude::*;
use workload::floor::is_floor;

use crate::bills::Bills;
use crate::by_cell::ByCell;
use crate::distribution::Distribution;
use crate::row::Row;
use crate::summarize::summaries;
use crate::summary::Summary;

/// All values of one result.
pub struct ReportData<'a> {
    /// The result itself.
    pub result: &'a RunResult,
    /// The trials by cell.
    pub trials: ByCell<'a>,
    /// A summary per section.
    pub summaries: Vec<Summary>,
    /// The bills of its profiled cells; empty unless [`ReportData::with_bills`] added some.
    pub bills: Bills,
    /// A distribution per row, in the order of the summaries' rows.
    distributions: Vec<Vec<Distribution>>,
}

impl<'a> ReportData<'a> {
    /// Computes all of it.
    pub fn of(result: &'a RunResult) -> ReportData<'a> {
        let trials = ByCell::new(&result.trials);
        let of_section = |section: &Section| {
            // Only of the rows: floors have none.
            let cells = section.cells.par_iter().filter(|cell| !is_floor(cell));
            cells.map(|cell| Distribution::of(trials.of(section, cell))).collect()
        };
        let distributions = result.run.sections.iter().map(of_section).collect();
        ReportData { result, summaries: summaries(result), distributions, trials, bills: Bills::default() }
    }

    /// Adds the bills of its profiled cells.
    #[must_use]
    pub fn with_bills(self, bills: Bills) -> ReportData<'a> {
        ReportData { bills, ..self }
    }

    /// Everything of it that could not be read.
    pub fn problems(&self) -> impl Iterator<Item = &String> {
        self.result.problems.iter().chain(&self.bills.problems)
    }

    /// Whether only stages of the talk were run: these are no models to choose from.
    pub fn is_talk(&self) -> bool {
        let mut cells = self.result.run.sections.iter().flat_map(|section| &section.cells).peekable();
        cells.peek().is_some() && cells.all(|cell| talk::stage::of(cell).is_some())
    }

    /// The sections with their summaries.
    pub fn sections(&self) -> impl Iterator<Item = (&'a Section, &Summary)> {
        self.result.run.sections.iter().zip(&self.summaries)
    }

    /// The rows of the section with that number, with their distributions.
    pub fn rows(&self, section: usize) -> impl Iterator<Item = (&Row, &Distribution)> {
        let rows = self.summaries.get(section).map_or(&[][..], |summary| &summary.rows);
        rows.iter().zip(self.distributions.get(section).into_iter().flatten())
    }
}
