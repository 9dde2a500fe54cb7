//! How far a cell is from the least that its work can cost here: distances to the floors of its section, paired by
//! round.

use measure::result::Order;
use stats::Estimate;
use workload::{Cell, floor};

use crate::figure::Figure;
use crate::row::{Floors, Row};

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
