//! What TLS costs in memory: handshakes per second per core by side, bulk transfer, and primitives.

use measure::result::handshakes::{BulkFigure, HandshakeFigure, InMemory, PrimitiveFigure};

use crate::format::{number, time};
use crate::table::column::{Column, table};
use crate::table::{Table, terminal as writer};

/// The tables that have rows, for the page and for Markdown.
pub(crate) fn page(figures: &InMemory) -> Vec<Table> {
    let tables = [handshakes(figures), bulk(figures), primitives(figures)];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// The parameters of a handshake, without the side.
type Kind<'a> = [&'a str; 5];

fn kind(figure: &HandshakeFigure) -> Kind<'_> {
    [&figure.stack, &figure.version, &figure.group, &figure.key, &figure.kind]
}

/// Each set of parameters once, in the order of the figures.
fn kinds(figures: &[HandshakeFigure]) -> Vec<Kind<'_>> {
    let mut kinds = Vec::new();
    for kind in figures.iter().map(kind) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The columns of handshakes, with the rates of both sides.
fn columns<'a>(figures: &'a [HandshakeFigure]) -> Vec<Column<'a, Kind<'a>>> {
    let word = |at: usize, title| Column::new(title, move |kind: &Kind<'_>| kind[at]);
    let rate = |side: &'static str| {
        let rate = move |wanted: &Kind<'_>| {
            let figure = figures.iter().find(|figure| kind(figure) == *wanted && figure.side == side);
            figure.map(|figure| 1e9 / figure.ns_per_handshake)
        };
        Column::new(format!("{side} /s"), rate).number(rounded)
    };
    let words = ["stack", "version", "group", "key", "kind"].into_iter().enumerate();
    words.map(|(at, title)| word(at, title)).chain(["client", "server"].map(rate)).collect()
}

fn rounded(rate: f64) -> String {
    number(rate.round())
}

/// Handshakes per second per core for a terminal.
pub fn terminal(figures: &[HandshakeFigure]) -> String {
    let columns = columns(figures).into_iter().map(|column| match column.name() {
        "client /s" => column.titled("client/s").right(),
        "server /s" => column.titled("server/s").right(),
        _ => column,
    });
    let mut table = table(&columns.collect::<Vec<_>>(), kinds(figures));
    let rates = table.rows.iter_mut().flat_map(|row| row.iter_mut().skip(Kind::default().len()));
    rates.filter(|field| field.text.is_empty()).for_each(|field| field.text = "–".to_owned());
    writer::draw(&table)
}

fn handshakes(figures: &InMemory) -> Table {
    let mut libraries: Vec<&str> = figures.handshakes.iter().map(|figure| figure.library.as_str()).collect();
    libraries.sort_unstable();
    libraries.dedup();
    let intro = format!(
        "No sockets, one core, median CPU time: handshakes per second per core, client and server apart, to stand \
         beside those that libraries publish. {}.",
        libraries.join(", ")
    );
    let rows = kinds(&figures.handshakes);
    table(&columns(&figures.handshakes), rows).titled("handshakes", "TLS handshakes in memory", intro)
}

fn bulk(figures: &InMemory) -> Table {
    let columns = [
        Column::new("stack", |figure: &&BulkFigure| figure.stack.clone()),
        Column::new("version", |figure: &&BulkFigure| figure.version.clone()),
        Column::new("side", |figure: &&BulkFigure| figure.side.clone()),
        Column::new("MiB/s", |figure: &&BulkFigure| {
            figure.bytes as f64 / f64::from(1 << 20) * 1e9 / figure.ns_per_transfer
        })
        .number(rounded),
    ];
    table(&columns, &figures.bulk).titled(
        "bulk",
        "Bulk transfer in memory",
        "MiB per second of one core over an established connection: the server encrypts, the client decrypts.",
    )
}

fn primitives(figures: &InMemory) -> Table {
    let columns = [
        Column::new("stack", |figure: &&PrimitiveFigure| figure.stack.clone()),
        Column::new("part", |figure: &&PrimitiveFigure| figure.primitive.clone()),
        Column::new("CPU time", |figure: &&PrimitiveFigure| figure.ns).number(time),
    ];
    table(&columns, &figures.primitives).titled(
        "primitives",
        "What a handshake is made of",
        "Median CPU time of each part by itself.",
    )
}
