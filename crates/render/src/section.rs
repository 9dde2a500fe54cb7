//! A section for a terminal: its table, and explanations below it.

use analysis::row::Row;
use analysis::summary::Summary;
use measure::result::Terms;
use workload::Connection;

use crate::format::number;
use crate::screen::Screen;
use crate::table::{Table, terminal};
use crate::tables::{as_shipped, cells};
use crate::{drift, open_loop, slow_trials, warm_up};

/// Draws the section's table with its title, in as many columns as fit on the screen. Floors, delays of the event
/// loop and the work of the warm-up are details, which a verbose screen shows.
pub fn draw(summary: &Summary, screen: &Screen) -> String {
    let tables = [Some(cells::terminal(summary, screen.verbose)), as_shipped::terminal(summary)];
    let shown = |table: Table| format!("\n{}", terminal::shown(&table, screen.width, "--csv"));
    let tables = tables.into_iter().flatten().filter(|table| !table.rows.is_empty()).map(shown);
    let mut text = format!("{}{}", screen.prose(&title(summary)), tables.collect::<Vec<_>>().join("\n"));
    let beneath = invalid(summary).into_iter().chain(unpinned(summary)).chain(open_loop::sentences(summary));
    let warm_up = warm_up::line(summary).filter(|_| screen.verbose);
    for line in beneath.chain(drift::lines(summary)).chain(slow_trials::lines(summary)).chain(warm_up) {
        text.push_str(&format!("\n{}", screen.prose(&line)));
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
            // Libraries as shipped have a table of their own.
            Terms::Pinned | Terms::Floor | Terms::Stock => None,
            Terms::Pooled => {
                (row.cell.connection == Connection::KeepAlive).then(|| format!("pooled: {}: {accepts}", row.cell))
            }
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
        heading(summary),
        open_loop::asked(workload),
        workload.concurrency,
        rounds(summary)
    )
}

/// The section's name, with the kind of connection that its rows do not name.
fn heading(summary: &Summary) -> String {
    let kind = cells::one_connection(summary).map(|kind| kind.name()).filter(|kind| !summary.section.contains(&**kind));
    kind.map_or_else(|| summary.section.clone(), |kind| format!("{}, {kind}", summary.section))
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
