//! A section for a terminal: its table, and explanations below it.

use analysis::row::Row;
use analysis::summary::Summary;
use measure::result::Terms;
use workload::Connection;

use crate::format::number;
use crate::table::terminal;
use crate::tables::cells;
use crate::{drift, open_loop, warm_up};

/// Draws the section's table with its title, in as many columns as fit in `width`.
pub fn draw(summary: &Summary, width: Option<u16>) -> String {
    let (table, left_out) = terminal::fitting(&cells::terminal(summary), width);
    let mut text = format!("{}\n{}{left_out}", title(summary), terminal::draw(&table));
    let beneath = invalid(summary).into_iter().chain(unpinned(summary)).chain(open_loop::sentences(summary));
    for line in beneath.chain(drift::lines(summary)).chain(warm_up::line(summary)) {
        text.push_str(&format!("\n{line}"));
    }
    text
}

/// The ledger's counts of rows that are not pinned, and of pools.
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
            Terms::Stock => Some(format!("own defaults: {}: {accepts}{handshakes}", row.cell)),
            Terms::Command => {
                Some(format!("program (responses not checked): {}: {accepts}{handshakes}{verifies}", row.cell))
            }
        }
    };
    summary.rows.iter().filter_map(told).collect()
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

/// Rows with fewer rounds than an interval needs.
fn exceptions(summary: &Summary) -> String {
    let few = summary.rows.iter().filter(|row| row.figures.is_some() && row.counted < stats::ENOUGH_ROUNDS);
    let few: Vec<String> = few.map(|row| format!("{} {}", row.cell, row.counted)).collect();
    if few.is_empty() { String::new() } else { format!("; range where fewer rounds count: {}", few.join(", ")) }
}

fn invalid(summary: &Summary) -> Vec<String> {
    let rows = summary.all().flat_map(|row| row.invalid.iter().map(move |(reason, count)| (row, reason, count)));
    rows.map(|(row, reason, count)| format!("invalid: {} in {count} of {} rounds: {reason}", row.cell, summary.rounds))
        .collect()
}
