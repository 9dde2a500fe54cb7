//! How far a cell is from the least that its work can cost here: distances to the floors of its section, paired by
//! round.

use measure::result::Order;
use serde::Serialize;
use stats::Estimate;
use workload::{Cell, floor};

use crate::field::Field;
use crate::format::with_interval;
use crate::in_memory;
use crate::summary::{Figure, Row, Summary};

/// Distances to the floors, each as a quotient: 1 is the floor itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Floors {
    /// What TLS adds to a request's client CPU ÷ the client's part of the same handshake in memory.
    pub tls: Option<Figure>,
    /// What TLS adds ÷ the client's cryptographic primitives of that handshake alone.
    pub primitives: Option<Figure>,
    /// Client CPU of the plain cell, or of the plain twin, ÷ that of the bare system calls.
    pub net: Option<Figure>,
}

impl Floors {
    /// The one distance that a table has room for: over TLS that of what TLS adds, without it that of the whole
    /// request.
    pub fn nearest(&self, cell: &Cell) -> Option<Figure> {
        if cell.is_tls() { self.tls } else { self.net }
    }
}

/// The distances of `row`, whose plain twin is looked for among `rows`, to its floors among `floors`. `None` where none
/// of its floors was run, or nothing may be compared.
pub(crate) fn distances(rows: &[Row], floors: &[Row], row: &Row, order: Order) -> Option<Floors> {
    let find = |among: &'_ [Row], cell: Option<Cell>| among.iter().position(|row| Some(&row.cell) == cell.as_ref());
    let twin = find(rows, row.cell.plain_twin()).map(|number| &rows[number]).filter(|twin| twin.compares());
    let floor = |cell: Option<Cell>| find(floors, cell).map(|number| &floors[number]);
    let plain = if row.cell.is_tls() { twin } else { Some(row) };
    let added = |cell: Option<Cell>| over(&Cost::Added(row, twin?), floor(cell)?, order);
    let floors = row.compares().then(|| Floors {
        tls: added(floor::tls_of(&row.cell)),
        primitives: added(floor::primitives_of(&row.cell)),
        net: plain.and_then(|plain| over(&Cost::Whole(plain), floor(floor::net_of(&row.cell))?, order)),
    });
    floors.filter(|floors| floors.tls.or(floors.primitives).or(floors.net).is_some())
}

/// The table of all distances for the page and for Markdown, the floors themselves behind; without rows where none ran.
pub(crate) fn page_table(summaries: &[Summary]) -> in_memory::Table {
    let of_summary = |summary: &Summary| -> Vec<Vec<Field>> {
        let name = |row: &Row| vec![Field::words(summary.section.clone()), Field::words(row.cell.to_string())];
        let distance = |figure: Option<Figure>| {
            figure.map_or_else(Field::empty, |figure| {
                let Figure { median, low, high, .. } = figure;
                Field::of(format!("×{median:.2} ({low:.2}–{high:.2})"), median)
            })
        };
        let measured = summary.rows.iter().filter_map(|row| {
            let figures = row.figures.as_ref()?;
            let Floors { tls, primitives, net } = figures.floors?;
            let own = Field::of(with_interval(&figures.client_us), figures.client_us.median);
            Some([name(row), vec![own, distance(tls), distance(primitives), distance(net)]].concat())
        });
        let floors = summary.floors.iter().filter_map(|row| {
            let us = row.figures.as_ref()?.client_us;
            let own = Field::of(with_interval(&us), us.median);
            Some([name(row), vec![own, Field::empty(), Field::empty(), Field::empty()]].concat())
        });
        measured.chain(floors).collect()
    };
    in_memory::Table {
        id: "floors",
        heading: "How far from the least",
        intro: "What TLS adds to a request, over the client's part of the same handshake in memory and over its \
                cryptographic primitives alone; and what the plain request costs over bare system calls. All of one \
                run, paired by round; ×1 is the floor itself. The floors stand behind, in CPU µs."
            .to_owned(),
        columns: ["section", "cell", "client CPU, µs", "TLS ÷ memory", "TLS ÷ primitives", "plain ÷ sockets"]
            .map(str::to_owned)
            .to_vec(),
        rows: summaries.iter().flat_map(of_summary).collect(),
    }
}

/// What is held against a floor.
enum Cost<'a> {
    /// All of a request.
    Whole(&'a Row),
    /// What the first takes more than the second.
    Added(&'a Row, &'a Row),
}

/// The cost ÷ that of the floor, by client CPU per request.
fn over(cost: &Cost<'_>, floor: &Row, order: Order) -> Option<Figure> {
    match order {
        Order::Interleaved => {
            let quotient = |number: u32| Some(cost.in_round(number)? / of_round(floor, number).filter(|us| *us > 0.0)?);
            let quotients: Vec<f64> = floor.rounds.iter().filter_map(|round| quotient(round.number)).collect();
            Estimate::of(&quotients)
        }
        Order::Blocks => Estimate::quotient(&cost.over_rounds()?, &over_rounds(floor)?),
    }
    .map(Figure::from)
}

impl Cost<'_> {
    fn in_round(&self, number: u32) -> Option<f64> {
        match self {
            Cost::Whole(row) => of_round(row, number),
            Cost::Added(row, twin) => Some(of_round(row, number)? - of_round(twin, number)?),
        }
    }

    fn over_rounds(&self) -> Option<Estimate> {
        match self {
            Cost::Whole(row) => over_rounds(row),
            Cost::Added(row, twin) => Some(Estimate::difference(&over_rounds(row)?, &over_rounds(twin)?)),
        }
    }
}

fn of_round(row: &Row, number: u32) -> Option<f64> {
    row.rounds.iter().find(|round| round.number == number).map(|round| round.client_us)
}

fn over_rounds(row: &Row) -> Option<Estimate> {
    Estimate::of(&row.rounds.iter().map(|round| round.client_us).collect::<Vec<_>>())
}
