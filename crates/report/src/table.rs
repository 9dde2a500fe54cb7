//! The table of a section, for a terminal.

use comfy_table::{CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle};
use measure::result::{Flag, Terms};
use workload::Connection;

use crate::format::{memory, number, time, with_interval};
use crate::summary::{Figure, Figures, Row, Summary, Tax};

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
            (None, _) => {
                vec![row.cell.to_string(), if row.invalid.is_empty() { "not run" } else { "invalid" }.to_owned()]
            }
            (Some(figures), true) => waiting(row, figures),
            (Some(figures), false) => cost(row, figures),
        });
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{}\n{table}", title(summary));
    for line in invalid(summary).into_iter().chain(unpinned(summary)) {
        text.push_str(&format!("\n{line}"));
    }
    text
}

/// What the ledger saw of rows that were let do as they do, and of pools.
fn unpinned(summary: &Summary) -> Vec<String> {
    let told = |row: &Row| {
        let seen = row.seen.as_ref()?;
        let accepts = format!("{} connections per request", number(seen.accepts_per_request));
        let verifies = match seen.verifies {
            Some(false) => "; does not verify certificates",
            _ => "",
        };
        let handshakes = match row.cell.is_tls() {
            true => {
                format!(", {} full and {} resumed handshakes, {}", seen.full, seen.resumed, seen.negotiated.join("; "))
            }
            false => String::new(),
        };
        match row.terms {
            Terms::Pinned => None,
            Terms::Pooled => {
                (row.cell.connection == Connection::KeepAlive).then(|| format!("pooled: {}: {accepts}", row.cell))
            }
            Terms::Stock => Some(format!("as it comes: {}: {accepts}{handshakes}", row.cell)),
            Terms::Command => {
                Some(format!("program (answers not checked): {}: {accepts}{handshakes}{verifies}", row.cell))
            }
        }
    };
    summary.rows.iter().filter_map(told).collect()
}

/// Columns side by side under one line: nothing between rows, so that a table stays as short as its figures.
pub(crate) const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());

const COST: [&str; 11] = [
    "cell",
    "req/s",
    "p50",
    "p99",
    "client CPU\nµs/req",
    "origin CPU\nµs/req",
    "peak RSS",
    "TLS tax\nµs/req",
    "in\nflight",
    "loop\nlate",
    "threads\nheld",
];

const WAITING: [&str; 9] = [
    "cell",
    "in flight\nclient/origin",
    "took",
    "p50",
    "p99",
    "client CPU\nµs/req",
    "peak RSS",
    "loop\nlate",
    "threads\nheld",
];

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
        (rounds, true) => format!("{rounds} rounds: median (95 % interval{})", exceptions(summary)),
        (rounds, false) => format!("{rounds} rounds: median (range), no winner below {}", stats::ENOUGH_ROUNDS),
    }
}

/// Which rows have fewer rounds than an interval takes.
fn exceptions(summary: &Summary) -> String {
    let few = summary.rows.iter().filter(|row| row.figures.is_some() && row.counted < stats::ENOUGH_ROUNDS);
    let few: Vec<String> = few.map(|row| format!("{} {}", row.cell, row.counted)).collect();
    if few.is_empty() { String::new() } else { format!("; range where fewer rounds count: {}", few.join(", ")) }
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
        // Where answers come at once the origin has few in flight, whatever the client does.
        marked(row, most(figures.client_in_flight)),
        quantile(figures.loop_late_ns.map(|figure| figure.median)),
        held(figures),
    ]
}

fn waiting(row: &Row, figures: &Figures) -> Vec<String> {
    vec![
        row.cell.to_string(),
        in_flight(row, figures),
        format!("{}{}", time(figures.wall_ns.median), marks(row)),
        quantile(figures.p50_ns.as_ref().map(|figure| figure.median)),
        quantile(figures.p99_ns.as_ref().map(|figure| figure.median)),
        with_interval(&figures.client_us),
        memory(figures.memory_bytes.median),
        quantile(figures.loop_late_ns.map(|figure| figure.median)),
        held(figures),
    ]
}

/// `64/61`: as the client and as the origin saw it.
fn in_flight(row: &Row, figures: &Figures) -> String {
    marked(row, format!("{}/{}", most(figures.client_in_flight), most(figures.in_flight)))
}

fn most(figure: Option<Figure>) -> String {
    figure.map_or_else(|| "–".to_owned(), |most| format!("{:.0}", most.median))
}

/// Marked where it is far below what was asked for.
fn marked(row: &Row, in_flight: String) -> String {
    if row.flags.contains(&Flag::FewInFlight) { format!("{in_flight} few") } else { in_flight }
}

fn held(figures: &Figures) -> String {
    figures.held.map_or_else(String::new, |share| format!("{:.0} %", share.median * 100.0))
}

/// A rate that the origin limited is a lower bound.
pub(crate) fn per_second(row: &Row, figures: &Figures) -> String {
    let bound = if row.flags.contains(&Flag::OriginBound) { "≥ " } else { "" };
    format!("{bound}{}{}", number(figures.per_second.median), marks(row))
}

/// What the network did to the trial. That the client's CPUs were full is the rule and stands in the data alone; the
/// other flags have marks of their own.
fn marks(row: &Row) -> String {
    let of_network = [Flag::TimeWait, Flag::ListenOverflow];
    let marks: Vec<&str> = of_network.iter().filter(|flag| row.flags.contains(flag)).map(|flag| flag.mark()).collect();
    if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) }
}

fn quantile(ns: Option<f64>) -> String {
    ns.map_or_else(String::new, time)
}

fn tax(tax: &Tax) -> String {
    let Figure { median, low, high, .. } = tax.ratio;
    let range = if low == high { String::new() } else { format!(", {low:.1}–{high:.1}") };
    format!("{:+.1} (×{median:.1}{range})", tax.added_us.median)
}

fn invalid(summary: &Summary) -> Vec<String> {
    let rows = summary.rows.iter().flat_map(|row| row.invalid.iter().map(move |(reason, count)| (row, reason, count)));
    rows.map(|(row, reason, count)| format!("invalid: {} in {count} of {} rounds: {reason}", row.cell, summary.rounds))
        .collect()
}
