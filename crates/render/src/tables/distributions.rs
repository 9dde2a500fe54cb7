//! Latency by percentile and time by phase, as CSV: a line per section, cell and key.

use analysis::distribution::Distribution;
use analysis::report_data::ReportData;

use crate::table::column::Column;
use crate::table::csv;

/// A cell's value for a key.
struct Line {
    section: String,
    cell: String,
    key: String,
    ns: f64,
}

/// Latency by percentile: section, cell, quantile (0 to 1), ns.
///
/// # Errors
/// None that a result can cause: the writer's target is memory.
pub(crate) fn percentiles(data: &ReportData<'_>) -> Result<String, ::csv::Error> {
    write(data, &["quantile"], |distribution| {
        distribution.percentiles.iter().map(|(quantile, ns)| (quantile.to_string(), *ns)).collect()
    })
}

/// Mean time by phase: section, cell, phase, ns.
///
/// # Errors
/// As [`percentiles`].
pub(crate) fn phases(data: &ReportData<'_>) -> Result<String, ::csv::Error> {
    write(data, &["phase"], |distribution| {
        distribution.phases.iter().map(|(phase, ns)| (phase.name().to_owned(), *ns)).collect()
    })
}

fn write(
    data: &ReportData<'_>,
    key: &'static [&'static str],
    pick: impl Fn(&Distribution) -> Vec<(String, f64)>,
) -> Result<String, ::csv::Error> {
    let columns = [
        Column::csv_only(&["section"], |line: &Line| line.section.clone()),
        Column::csv_only(&["cell"], |line: &Line| line.cell.clone()),
        Column::csv_only(key, |line: &Line| line.key.clone()),
        Column::csv_only(&["ns"], |line: &Line| line.ns).decimals(0),
    ];
    let mut lines = Vec::new();
    for (number, summary) in data.summaries.iter().enumerate() {
        for (row, distribution) in data.rows(number) {
            let (section, cell) = (&summary.section, row.cell.to_string());
            let keys = pick(distribution).into_iter();
            lines.extend(keys.map(|(key, ns)| Line { section: section.clone(), cell: cell.clone(), key, ns }));
        }
    }
    csv::write(&columns, lines)
}
