//! The table of bills on a page and in Markdown: a row per cell, a column per class, and how reliable the figures are.

use analysis::bills::{Bills, agrees};
use profile::bill::{CellBill, Class, Sheet, ThreadTimes};

use super::folder::links;
use super::words::{doubts, ranged};
use crate::format::{grouped, number, time};
use crate::table::column::{Column, table};
use crate::table::{Field, Head, Look, Table};

/// Phases in the order of a request; phases with other names follow.
const PHASES: [&str; 7] = ["queue", "build", "connect", "tls", "send", "wait", "body"];

/// The table. Classes without CPU time in any cell have no column.
pub(crate) fn page(sheet: &Sheet) -> Table {
    table(&columns(sheet), &sheet.cells)
        .titled(
            "bills",
            "Bills",
            "CPU µs per request by class of work, from samples, with 95 % intervals of sampling for the sums. \
             Nothing is scaled: ✓ where samples account for the process's CPU clock. A sample says nothing of threads \
             that wait: what they did with the wall clock, and how long phases of a request took, stands behind.",
        )
        .looking(Look::SortableByName)
}

/// The table with the files that belong to each row.
pub(crate) fn linked(bills: &Bills) -> Table {
    let mut table = page(&bills.sheet);
    table.heads.push(Head::new("files"));
    for (row, cell) in table.rows.iter_mut().zip(&bills.sheet.cells) {
        row.push(Field { links: links(bills, cell).into_iter().collect(), ..Field::default() });
    }
    table
}

fn columns(sheet: &Sheet) -> Vec<Column<'_, &CellBill>> {
    let mut columns = vec![
        Column::new("cell", |cell: &&CellBill| cell.cell.to_string()),
        Column::new("CPU µs/req", |cell: &&CellBill| cell.bill.per_request_us).interval(ranged),
        Column::new("TLS adds", |cell: &&CellBill| cell.tax.as_ref().map(|tax| tax.per_request_us)).interval(ranged),
        Column::new("samples ÷ CPU clock", |cell: &&CellBill| cell.bill.coverage.map(|coverage| coverage.ratio))
            .interval(|ratio, low, high| format!("{ratio:.3} ({low:.3}–{high:.3})")),
        Column::new("agrees", |cell: &&CellBill| if agrees(cell) { "✓" } else { "✗" }),
    ];
    columns.extend(Class::ALL.into_iter().filter(|class| spent(sheet, *class)).map(|class| {
        let us = move |cell: &&CellBill| cell.bill.item(class).and_then(|item| item.per_request_us);
        Column::new(class.name(), us).number(number)
    }));
    columns.extend([
        Column::new("no rule names %", |cell: &&CellBill| cell.bill.other_share).number(percent),
        Column::new("truncated", |cell: &&CellBill| cell.bill.truncated).number(grouped),
        Column::new("lost", |cell: &&CellBill| cell.bill.lost).number(grouped),
    ]);
    columns.extend([
        share("running %", |threads| threads.running_ns),
        share("ready %", |threads| threads.runnable_ns),
        share("blocked %", |threads| threads.blocked_ns),
    ]);
    columns.extend(phases(sheet).into_iter().map(|phase| {
        let title = format!("{phase} (wall clock)");
        Column::new(title, move |cell: &&CellBill| cell.phases_us.get(&phase).copied()).number(|us| time(us * 1e3))
    }));
    columns.push(Column::new("notes", |cell: &&CellBill| doubts(cell).join("; ")));
    columns
}

/// How the threads spent the wall-clock time, as shares of the sum of their times.
fn share<'a>(title: &str, pick: fn(&ThreadTimes) -> u64) -> Column<'a, &'a CellBill> {
    let share = move |cell: &&CellBill| {
        let threads = cell.threads.as_ref()?;
        let sum: f64 = [threads.running_ns, threads.runnable_ns, threads.blocked_ns].map(|ns| ns as f64).iter().sum();
        (sum > 0.0).then(|| pick(threads) as f64 / sum)
    };
    Column::new(title, share).number(percent)
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bills::fixtures::sheet;
    use crate::table::markdown;

    #[test]
    fn rows_have_a_field_for_every_column() {
        let sheet = sheet();
        let table = page(&sheet);
        assert!(table.rows.iter().all(|row| row.len() == table.heads.len()));
        let field = |column: &str, row: usize| {
            let at = table.heads.iter().position(|head| head.title == column).unwrap();
            table.rows[row][at].text.as_str()
        };
        assert_eq!((field("key exchange", 0), field("key exchange", 2)), ("200", "0"));
        assert_eq!((field("agrees", 0), field("agrees", 3)), ("✓", "✗"));
        assert_eq!((field("running %", 0), field("tls (wall clock)", 0)), ("50.0", "700 µs"));
        assert!(!table.heads.iter().any(|head| head.title == "thread creation"));
        assert!(markdown::write(&table).contains("| tokio-current/hyper/rustls/new-conn | 936 ("));
    }
}
