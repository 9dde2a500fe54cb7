//! Two small pictures that tell the whole story: CPU of a request over a new and over a kept connection.

use workload::{Cell, Connection};

use super::bars::{Bar, Bars, Piece, Shape};
use super::{Chart, ChartError, palette};
use crate::digest::Digest;
use crate::format::number;
use crate::summary::{Figures, Row, Summary};

/// How pale plain HTTP is, and OpenSSL: rustls stands between them in full colour.
const PLAIN: f64 = 0.35;
const NATIVE: f64 = 0.7;

/// A small picture for each kind of connection that was run, of the models in `pairs`.
pub fn charts(digest: &Digest<'_>, pairs: &[(&str, &str)]) -> Result<Vec<Chart>, ChartError> {
    let kinds = [
        (Connection::NewConn, "new-connection", "Client CPU per request, new connection, µs"),
        (Connection::KeepAlive, "kept-connection", "Client CPU per request, kept connection, µs"),
    ];
    let mut charts = Vec::new();
    for (connection, id, title) in kinds {
        let Some(summary) = digest.summaries.iter().find(|summary| shows(summary, connection)) else { continue };
        let mut rows = Vec::new();
        for (model, client) in pairs {
            let of_pair = |row: &&Row| row.cell.model == *model && row.cell.client == *client;
            let of_pair = summary.rows.iter().filter(of_pair).filter_map(|row| Some((row, row.figures.as_ref()?)));
            for (number, (row, figures)) in of_pair.enumerate() {
                rows.push(bar(row, figures, number == 0, !rows.is_empty() && number == 0));
            }
        }
        let bars = Bars { title, axis: "", tick: &|us| number(*us), keys: Vec::new(), rows, shape: Shape::SMALL };
        let description = "Per model: plain HTTP (pale), rustls (full colour), native-tls.";
        charts.push(Chart::of(id, title, description, &bars.draw()?));
    }
    Ok(charts)
}

fn shows(summary: &Summary, connection: Connection) -> bool {
    !summary.waits() && summary.has_figures() && summary.rows.iter().any(|row| row.cell.connection == connection)
}

fn bar(row: &Row, figures: &Figures, names: bool, apart: bool) -> Bar {
    let median = figures.client_us.median;
    let opacity = match row.cell.tls.as_str() {
        Cell::PLAIN => PLAIN,
        "rustls" => 1.0,
        _ => NATIVE,
    };
    Bar {
        cell: Some(row.cell.to_string()),
        label: if names { row.cell.model.clone() } else { String::new() },
        apart,
        pieces: vec![Piece { from: 0.0, to: median, color: palette::of_model(&row.cell.model), opacity, part: None }],
        interval: Some((figures.client_us.low, figures.client_us.high)),
        value: format!("{} {}", number(median), row.cell.tls),
        told: format!("{}: {} µs", row.cell, number(median)),
    }
}
