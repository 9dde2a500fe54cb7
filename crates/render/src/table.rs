//! The table of a section, for a terminal.

use analysis::figure::Figure;
use analysis::row::{Figures, Row, Tax};
use analysis::summary::Summary;
use comfy_table::{CellAlignment, Table};
use measure::result::{Flag, Terms};
use workload::Connection;

use crate::format::{memory, number, time, with_interval};
use crate::row_text::{marks, per_second};
use crate::table_style::STYLE;
use crate::{drift, open_loop, warm_up};

/// Draws the section's table with its title, in as many columns as `width` has room for.
pub fn draw(summary: &Summary, width: Option<u16>) -> String {
    let waits = summary.waits();
    let mut columns: Vec<Column> = if waits { WAITING.to_vec() } else { COST.to_vec() };
    let measured = !waits && summary.rows.iter().any(|row| distance(row).is_some());
    if measured {
        columns.insert(AFTER_TAX, FLOOR);
    }
    let mut rows: Vec<Vec<String>> = summary
        .rows
        .iter()
        .map(|row| match (&row.figures, waits) {
            (None, _) => {
                vec![row.cell.to_string(), if row.invalid.is_empty() { "not run" } else { "invalid" }.to_owned()]
            }
            (Some(figures), true) => waiting(row, figures),
            (Some(figures), false) => {
                let mut fields = cost(row, figures);
                if measured {
                    fields.insert(AFTER_TAX, distance(row).as_ref().map(quotient).unwrap_or_default());
                }
                fields
            }
        })
        .collect();
    if summary.workload.rate.is_some() {
        beside_latency(summary, &mut columns, &mut rows);
    }
    rows.extend(summary.floors.iter().map(|row| floor(row, &columns)));
    let shown = fitting(&columns, &rows, width);
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header(shown.iter().map(|number| columns[*number].0));
    for row in &rows {
        table.add_row(shown.iter().map(|number| row.get(*number).map_or("", String::as_str)));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{}\n{table}", title(summary));
    if shown.len() < columns.len() {
        let left = columns.iter().enumerate().filter(|(number, _)| !shown.contains(number));
        let names: Vec<String> = left.map(|(_, (name, _))| name.replace('\n', " ")).collect();
        text.push_str(&format!("\nno room for: {} (--csv has them)", names.join(", ")));
    }
    let beneath = invalid(summary).into_iter().chain(unpinned(summary)).chain(open_loop::sentences(summary));
    for line in beneath.chain(drift::lines(summary)).chain(warm_up::line(summary)) {
        text.push_str(&format!("\n{line}"));
    }
    text
}

/// Puts the columns of a fixed rate behind the latency that counts from when requests were due.
fn beside_latency(summary: &Summary, columns: &mut Vec<Column>, rows: &mut [Vec<String>]) {
    let at = columns.iter().position(|(name, _)| *name == "p99").map_or(columns.len(), |p99| p99 + 1);
    columns.splice(at..at, open_loop::COLUMNS);
    for (fields, row) in rows.iter_mut().zip(&summary.rows) {
        if let Some(figures) = &row.figures {
            fields.splice(at..at, open_loop::fields(figures.paced.as_ref()));
        }
    }
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
            Terms::Pinned | Terms::Floor => None,
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

/// A column's header, and its rank: where it is narrow, the highest ranks give way first.
type Column = (&'static str, u8);

const COST: [Column; 11] = [
    ("cell", 0),
    ("req/s", 2),
    ("p50", 6),
    ("p99", 3),
    (CLIENT_CPU, 0),
    ("origin CPU\nµs/req", 8),
    ("peak RSS", 5),
    ("TLS tax\nµs/req", 1),
    ("in\nflight", 4),
    ("loop\nlate", 7),
    ("threads\nheld", 9),
];

const WAITING: [Column; 9] = [
    ("cell", 0),
    ("in flight\nclient/origin", 1),
    ("took", 0),
    ("p50", 5),
    ("p99", 3),
    (CLIENT_CPU, 2),
    ("peak RSS", 4),
    ("loop\nlate", 6),
    ("threads\nheld", 7),
];

/// How far cells are from the least that their work can cost: what TLS adds ÷ its handshake in memory, or a plain
/// request ÷ its system calls. Only where floors were run.
const FLOOR: Column = ("÷ floor", 2);

/// Where it stands.
const AFTER_TAX: usize = 8;

/// The column that floors have figures in.
const CLIENT_CPU: &str = "client CPU\nµs/req";

/// The numbers of the columns that `width` has room for. A column that is wrapped into slivers tells nobody anything.
fn fitting(columns: &[Column], rows: &[Vec<String>], width: Option<u16>) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let longest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let needs = |number: &usize| {
        let cells = rows.iter().filter_map(|row| row.get(*number)).map(|cell| longest(cell));
        // A blank on either side and one between.
        cells.max().unwrap_or(0).max(longest(columns[*number].0)) + 3
    };
    let Some(width) = width.map(usize::from) else { return shown };
    while shown.iter().map(needs).sum::<usize>() > width {
        let least = shown.iter().copied().max_by_key(|number| columns[*number].1);
        match least.filter(|number| columns[*number].1 > 0) {
            Some(least) => shown.retain(|number| *number != least),
            None => break,
        }
    }
    shown
}

fn title(summary: &Summary) -> String {
    let workload = &summary.workload;
    format!(
        "{}: {}, {} in flight at most, {}",
        summary.section,
        open_loop::asked(workload),
        workload.concurrency,
        rounds(summary)
    )
}

fn rounds(summary: &Summary) -> String {
    let claims = summary.all().filter_map(|row| row.figures.as_ref()).any(|figures| figures.client_us.confident);
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

/// A floor's client CPU, and nothing that it is no measure of.
fn floor(row: &Row, columns: &[Column]) -> Vec<String> {
    let told = match &row.figures {
        None => {
            return vec![row.cell.to_string(), if row.invalid.is_empty() { "not run" } else { "invalid" }.to_owned()];
        }
        Some(figures) => with_interval(&figures.client_us),
    };
    let field = |(name, _): &Column| if *name == CLIENT_CPU { told.clone() } else { String::new() };
    [row.cell.to_string()].into_iter().chain(columns.iter().skip(1).map(field)).collect()
}

/// The distance that is shown of a row.
fn distance(row: &Row) -> Option<Figure> {
    row.figures.as_ref()?.floors?.nearest(&row.cell)
}

fn quotient(Figure { median, low, high, .. }: &Figure) -> String {
    let range = if low == high { String::new() } else { format!(" ({low:.2}–{high:.2})") };
    format!("{median:.2}{range}")
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
        figures.tls_tax.as_ref().map(|added| tax(added, figures.round_trips)).unwrap_or_default(),
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

fn quantile(ns: Option<f64>) -> String {
    ns.map_or_else(String::new, time)
}

fn tax(tax: &Tax, round_trips: Option<Figure>) -> String {
    let Figure { median, low, high, .. } = tax.ratio;
    let range = if low == high { String::new() } else { format!(", {low:.1}–{high:.1}") };
    let far = round_trips.map_or_else(String::new, |trips| format!(" +{:.1} RTT", trips.median));
    format!("{:+.1} (×{median:.1}{range}){far}", tax.added_us.median)
}

fn invalid(summary: &Summary) -> Vec<String> {
    let rows = summary.all().flat_map(|row| row.invalid.iter().map(move |(reason, count)| (row, reason, count)));
    rows.map(|(row, reason, count)| format!("invalid: {} in {count} of {} rounds: {reason}", row.cell, summary.rounds))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_narrow_the_least_telling_columns_give_way() {
        let rows = [COST.map(|(name, _)| name.replace('\n', " "))].map(|row| row.to_vec());
        assert_eq!(fitting(&COST, &rows, None).len(), COST.len());
        assert_eq!(fitting(&COST, &rows, Some(500)).len(), COST.len());
        let narrow = fitting(&COST, &rows, Some(60));
        assert!(narrow.contains(&0) && narrow.contains(&4) && narrow.contains(&7), "cell, client CPU and TLS tax stay");
        assert!(!narrow.contains(&10) && narrow.len() < COST.len());
        assert_eq!(fitting(&COST, &rows, Some(1)), [0, 4], "without which there is no table");
    }
}
