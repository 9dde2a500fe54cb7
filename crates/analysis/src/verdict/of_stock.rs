//! What libraries cost as they are shipped: a sentence beside those of pinned cells.

use measure::result::Terms;
use workload::Connection;

use super::evidence::Evidence;
use super::sentence::{AsShipped, Shipped};
use crate::row::Row;
use crate::summary::Summary;

/// The libraries of the first section that has some over TLS by this kind of connection, where the server answers at
/// once. Each is spoken of with the first TLS stack that it ran over. `None` where there is no such section.
pub fn as_shipped(summaries: &[Summary], connection: Connection) -> Option<AsShipped> {
    let sections = summaries.iter().filter(|summary| !summary.waits());
    let libraries = sections.map(|summary| libraries(summary, connection)).find(|libraries| !libraries.is_empty())?;
    Some(AsShipped { connection, libraries })
}

fn libraries(summary: &Summary, connection: Connection) -> Vec<Shipped> {
    let mut rows: Vec<&Row> = Vec::new();
    let of_kind = |row: &&Row| row.terms == Terms::Stock && row.cell.is_tls() && row.cell.connection == connection;
    for row in summary.rows.iter().filter(of_kind).filter(|row| row.figures.is_some()) {
        if rows.iter().all(|other| (&other.cell.model, &other.cell.client) != (&row.cell.model, &row.cell.client)) {
            rows.push(row);
        }
    }
    let mut libraries: Vec<Shipped> = rows.into_iter().filter_map(shipped).collect();
    libraries.sort_by(|a, b| a.us.figure.median.total_cmp(&b.us.figure.median));
    libraries
}

fn shipped(row: &Row) -> Option<Shipped> {
    let (figures, seen) = (row.figures.as_ref()?, row.seen.as_ref()?);
    let cell = &row.cell;
    Some(Shipped {
        name: format!("{}/{}/{}", cell.model, cell.client, cell.tls),
        us: Evidence::of(figures.client_us, row.counted),
        connections: seen.accepts_per_request,
        resumed: seen.resumed_share,
    })
}
