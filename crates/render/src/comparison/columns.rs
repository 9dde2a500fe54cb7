//! The columns of a comparison, for a terminal and as CSV, in plain units: a line per figure of each cell.

use analysis::comparison::Comparison;
use analysis::comparison::metric::Metric;
use analysis::comparison::row::Row;
use analysis::comparison::verdict::Verdict;
use analysis::figure::Figure;

use crate::format::{memory, number, time};
use crate::table::column::{Column, pick, table};
use crate::table::{Table, csv};

/// A figure of a cell.
struct Line<'a> {
    row: &'a Row,
    /// Whether the line above is of the same cell.
    repeats: bool,
    /// Whether it was compared in spite of differences that forbid it.
    anyway: bool,
}

/// All columns, in the order of CSV, with their ranks on a terminal.
fn columns<'a>() -> Vec<Column<'a, Line<'a>>> {
    let side = |title: &str, pick: fn(&Row) -> Option<Figure>| {
        Column::new(title, move |line: &Line<'_>| pick(line.row))
            .right()
            .words(move |line| pick(line.row).map_or_else(String::new, |figure| text(line.row.metric, figure.median)))
    };
    let count = |name, pick: fn(&Row) -> Option<usize>| Column::csv_only(name, move |line: &Line<'_>| pick(line.row));
    vec![
        Column::csv_only(&["section"], |line: &Line<'_>| line.row.section.clone()),
        Column::new("cell", |line: &Line<'_>| line.row.cell.to_string())
            .words(|line| if line.repeats { String::new() } else { line.row.cell.to_string() })
            .csv(&["cell"]),
        Column::csv_only(&["base_cell"], |line: &Line<'_>| {
            line.row.base_cell.as_ref().unwrap_or(&line.row.cell).to_string()
        }),
        Column::new("figure", |line: &Line<'_>| line.row.metric.name())
            .words(|line| heading(line.row.metric).to_owned())
            .csv(&["metric"]),
        count(&["rounds_base"], |row| Some(row.rounds.base)),
        count(&["rounds_new"], |row| Some(row.rounds.new)),
        count(&["rounds_common"], |row| row.rounds.common),
        count(&["invalid_base"], |row| Some(row.rounds.invalid_base)),
        count(&["invalid_new"], |row| Some(row.rounds.invalid_new)),
        side("base", |row| row.base).rank(4).csv(&["base_median", "base_low", "base_high"]),
        side("new", |row| row.new).rank(3).csv(&["new_median", "new_low", "new_high"]),
        Column::new("new ÷ base", |line: &Line<'_>| line.row.ratio)
            .right()
            .interval(|ratio, low, high| format!("×{} ({}–{})", factor(ratio), factor(low), factor(high)))
            .csv(&["ratio", "ratio_low", "ratio_high"]),
        Column::csv_only(&["p"], |line: &Line<'_>| line.row.p),
        Column::new("p", |line: &Line<'_>| line.row.p_holm).right().rank(1).number(p).csv(&["p_holm"]),
        Column::new("layout", |line: &Line<'_>| line.row.layout)
            .right()
            .rank(2)
            .number(|band| format!("± {} %", percent(band)))
            .csv(&["layout_factor"]),
        Column::new("verdict", |line: &Line<'_>| line.row.verdict.word())
            .words(|line| verdict(line.row))
            .csv(&["verdict"]),
        Column::csv_only(&["reason"], |line: &Line<'_>| line.row.reason.clone()),
        Column::csv_only(&["outlier_rounds"], |line: &Line<'_>| {
            line.row.outliers.iter().map(|outlier| outlier.round.to_string()).collect::<Vec<_>>().join(" ")
        }),
        Column::csv_only(&["anyway"], |line: &Line<'_>| line.anyway),
    ]
}

/// The columns on a terminal.
const TERMINAL: [&str; 8] = ["cell", "figure", "base", "new", "new ÷ base", "layout", "p", "verdict"];

/// The table of a section for a terminal, without columns that have the same value in every row.
pub(super) fn terminal(comparison: &Comparison, rows: &[Row]) -> Table {
    let one_metric = rows.windows(2).all(|pair| pair[0].metric == pair[1].metric);
    let one_cell = rows.windows(2).all(|pair| pair[0].cell == pair[1].cell);
    let of_two_cells = rows.first().is_some_and(|row| row.base_cell.is_some());
    let wanted = |name: &&str| match *name {
        "cell" => !(one_cell && of_two_cells),
        "figure" => !one_metric || of_two_cells,
        "layout" => comparison.layout_known,
        _ => true,
    };
    let names: Vec<&str> = TERMINAL.into_iter().filter(wanted).collect();
    table(&pick(columns(), &names), lines(comparison, rows))
}

/// Its lines, with a header.
///
/// # Errors
/// None that a comparison can cause: the writer's target is memory.
pub fn csv(comparison: &Comparison) -> Result<String, ::csv::Error> {
    csv::write(&columns(), lines(comparison, &comparison.rows))
}

fn lines<'a>(comparison: &Comparison, rows: &'a [Row]) -> impl Iterator<Item = Line<'a>> {
    let anyway = !comparison.anyway.is_empty();
    let above = [None].into_iter().chain(rows.iter().map(Some));
    rows.iter().zip(above).map(move |(row, above)| {
        let repeats = above.is_some_and(|above| above.cell == row.cell);
        Line { row, repeats, anyway }
    })
}

/// The name of a figure, with its unit if its values have none.
pub(super) fn heading(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "client CPU, µs/req",
        Metric::Rate => "req/s",
        Metric::P50 => "p50",
        Metric::P99 => "p99",
        Metric::Rss => "peak RSS",
    }
}

/// A value of this figure in readable form.
fn text(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Cpu | Metric::Rate => number(value),
        Metric::P50 | Metric::P99 => time(value),
        Metric::Rss => memory(value),
    }
}

/// A factor with as many digits as are meaningful: `1.021`, `14.2`, `3e12`.
pub(crate) fn factor(value: f64) -> String {
    match value {
        value if !(0.001..1e4).contains(&value) => format!("{value:.0e}"),
        value if value < 10.0 => format!("{value:.3}"),
        value => format!("{value:.1}"),
    }
}

/// By how many percent a factor exceeds 1.
pub(crate) fn percent(factor: f64) -> String {
    let percent = (factor - 1.0) * 100.0;
    if percent < 1e4 { format!("{percent:.1}") } else { format!("{percent:.0e}") }
}

/// The verdict. A tie says why it is one: the layout of builds alone makes as much of a difference, or chance does.
fn verdict(row: &Row) -> String {
    let word = row.verdict.word();
    let is_one_sided = row.ratio.is_some_and(|ratio| ratio.low > 1.0 || ratio.high < 1.0);
    match (&row.verdict, row.layout) {
        (Verdict::Tie, Some(band)) if is_one_sided => format!("{word} (layout ± {} %)", percent(band)),
        (Verdict::Tie, _) => format!("{word} (chance)"),
        _ => word.to_owned(),
    }
}

/// A p-value.
pub(super) fn p(p: f64) -> String {
    match p {
        p if p < 0.001 => "<0.001".to_owned(),
        p if p > 0.999 => "1".to_owned(),
        p => format!("{p:.3}"),
    }
}
