//! The table of a section, for a terminal.

use comfy_table::{CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle};
use measure::result::Flag;

use crate::format::{memory, number, time, with_interval};
use crate::summary::{Figures, Row, Summary, Tax};

/// Draws the section's table with its title, wrapped to `width` columns where there is one.
pub fn draw(summary: &Summary, width: Option<u16>) -> String {
    let waits = summary.workload.path.delay_seconds() > 0.0;
    let mut table = Table::new();
    table.load_style(STYLE);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(if waits { WAITING.to_vec() } else { COST.to_vec() });
    for row in &summary.rows {
        table.add_row(match (&row.figures, waits) {
            (None, _) => vec![row.cell.to_string(), "invalid".to_owned()],
            (Some(figures), true) => waiting(row, figures, summary.workload.slots()),
            (Some(figures), false) => cost(row, figures),
        });
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{}\n{table}", title(summary));
    for reason in invalid(summary) {
        text.push_str(&format!("\n{reason}"));
    }
    text
}

/// Columns side by side under one line: nothing between rows, so that a table stays as short as its figures.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());

const COST: [&str; 8] =
    ["cell", "req/s", "p50", "p99", "client CPU µs/req", "origin CPU µs/req", "peak RSS", "TLS tax µs/req"];

const WAITING: [&str; 7] = ["cell", "in flight", "took", "p50", "p99", "client CPU µs/req", "peak RSS"];

fn title(summary: &Summary) -> String {
    let workload = &summary.workload;
    format!(
        "{}: {} × GET {}, {} in flight at most, {}",
        summary.section,
        number(workload.requests.get() as f64),
        workload.path,
        workload.concurrency,
        rounds(summary)
    )
}

fn rounds(summary: &Summary) -> String {
    let claims = summary.rows.iter().filter_map(|row| row.figures.as_ref()).any(|figures| figures.client_us.confident);
    match (summary.rounds, claims) {
        (1, _) => "1 round: no interval, no winner".to_owned(),
        (rounds, true) => format!("{rounds} rounds: median (95 % interval)"),
        (rounds, false) => format!("{rounds} rounds: median (range), no winner below {}", stats::ENOUGH_ROUNDS),
    }
}

fn cost(row: &Row, figures: &Figures) -> Vec<String> {
    vec![
        row.cell.to_string(),
        per_second(row, figures),
        quantile(figures.p50_ns.as_ref().map(|figure| figure.median)),
        quantile(figures.p99_ns.as_ref().map(|figure| figure.median)),
        with_interval(&figures.client_us),
        number(figures.origin_us.median),
        memory(figures.memory_bytes.median),
        figures.tls_tax.as_ref().map(tax).unwrap_or_default(),
    ]
}

fn waiting(row: &Row, figures: &Figures, slots: u32) -> Vec<String> {
    let in_flight = figures.in_flight.map_or_else(String::new, |most| format!("{} of {slots}", number(most.median)));
    vec![
        row.cell.to_string(),
        in_flight,
        time(figures.wall_ns.median),
        quantile(figures.p50_ns.as_ref().map(|figure| figure.median)),
        quantile(figures.p99_ns.as_ref().map(|figure| figure.median)),
        with_interval(&figures.client_us),
        memory(figures.memory_bytes.median),
    ]
}

/// A rate that the origin limited is a lower bound.
fn per_second(row: &Row, figures: &Figures) -> String {
    let bound = if row.flags.contains(&Flag::OriginBound) { "≥ " } else { "" };
    let rest: Vec<&str> = row.flags.iter().filter(|flag| **flag > Flag::ClientFull).map(|flag| flag.mark()).collect();
    let rest = if rest.is_empty() { String::new() } else { format!(" [{}]", rest.join(", ")) };
    format!("{bound}{}{rest}", number(figures.per_second.median))
}

fn quantile(ns: Option<f64>) -> String {
    ns.map_or_else(String::new, time)
}

fn tax(tax: &Tax) -> String {
    format!("{:+.1} (×{:.1})", tax.added_us.median, tax.ratio.median)
}

fn invalid(summary: &Summary) -> Vec<String> {
    let rows = summary.rows.iter().flat_map(|row| row.invalid.iter().map(move |(reason, count)| (row, reason, count)));
    rows.map(|(row, reason, count)| format!("invalid: {} in {count} of {} rounds: {reason}", row.cell, summary.rounds))
        .collect()
}
