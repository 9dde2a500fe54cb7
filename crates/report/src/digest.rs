//! A result, worked out: all that tables, sentences and charts are made of.

use analysis::by_cell::ByCell;
use analysis::distribution::Distribution;
use analysis::row::Row;
use analysis::summarize;
use analysis::summary::Summary;
use measure::result::{RunResult, Section};
use rayon::prelude::*;
use workload::floor::is_floor;

use crate::bills::Bills;

/// Everything that is shown of one result.
pub struct Digest<'a> {
    /// The result itself.
    pub result: &'a RunResult,
    /// The trials by cell.
    pub trials: ByCell<'a>,
    /// A summary per section.
    pub summaries: Vec<Summary>,
    /// The bills of its profiled cells: none, unless [`Digest::with_bills`] gave it some.
    pub bills: Bills,
    /// A distribution per row, in the order of the summaries' rows.
    distributions: Vec<Vec<Distribution>>,
}

impl<'a> Digest<'a> {
    /// Works it out.
    pub fn of(result: &'a RunResult) -> Digest<'a> {
        let trials = ByCell::new(&result.trials);
        let of_section = |section: &Section| {
            // Of the rows: floors have none.
            let cells = section.cells.par_iter().filter(|cell| !is_floor(cell));
            cells.map(|cell| Distribution::of(trials.of(section, cell))).collect()
        };
        let distributions = result.run.sections.iter().map(of_section).collect();
        Digest { result, summaries: summarize::summaries(result), distributions, trials, bills: Bills::default() }
    }

    /// The same with what its profiled cells' CPU time went to.
    #[must_use]
    pub fn with_bills(self, bills: Bills) -> Digest<'a> {
        Digest { bills, ..self }
    }

    /// All that could not be read of it.
    pub fn problems(&self) -> impl Iterator<Item = &String> {
        self.result.problems.iter().chain(&self.bills.problems)
    }

    /// Whether all that was run are stages of the talk: they are no models to choose from.
    pub fn is_talk(&self) -> bool {
        let mut cells = self.result.run.sections.iter().flat_map(|section| &section.cells).peekable();
        cells.peek().is_some() && cells.all(|cell| talk::stage::of(cell).is_some())
    }

    /// What the report is called.
    pub fn title(&self) -> &'static str {
        if self.is_talk() { "Slow HTTPS, and why" } else { "What HTTPS costs here" }
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
