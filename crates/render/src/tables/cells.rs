//! The table of all cells: for a terminal, for Markdown, for the page and as CSV, in plain units.

use analysis::figure::Figure;
use analysis::row::{Figures, OpenLoop, Row};
use analysis::summary::Summary;
use measure::result::Terms;
use workload::Connection;
use workload::floor::is_floor;

use crate::format::{memory, number, ranged, time};
use crate::row_text;
use crate::table::column::{Column, pick, table};
use crate::table::{Field, Look, Markup, Table, csv, markdown};

/// A cell of a section.
struct Line<'a> {
    summary: &'a Summary,
    row: &'a Row,
}

impl<'a> Line<'a> {
    fn figures(&self) -> Option<&'a Figures> {
        self.row.figures.as_ref()
    }

    /// `None` for floors in memory, of which only the client's CPU is shown.
    fn whole(&self) -> Option<&'a Figures> {
        self.figures().filter(|_| self.row.terms != Terms::Floor)
    }

    /// The text of its figures; empty if it has none.
    fn said(&self, say: impl Fn(&'a Row, &'a Figures) -> String) -> String {
        self.whole().map_or_else(String::new, |figures| say(self.row, figures))
    }
}

/// All columns, those of CSV in its order.
fn columns<'a>() -> Vec<Column<'a, Line<'a>>> {
    let mut columns = vec![
        Column::new("section", |line: &Line<'_>| line.summary.section.clone()).csv(&["section"]),
        Column::new("cell", |line: &Line<'_>| line.row.cell.to_string()).csv(&["cell"]).markdown(Markup::Code),
        Column::new("rounds", |line: &Line<'_>| line.row.counted).right().csv(&["rounds_counted"]),
        figure("req/s", |f| Some(f.per_second))
            .words(|line| line.said(row_text::per_second))
            .markdown(Markup::Verbatim)
            .csv(&["requests_per_second"]),
        figure("p50", |f| f.p50_ns).number(time).csv(&["p50_ns"]),
        figure("p99", |f| f.p99_ns).number(time).csv(&["p99_ns"]),
        Column::new("client CPU\nµs/req", |line: &Line<'_>| line.figures().map(|f| f.client_us))
            .right()
            .interval(ranged)
            .csv(&["client_cpu_us_per_request", "client_cpu_low", "client_cpu_high"]),
        Column::new("user %", |line: &Line<'_>| line.figures().and_then(|f| f.user_share))
            .right()
            .number(|share| format!("{:.0}", share * 100.0))
            .csv(&["client_user_share"])
            .decimals(4),
        figure("origin CPU\nµs/req", |f| Some(f.origin_us)).number(number).csv(&["origin_cpu_us_per_request"]),
        figure("peak RSS", |f| Some(f.memory_bytes)).number(memory).csv(&["peak_memory_bytes"]),
        figure("", |f| f.in_flight).csv(&["most_in_flight_origin"]),
        figure("in flight", |f| f.client_in_flight).number(whole).csv(&["most_in_flight_client"]),
        figure("loop\nlate", |f| f.loop_late_ns).number(time).csv(&["loop_late_ns"]),
        figure("threads\nheld", |f| f.held)
            .number(|share| format!("{:.0} %", share * 100.0))
            .csv(&["threads_held_share"]),
        figure("threads", |f| f.threads).number(whole).csv(&["threads"]),
        figure("TLS adds\nµs/req", |f| f.tls_tax.map(|tax| tax.added_us))
            .interval(ranged)
            .csv(&["tls_tax_us_per_request"]),
        figure("× plain", |f| f.tls_tax.map(|tax| tax.ratio))
            .interval(|median, low, high| format!("{median:.1} ({low:.1}–{high:.1})"))
            .csv(&["tls_tax_ratio", "tls_tax_ratio_low", "tls_tax_ratio_high"]),
        Column::csv_only(&["flags"], |line: &Line<'_>| {
            let not_verified = line.row.not_verified.then_some("not-verified");
            line.row.flags.iter().map(|flag| flag.mark()).chain(not_verified).collect::<Vec<_>>().join(" ")
        }),
        Column::csv_only(&["invalid"], |line: &Line<'_>| {
            line.row.invalid.keys().cloned().collect::<Vec<_>>().join("; ")
        }),
        Column::csv_only(&["libraries"], |line: &Line<'_>| line.row.libraries.join("; ")),
    ];
    columns.extend(distances());
    columns.extend(around());
    columns.extend(paced());
    columns.extend(of_one_medium());
    columns
}

/// A column of a figure that floors do not have.
fn figure<'a>(title: &str, pick: fn(&Figures) -> Option<Figure>) -> Column<'a, Line<'a>> {
    Column::new(title, move |line: &Line<'_>| line.whole().and_then(pick)).right()
}

/// The ratios of a cell to each floor.
fn distances<'a>() -> [Column<'a, Line<'a>>; 3] {
    [
        figure("", |f| f.floors?.tls).csv(&[
            "tls_tax_over_memory_floor",
            "tls_tax_over_memory_floor_low",
            "tls_tax_over_memory_floor_high",
        ]),
        figure("", |f| f.floors?.primitives).csv(&[
            "tls_tax_over_primitives_floor",
            "tls_tax_over_primitives_floor_low",
            "tls_tax_over_primitives_floor_high",
        ]),
        figure("", |f| f.floors?.net).csv(&[
            "plain_over_sockets_floor",
            "plain_over_sockets_floor_low",
            "plain_over_sockets_floor_high",
        ]),
    ]
}

/// Values beside the figures: warm-up and drift.
fn around<'a>() -> [Column<'a, Line<'a>>; 4] {
    [
        Column::csv_only(&["warm_up_requests"], |line: &Line<'_>| line.row.warm_up.map(|warm_up| warm_up.requests)),
        Column::csv_only(&["warm_up_cpu_ms"], |line: &Line<'_>| line.row.warm_up.map(|warm_up| warm_up.cpu_ms)),
        Column::csv_only(&["latency_drift_share"], |line: &Line<'_>| line.row.drift.map(|drift| drift.change))
            .decimals(4),
        Column::csv_only(&["not_steady"], |line: &Line<'_>| line.row.drift.map(|drift| !drift.steady)),
    ]
}

/// Additional columns at a fixed rate.
fn paced<'a>() -> [Column<'a, Line<'a>>; 7] {
    let told = |title: &str, pick: fn(OpenLoop) -> Option<Figure>| {
        Column::new(title, move |line: &Line<'_>| line.figures().and_then(|f| f.paced).and_then(pick)).right()
    };
    [
        Column::csv_only(&["rate_per_second"], |line: &Line<'_>| {
            line.summary.workload.rate.map(|rate| rate.to_string())
        }),
        told("", |paced| Some(paced.reached_per_second)).csv(&["reached_per_second"]),
        told("p50 from\nstart", |paced| paced.from_start_p50_ns).number(time).csv(&["from_start_p50_ns"]),
        told("p99 from\nstart", |paced| paced.from_start_p99_ns).number(time).csv(&["from_start_p99_ns"]),
        told("", |paced| paced.start_error_p99_ns).csv(&["start_error_p99_ns"]),
        told("late", |paced| paced.late_share)
            .number(|share| format!("{} %", number(share * 100.0)))
            .csv(&["late_share"]),
        told("pacer CPU\nµs/req", |paced| paced.pacer_us).number(number).csv(&["pacer_cpu_us_per_request"]),
    ]
}

/// Columns of one medium, which has room for only one column, or for more words than others.
fn of_one_medium<'a>() -> Vec<Column<'a, Line<'a>>> {
    vec![
        figure("req/s", |f| Some(f.per_second)).named("req/s unmarked").words(|line| line.said(row_text::rate)),
        figure("took", |f| Some(f.wall_ns))
            .words(|line| line.said(|row, figures| time(figures.wall_ns.median) + &row_text::marks(row))),
        figure("in\nflight", |f| f.client_in_flight)
            .named("in flight marked")
            .words(|line| line.said(row_text::in_flight)),
        figure("in flight\nclient/origin", |f| f.client_in_flight).words(|line| line.said(row_text::both_in_flight)),
        figure("TLS tax\nµs/req", |f| f.tls_tax.map(|tax| tax.added_us))
            .words(|line| line.said(|_, figures| row_text::tax(figures))),
        figure("TLS adds", |f| f.tls_tax.map(|tax| tax.added_us))
            .words(|line| line.said(|_, figures| row_text::short_tax(figures))),
        Column::new("÷ floor", |line: &Line<'_>| distance(line.row)).right().interval(|median, low, high| {
            let range = if low == high { String::new() } else { format!(" ({low:.2}–{high:.2})") };
            format!("{median:.2}{range}")
        }),
        Column::new("notes", |line: &Line<'_>| row_text::notes(line.row)),
    ]
}

fn whole(count: f64) -> String {
    format!("{count:.0}")
}

/// How far a cell is from the least that its work can cost: what TLS adds ÷ its handshake in memory, or a plain
/// request ÷ its system calls.
fn distance(row: &Row) -> Option<Figure> {
    row.figures.as_ref()?.floors?.nearest(&row.cell)
}

/// Columns that are shown only where details are asked for.
const DETAILS: [&str; 3] = ["÷ floor", "loop late", "threads held"];

/// The columns of a terminal where answers come at once, each with its rank: where it is narrow, the highest ranks give
/// way first. Where answers come at once the origin has few in flight, whatever the client does.
const COST: [(&str, u8); 12] = [
    ("cell", 0),
    ("req/s", 2),
    ("p50", 6),
    ("p99", 3),
    ("client CPU µs/req", 0),
    ("origin CPU µs/req", 8),
    ("peak RSS", 5),
    ("TLS tax µs/req", 0),
    ("÷ floor", 2),
    ("in flight marked", 4),
    ("loop late", 7),
    ("threads held", 9),
];

/// The columns if the origin delays every response.
const WAITING: [(&str, u8); 9] = [
    ("cell", 0),
    ("in flight client/origin", 1),
    ("took", 0),
    ("p50", 5),
    ("p99", 3),
    ("client CPU µs/req", 2),
    ("peak RSS", 4),
    ("loop late", 6),
    ("threads held", 7),
];

/// The columns of a fixed rate, which follow the latency that counts from when requests were due.
const PACED: [(&str, u8); 4] = [("p50 from start", 6), ("p99 from start", 3), ("late", 2), ("pacer CPU µs/req", 8)];

/// The columns of Markdown.
const MARKDOWN: [&str; 7] = ["cell", "client CPU µs/req", "TLS adds", "req/s", "p50", "p99", "rounds"];

/// The columns of the page.
const PAGE: [&str; 16] = [
    "cell",
    "section",
    "client CPU µs/req",
    "user %",
    "TLS adds µs/req",
    "× plain",
    "req/s unmarked",
    "p50",
    "p99",
    "origin CPU µs/req",
    "peak RSS",
    "in flight",
    "loop late",
    "threads",
    "rounds",
    "notes",
];

/// The kind of connection that all of a section's cells make.
pub(crate) fn one_connection(summary: &Summary) -> Option<Connection> {
    let first = summary.rows.first()?.cell.connection;
    let own = |row: &Row| row.cell.connection == first && first != Connection::Own;
    summary.rows.iter().all(own).then_some(first)
}

/// The name of a row, for tables without notes: no figure of a client that does not verify may be read without the
/// label. Where the heading names the kind of connection, the row does not.
pub(super) fn name(row: &Row, kind: Option<Connection>) -> String {
    let name = row.cell.to_string();
    let name = match kind {
        Some(kind) if !is_floor(&row.cell) => name.replacen(&format!("/{}", kind.name()), "", 1),
        _ => name,
    };
    if row.not_verified { format!("{name} ({})", row_text::NOT_VERIFIED) } else { name }
}

/// The table of a section for a terminal. Floors, the distance to them and what the event loop did are details.
pub(crate) fn terminal(summary: &Summary, verbose: bool) -> Table {
    let waits = summary.waits();
    let mut shown = if waits { WAITING.to_vec() } else { COST.to_vec() };
    shown.retain(|(name, _)| verbose || !DETAILS.contains(name));
    let rows = || compared(summary).chain(summary.floors.iter().filter(|_| verbose));
    let kind = one_connection(summary);
    if summary.workload.rate.is_some() {
        let behind = shown.iter().position(|(name, _)| *name == "p99").map_or(shown.len(), |p99| p99 + 1);
        shown.splice(behind..behind, PACED);
    }
    let names: Vec<&str> = shown.iter().map(|(name, _)| *name).collect();
    let columns = pick(columns(), &names).into_iter().zip(&shown).map(|(column, (_, rank))| column.rank(*rank));
    let mut table = table(&columns.collect::<Vec<_>>(), lines(summary, rows()));
    for (at, (fields, row)) in table.rows.iter_mut().zip(rows()).enumerate() {
        if let Some(first) = fields.first_mut() {
            first.text = name(row, kind);
        }
        // Of a floor, the client's CPU is told, and nothing that it is no measure of.
        if at >= compared(summary).count() {
            let others = fields.iter_mut().zip(&names).skip(1).filter(|(_, name)| **name != "client CPU µs/req");
            others.for_each(|(field, _)| *field = Field::default());
        }
        if let (None, Some(second)) = (&row.figures, fields.get_mut(1)) {
            second.text = if row.invalid.is_empty() { "not run" } else { "invalid" }.to_owned();
        }
    }
    table
}

/// The rows that are not in a table of libraries as shipped.
fn compared(summary: &Summary) -> impl Iterator<Item = &Row> {
    summary.rows.iter().filter(|row| row.terms != Terms::Stock)
}

/// The table of a section in Markdown.
pub(crate) fn markdown(summary: &Summary) -> String {
    let mut table = table(&pick(columns(), &MARKDOWN), lines(summary, compared(summary)));
    for (fields, row) in table.rows.iter_mut().zip(compared(summary)) {
        if let Some(first) = fields.first_mut() {
            first.text = name(row, None);
        }
        if row.figures.is_some() {
            continue;
        }
        if let [_, first, others @ .., _rounds] = &mut fields[..] {
            first.text = "–".to_owned();
            others.fill(Field::missing());
        }
    }
    markdown::write(&table)
}

/// The table of all sections for the page.
pub(crate) fn page(summaries: &[Summary]) -> Table {
    let rows = summaries.iter().flat_map(|summary| lines(summary, &summary.rows));
    table(&pick(columns(), &PAGE), rows).looking(Look::SortableByName)
}

/// The figures of all sections as CSV with a header.
///
/// # Errors
/// None that a summary can cause: the writer's target is memory.
pub fn csv(summaries: &[Summary]) -> Result<String, ::csv::Error> {
    csv::write(&columns(), summaries.iter().flat_map(|summary| lines(summary, summary.all())))
}

fn lines<'a>(summary: &'a Summary, rows: impl IntoIterator<Item = &'a Row>) -> impl Iterator<Item = Line<'a>> {
    rows.into_iter().map(move |row| Line { summary, row })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_medium_names_columns_that_there_are() {
        let ranked = COST.iter().chain(&WAITING).chain(&PACED).map(|(name, _)| *name);
        for name in ranked.chain(MARKDOWN).chain(PAGE) {
            assert_eq!(columns().iter().filter(|column| column.name() == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn where_it_is_narrow_the_least_telling_columns_give_way() {
        let columns = pick(columns(), &COST.map(|(name, _)| name)).into_iter().zip(COST);
        let mut whole = table(&columns.map(|(column, (_, rank))| column.rank(rank)).collect::<Vec<_>>(), []);
        let words = |name: &str| Field { text: name.to_owned(), ..Field::default() };
        whole.rows.push(COST.map(|(name, _)| words(name)).to_vec());
        let told = |width| crate::table::terminal::shown(&whole, width, "--csv");
        assert!(!told(None).contains("no room") && !told(Some(500)).contains("no room"));
        let narrow = told(Some(60));
        let left_out = narrow.lines().last().unwrap();
        assert!(left_out.starts_with("no room for: ") && left_out.contains("threads held"), "{narrow}");
        for stays in ["cell", "client CPU", "TLS tax"] {
            assert!(narrow.contains(stays) && !left_out.contains(stays), "{narrow}");
        }
        assert!(told(Some(1)).contains("  TLS tax µs/req: "), "each row in lines of its own");
    }
}
