//! A comparison as CSV: a line per figure of each cell, in plain units, empty where there is none.

use analysis::comparison::Comparison;
use analysis::comparison::row::Row;
use analysis::figure::Figure;

/// Its lines, with a header.
///
/// # Errors
/// None that a comparison can cause: the writer's target is memory.
pub fn csv(comparison: &Comparison) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for row in &comparison.rows {
        writer.write_record(record(row, !comparison.anyway.is_empty()))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

const HEADER: [&str; 25] = [
    "section",
    "cell",
    "base_cell",
    "metric",
    "rounds_base",
    "rounds_new",
    "rounds_common",
    "invalid_base",
    "invalid_new",
    "base_median",
    "base_low",
    "base_high",
    "new_median",
    "new_low",
    "new_high",
    "ratio",
    "ratio_low",
    "ratio_high",
    "p",
    "p_holm",
    "layout_factor",
    "verdict",
    "reason",
    "outlier_rounds",
    "anyway",
];

fn record(row: &Row, anyway: bool) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let figure = |figure: Option<Figure>| {
        let Some(Figure { median, low, high, .. }) = figure else { return vec![String::new(); 3] };
        [median, low, high].map(|value| value.to_string()).to_vec()
    };
    let rounds = row.rounds;
    let mut fields = vec![
        row.section.clone(),
        row.cell.to_string(),
        row.base_cell.as_ref().unwrap_or(&row.cell).to_string(),
        row.metric.name().to_owned(),
        rounds.base.to_string(),
        rounds.new.to_string(),
        rounds.common.map_or_else(String::new, |common| common.to_string()),
        rounds.invalid_base.to_string(),
        rounds.invalid_new.to_string(),
    ];
    fields.extend([row.base, row.new, row.ratio].into_iter().flat_map(figure));
    fields.extend([row.p, row.p_holm, row.layout].map(number));
    let outliers: Vec<String> = row.outliers.iter().map(|outlier| outlier.round.to_string()).collect();
    fields.extend([
        row.verdict.word().to_owned(),
        row.reason.clone().unwrap_or_default(),
        outliers.join(" "),
        anyway.to_string(),
    ]);
    fields
}
