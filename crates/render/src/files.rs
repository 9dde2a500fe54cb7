//! All files of a report: the page, the Markdown, a picture per chart, and the data.

use analysis::report_data::ReportData;

use crate::charts::{Chart, ChartError};
use crate::folder::ReportFile;
use crate::panels::panels;
use crate::tables::{cells, distributions};
use crate::{bills, card, markdown, page};

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The error of a chart.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The error of the page.
    #[error("filling in the page: {0}")]
    Page(#[from] askama::Error),
    /// The error of the data.
    #[error("writing CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// The page's name.
pub const PAGE: &str = "index.html";

/// All files of this result's report.
///
/// # Errors
///
/// None that a result can cause, but the libraries can return errors.
pub fn files(data: &ReportData<'_>) -> Result<Vec<ReportFile>, ReportError> {
    let panels = panels(data)?;
    let charts = || panels.iter().flat_map(|panel| &panel.charts);
    let file = |name: &str, text: String| ReportFile { name: name.to_owned(), bytes: text.into_bytes() };
    let mut files = vec![
        file(PAGE, page::html(data, &panels)?),
        file("report.md", markdown::report(data, charts())),
        file("cells.csv", cells::csv(&data.summaries)?),
        file("percentiles.csv", distributions::percentiles(data)?),
        file("phases.csv", distributions::phases(data)?),
    ];
    files.extend(card::svg(data)?.map(|card| file(card::CARD, card)));
    if !data.bills.is_empty() {
        files.push(file("bills.csv", bills::spreadsheet::csv(&data.bills.sheet)?));
        files.extend(bills::folder::attached(&data.bills));
    }
    files.extend(charts().map(|chart: &Chart| file(&format!("{}.svg", chart.id), chart.file())));
    Ok(files)
}
