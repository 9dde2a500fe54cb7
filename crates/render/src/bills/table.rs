//! Bills for a terminal: a row per class, a column per cell.

use profile::bill::{Bill, CellBill, Class, Interval, Sheet};

use super::words::doubts;
use crate::format::number;
use crate::table::column::{Column, table};
use crate::table::terminal;

/// Draws the sheet, in as many tables as `width` requires, with the reasons for doubt below.
pub fn draw(sheet: &Sheet, width: Option<u16>) -> String {
    if sheet.cells.is_empty() {
        return "no cell was profiled".to_owned();
    }
    let whole = table(&columns(sheet), rows(sheet));
    let mut text = format!("{TITLE}\n");
    for cells in beside_each_other(&terminal::widths(&whole), width) {
        let columns: Vec<usize> = [0].into_iter().chain(cells).collect();
        text.push_str(&format!("{}\n\n", terminal::draw(&whole.only(&columns))));
    }
    for cell in &sheet.cells {
        for doubt in doubts(cell) {
            text.push_str(&format!("{}: {doubt}\n", cell.cell));
        }
    }
    text.trim_end().to_owned()
}

const TITLE: &str =
    "Where the CPU time of a request goes, µs (what TLS adds; ~ if it does not differ significantly from zero)";

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Class(Class),
    Whole,
    Interval,
    Clock,
    Other,
    Threads,
}

impl Line {
    fn name(&self) -> &'static str {
        match self {
            Line::Class(class) => class.name(),
            Line::Whole => "in all",
            Line::Interval => "95 % interval",
            Line::Clock => "samples ÷ CPU clock",
            Line::Other => "no rule names",
            Line::Threads => "on CPU / ready / blocked",
        }
    }

    fn of(self, cell: &CellBill) -> String {
        match self {
            Line::Class(class) => of_class(cell, class),
            Line::Whole => {
                let tax = cell.tax.as_ref().map(|tax| tax.per_request_us);
                figure(cell.bill.per_request_us, tax)
            }
            Line::Interval => interval(&cell.bill),
            Line::Clock => clock(&cell.bill),
            Line::Other => format!("{:.1} %", cell.bill.other_share * 100.0),
            Line::Threads => shares(cell).unwrap_or_default(),
        }
    }
}

/// All classes with CPU time in any cell, and the sums.
fn rows(sheet: &Sheet) -> Vec<Line> {
    let spent =
        |class: Class| sheet.cells.iter().any(|cell| cell.bill.item(class).is_some_and(|item| item.samples > 0));
    let classes = Class::ALL.into_iter().filter(|class| spent(*class)).map(Line::Class);
    let mut rows: Vec<Line> = classes.chain([Line::Whole, Line::Interval, Line::Clock, Line::Other]).collect();
    if sheet.cells.iter().any(|cell| cell.threads.is_some()) {
        rows.push(Line::Threads);
    }
    rows
}

/// The names of the rows, and a column per cell.
fn columns(sheet: &Sheet) -> Vec<Column<'_, Line>> {
    let cells = sheet.cells.iter().map(|cell| {
        // A name in one line would make a column as wide as four.
        let title = cell.cell.to_string().replace(['/', '@'], "\n");
        Column::new(title, |row: &Line| row.of(cell)).right()
    });
    [Column::new("", Line::name)].into_iter().chain(cells).collect()
}

fn of_class(cell: &CellBill, class: Class) -> String {
    let spent = cell.bill.item(class).and_then(|item| item.per_request_us);
    let levy = cell.tax.as_ref().and_then(|tax| tax.levies.iter().find(|levy| levy.class == class));
    figure(spent, levy.map(|levy| levy.per_request_us))
}

/// `212 (+210)`, `40 (~-3.1)`.
fn figure(spent: Option<Interval>, tax: Option<Interval>) -> String {
    let Some(spent) = spent else { return "–".to_owned() };
    let tax = tax.filter(|tax| tax.value != 0.0 || spent.value != 0.0).map_or_else(String::new, |tax| {
        let unsure = if tax.contains(0.0) { "~" } else { "" };
        let sign = if tax.value >= 0.0 { "+" } else { "" };
        format!(" ({unsure}{sign}{})", number(tax.value))
    });
    format!("{}{tax}", number(spent.value))
}

fn interval(bill: &Bill) -> String {
    bill.per_request_us.map_or_else(String::new, |us| format!("{}–{}", number(us.low), number(us.high)))
}

fn clock(bill: &Bill) -> String {
    bill.coverage.map_or_else(
        || "✗".to_owned(),
        |coverage| format!("{:.3} {}", coverage.ratio.value, if coverage.agrees { "✓" } else { "✗" }),
    )
}

fn shares(cell: &CellBill) -> Option<String> {
    let threads = cell.threads?;
    let all = [threads.running_ns, threads.runnable_ns, threads.blocked_ns].map(|ns| ns as f64);
    let sum: f64 = all.iter().sum();
    let [running, runnable, blocked] = all.map(|ns| ns / sum * 100.0);
    (sum > 0.0).then(|| format!("{running:.0} / {runnable:.0} / {blocked:.0} %"))
}

/// The numbers of the columns that fit beside the first one in each table, at least one.
fn beside_each_other(needs: &[usize], width: Option<u16>) -> Vec<Vec<usize>> {
    let width = width.map_or(usize::MAX, usize::from);
    let first = needs.first().copied().unwrap_or(0);
    let (mut tables, mut used): (Vec<Vec<usize>>, usize) = (Vec::new(), 0);
    for (at, need) in needs.iter().enumerate().skip(1) {
        match tables.last_mut().filter(|_| used + need <= width) {
            Some(table) => table.push(at),
            None => {
                tables.push(vec![at]);
                used = first;
            }
        }
        used += need;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bills::fixtures::sheet;

    #[test]
    fn classes_stand_in_rows_and_the_tax_beside_them() {
        let text = draw(&sheet(), None);
        let row = |name: &str| text.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default();
        assert!(row("key exchange").contains("200 (+200)"), "{text}");
        assert!(row("HTTP").contains("(~-"), "unsure and below nothing, and shown: {text}");
        assert!(row("samples ÷ CPU clock").contains('✓') && row("samples ÷ CPU clock").contains('✗'), "{text}");
        assert!(row("on CPU").contains("50 / 10 / 40 %"), "{text}");
        assert!(row("thread creation").is_empty(), "what nobody spent anything on is left out");
        assert!(text.contains("threads/ureq/rustls/new-conn: samples make 50 % of the CPU clock"), "{text}");
    }

    #[test]
    fn where_it_is_narrow_cells_stand_beneath_each_other() {
        let (wide, narrow) = (draw(&sheet(), Some(500)), draw(&sheet(), Some(60)));
        let tables = |text: &str| text.lines().filter(|line| line.contains("key exchange")).count();
        assert!(tables(&wide) == 1 && tables(&narrow) > 1, "{narrow}");
        assert!(
            narrow.lines().filter(|line| !line.contains(": ") && *line != TITLE).all(|line| line.chars().count() <= 60)
        );
        assert!(tables(&draw(&sheet(), Some(1))) == sheet().cells.len());
        assert_eq!(draw(&Sheet::default(), None), "no cell was profiled");
    }
}
