//! The meaning of a run in a few plain sentences, each based on its figures. Nothing is said about what was not run.

use analysis::row::{Figures, Row};
use analysis::summary::Summary;
use workload::{Cell, Connection};

use crate::format::{number, time};

/// At most three sentences: what a new connection costs over TLS, what keeping it saves, what waiting does to models.
pub fn sentences(summaries: &[Summary]) -> Vec<String> {
    let taxes = summaries.iter().find_map(new_connection);
    let kept = summaries.iter().find_map(|summary| kept_connection(summary, summaries));
    let waits = summaries.iter().find_map(waiting);
    [taxes, kept, waits].into_iter().flatten().collect()
}

fn new_connection(summary: &Summary) -> Option<String> {
    let plain = summary.rows.iter().filter(|row| {
        !row.cell.is_tls() && row.cell.connection == Connection::NewConn && row.compares() && !summary.waits()
    });
    let plain = plain.min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
    let Cell { model, client, .. } = &plain.cell;
    let stacks: Vec<String> = summary
        .rows
        .iter()
        .filter(|row| row.cell.plain_twin().as_ref() == Some(&plain.cell))
        .filter(|row| row.cell.connection == plain.cell.connection && row.cell.axes == plain.cell.axes)
        .filter_map(|row| {
            let figures = row.figures.as_ref()?;
            let ratio = figures.tls_tax?.ratio.median;
            Some(format!("{} over {} (×{ratio:.0})", number(figures.client_us.median), row.cell.tls))
        })
        .collect();
    let base = number(plain.figures.as_ref()?.client_us.median);
    (!stacks.is_empty()).then(|| {
        format!(
            "A new connection per request costs {model}/{client} {base} µs of CPU without TLS, {} with a full handshake.",
            stacks.join(" and ")
        )
    })
}

fn kept_connection(summary: &Summary, all: &[Summary]) -> Option<String> {
    let kept = summary.rows.iter().filter(|row| {
        row.cell.is_tls() && row.cell.connection == Connection::KeepAlive && row.compares() && !summary.waits()
    });
    let kept = kept.min_by(|a, b| cost(a).total_cmp(&cost(b)))?;
    let Cell { model, client, tls, .. } = &kept.cell;
    let kept = kept.figures.as_ref()?;
    let fresh = all.iter().find_map(|summary| summary.figures(model, client, tls, Connection::NewConn))?;
    let saved = fresh.client_us.median / kept.client_us.median;
    let tax = kept.tls_tax.map(|tax| format!(", of which TLS is {}", number(tax.added_us.median)));
    Some(format!(
        "Kept alive, the same {model}/{client} request over {tls} costs {} µs{}: about {saved:.0} times less.",
        number(kept.client_us.median),
        tax.unwrap_or_default()
    ))
}

fn waiting(summary: &Summary) -> Option<String> {
    if !summary.is_told_by_time() {
        return None;
    }
    let told = |row: &Row| row.compares().then(|| Some((row.cell.clone(), row.figures.clone()?))).flatten();
    let mut rows: Vec<(Cell, Figures)> = summary.rows.iter().filter_map(told).collect();
    rows.sort_by(|a, b| a.1.wall_ns.median.total_cmp(&b.1.wall_ns.median));
    let ((fast, quick), (slow, late)) = (rows.first()?, rows.last()?);
    // A smaller difference may be chance, in a section with one round.
    if late.wall_ns.median < 2.0 * quick.wall_ns.median {
        return None;
    }
    let in_flight =
        |figures: &Figures| figures.in_flight.map_or_else(|| "?".to_owned(), |most| format!("{:.0}", most.median));
    Some(format!(
        "Waiting for a slow origin, {}/{} had {} requests in flight there and took {}; {}/{} had {} and took {}.",
        fast.model,
        fast.client,
        in_flight(quick),
        time(quick.wall_ns.median),
        slow.model,
        slow.client,
        in_flight(late),
        time(late.wall_ns.median)
    ))
}

/// Client CPU per request, µs; infinite where no round counts.
fn cost(row: &Row) -> f64 {
    row.figures.as_ref().map_or(f64::INFINITY, |figures| figures.client_us.median)
}
