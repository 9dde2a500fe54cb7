//! The table of bills on a page: a row per cell, a column per class, and what the figures are worth.

use analysis::bills::agrees;
use profile::bill::{CellBill, Class, Sheet};

use super::words::{doubts, with_interval};
use crate::format::{grouped, number, time};
use crate::page_table::Table;
use crate::table_cell::TableCell;

/// Phases in the order of a request; those of other names come behind.
const PHASES: [&str; 7] = ["queue", "build", "connect", "tls", "send", "wait", "body"];

/// The table. Classes on which no cell spent anything have no column.
pub(crate) fn table(sheet: &Sheet) -> Table {
    let classes: Vec<Class> = Class::ALL.into_iter().filter(|class| spent(sheet, *class)).collect();
    let phases = phases(sheet);
    let mut columns = vec!["cell".to_owned(), "CPU µs/req".to_owned(), "TLS adds".to_owned()];
    columns.extend(["samples ÷ CPU clock", "agrees"].map(str::to_owned));
    columns.extend(classes.iter().map(|class| class.name().to_owned()));
    let of_bill = ["no rule names %", "truncated", "lost", "running %", "ready %", "blocked %"];
    columns.extend(of_bill.map(str::to_owned));
    columns.extend(phases.iter().map(|phase| format!("{phase} (wall clock)")));
    columns.push("notes".to_owned());
    Table {
        id: "bills",
        heading: "Bills",
        intro: "CPU µs per request by class of work, from samples, with 95 % intervals of sampling for the sums. \
                Nothing is scaled: ✓ where samples account for the process's CPU clock. A sample says nothing of \
                threads that wait: what they did with the wall clock, and how long phases of a request took, stands \
                behind."
            .to_owned(),
        columns,
        rows: sheet.cells.iter().map(|cell| row(cell, &classes, &phases)).collect(),
    }
}

fn spent(sheet: &Sheet, class: Class) -> bool {
    sheet.cells.iter().any(|cell| cell.bill.item(class).is_some_and(|item| item.samples > 0))
}

fn phases(sheet: &Sheet) -> Vec<String> {
    let mut phases: Vec<String> = sheet.cells.iter().flat_map(|cell| cell.phases_us.keys().cloned()).collect();
    phases.sort_by_key(|phase| (PHASES.iter().position(|name| name == phase).unwrap_or(PHASES.len()), phase.clone()));
    phases.dedup();
    phases
}

fn row(cell: &CellBill, classes: &[Class], phases: &[String]) -> Vec<TableCell> {
    let bill = &cell.bill;
    let whole = |interval: Option<profile::bill::Interval>| {
        interval.map_or_else(TableCell::empty, |us| TableCell::of(with_interval(&us), us.value))
    };
    let mut fields = vec![
        TableCell::words(cell.cell.to_string()),
        whole(bill.per_request_us),
        whole(cell.tax.as_ref().map(|tax| tax.per_request_us)),
    ];
    fields.push(bill.coverage.map_or_else(TableCell::empty, |coverage| {
        let ratio = coverage.ratio;
        TableCell::of(format!("{:.3} ({:.3}–{:.3})", ratio.value, ratio.low, ratio.high), ratio.value)
    }));
    fields.push(TableCell::words(if agrees(cell) { "✓" } else { "✗" }.to_owned()));
    fields.extend(classes.iter().map(|class| {
        let us = bill.item(*class).and_then(|item| item.per_request_us);
        us.map_or_else(TableCell::empty, |us| TableCell::of(number(us.value), us.value))
    }));
    fields.push(TableCell::of(format!("{:.1}", bill.other_share * 100.0), bill.other_share));
    fields.extend([bill.truncated, bill.lost].map(|count| TableCell::of(grouped(count as f64), count as f64)));
    fields.extend(shares(cell));
    fields.extend(
        phases.iter().map(|phase| {
            cell.phases_us.get(phase).map_or_else(TableCell::empty, |us| TableCell::of(time(us * 1e3), *us))
        }),
    );
    fields.push(TableCell::words(doubts(cell).join("; ")));
    fields
}

/// What the threads did with the wall clock, in parts of the sum of their times.
fn shares(cell: &CellBill) -> [TableCell; 3] {
    let times = cell.threads.map(|threads| [threads.running_ns, threads.runnable_ns, threads.blocked_ns]);
    let times = times.unwrap_or_default().map(|ns| ns as f64);
    let sum: f64 = times.iter().sum();
    times.map(|ns| match sum > 0.0 {
        true => TableCell::of(format!("{:.1}", ns / sum * 100.0), ns / sum),
        false => TableCell::empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bills::fixtures::sheet;

    #[test]
    fn rows_have_a_field_for_every_column() {
        let sheet = sheet();
        let table = table(&sheet);
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        let field = |column: &str, row: usize| {
            let at = table.columns.iter().position(|name| name == column).unwrap();
            table.rows[row][at].text.as_str()
        };
        assert_eq!((field("key exchange", 0), field("key exchange", 2)), ("200", "0"));
        assert_eq!((field("agrees", 0), field("agrees", 3)), ("✓", "✗"));
        assert_eq!((field("running %", 0), field("tls (wall clock)", 0)), ("50.0", "700 µs"));
        assert!(!table.columns.iter().any(|name| name == "thread creation"));
        assert!(table.markdown().contains("| tokio-current/hyper/rustls/new-conn | 936 ("));
    }
}
