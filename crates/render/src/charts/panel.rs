//! A panel of a report: charts that belong together, as the file declares it that draws them.

use analysis::report_data::ReportData;

use super::chart::{Chart, ChartError};

/// A panel, as it is declared.
pub(crate) struct Panel {
    /// Its name, to which links lead.
    pub(crate) id: &'static str,
    pub(crate) heading: &'static str,
    /// What its charts show, in plain text.
    pub(crate) intro: &'static str,
    /// Whether it waits to be asked for.
    pub(crate) folded: bool,
    /// The runs that have it.
    pub(crate) runs: Runs,
    /// What its charts say of a run, in paragraphs of plain text; `None`: they speak for themselves.
    pub(crate) words: Option<fn(&ReportData<'_>) -> Vec<String>>,
    /// Its charts: none where the run has nothing to draw.
    pub(crate) charts: fn(&ReportData<'_>) -> Result<Vec<Chart>, ChartError>,
}

/// Runs by what was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runs {
    /// Whatever it was.
    All,
    /// Stages of the talk.
    Talk,
    /// Cells of the matrix.
    Matrix,
}

impl Runs {
    /// Whether the run is one of these.
    pub(crate) fn have(self, data: &ReportData<'_>) -> bool {
        match self {
            Runs::All => true,
            Runs::Talk => data.is_talk(),
            Runs::Matrix => !data.is_talk(),
        }
    }
}
