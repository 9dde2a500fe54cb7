//! Tables of what TLS costs in memory: handshakes per second per core by side, bulk transfer, and primitives.

use measure::result::handshakes::{HandshakeFigure, InMemory};

use crate::format::{number, time};
use crate::page_table::Table;
use crate::table_cell::TableCell;

/// Those tables that have rows.
pub(crate) fn tables(figures: &InMemory) -> Vec<Table> {
    let tables = [handshakes(figures), bulk(figures), primitives(figures)];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn handshakes(figures: &InMemory) -> Table {
    let mut kinds: Vec<[&str; 5]> = figures.handshakes.iter().map(kind).collect();
    let mut seen: Vec<[&str; 5]> = Vec::new();
    kinds.retain(|kind| {
        if seen.contains(kind) {
            false
        } else {
            seen.push(*kind);
            true
        }
    });
    let rate = |wanted: [&str; 5], side: &str| {
        let figure = figures.handshakes.iter().find(|figure| kind(figure) == wanted && figure.side == side);
        figure.map_or_else(TableCell::empty, |figure| {
            let rate = 1e9 / figure.ns_per_handshake;
            TableCell::of(number(rate.round()), rate)
        })
    };
    let rows = kinds.into_iter().map(|kind| {
        let words = kind.into_iter().map(|word| TableCell::words(word.to_owned()));
        words.chain([rate(kind, "client"), rate(kind, "server")]).collect()
    });
    Table {
        id: "handshakes",
        heading: "TLS handshakes in memory",
        intro: format!(
            "No sockets, one core, median CPU time: handshakes per second per core, client and server apart, to stand \
             beside those that libraries publish. {}.",
            libraries(figures)
        ),
        columns: names(&["stack", "version", "group", "key", "kind", "client /s", "server /s"]),
        rows: rows.collect(),
    }
}

fn kind(figure: &HandshakeFigure) -> [&str; 5] {
    [&figure.stack, &figure.version, &figure.group, &figure.key, &figure.kind]
}

fn libraries(figures: &InMemory) -> String {
    let mut names: Vec<&str> = figures.handshakes.iter().map(|figure| figure.library.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|name| (*name).to_owned()).collect()
}

fn bulk(figures: &InMemory) -> Table {
    let rows = figures.bulk.iter().map(|figure| {
        let rate = figure.bytes as f64 / f64::from(1 << 20) * 1e9 / figure.ns_per_transfer;
        let words = [&figure.stack, &figure.version, &figure.side].map(|word| TableCell::words(word.clone()));
        words.into_iter().chain([TableCell::of(number(rate.round()), rate)]).collect()
    });
    Table {
        id: "bulk",
        heading: "Bulk transfer in memory",
        intro: "MiB per second of one core over an established connection: the server encrypts, the client decrypts."
            .to_owned(),
        columns: names(&["stack", "version", "side", "MiB/s"]),
        rows: rows.collect(),
    }
}

fn primitives(figures: &InMemory) -> Table {
    let rows = figures.primitives.iter().map(|figure| {
        let words = [&figure.stack, &figure.primitive].map(|word| TableCell::words(word.clone()));
        words.into_iter().chain([TableCell::of(time(figure.ns), figure.ns)]).collect()
    });
    Table {
        id: "primitives",
        heading: "What a handshake is made of",
        intro: "Median CPU time of each part by itself.".to_owned(),
        columns: names(&["stack", "part", "CPU time"]),
        rows: rows.collect(),
    }
}
