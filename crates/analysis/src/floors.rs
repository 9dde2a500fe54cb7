//! How far a cell is from the least that its work can cost here: ratios to the floors of its section, paired by round.

use measure::result::TrialOrder;
use stats::Estimate;
use workload::{Cell, floor};

use crate::figure::Figure;
use crate::row::{Floors, Row};

/// The ratios of `row`, whose plain twin is searched in `rows`, to its floors in `floors`. `None` if none of its floors
/// was run, or a comparison is not allowed.
pub(crate) fn distances(rows: &[Row], floors: &[Row], row: &Row, order: TrialOrder) -> Option<Floors> {
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

/// The cost that is compared with a floor.
enum Cost<'a> {
    /// The whole cost of a request.
    Whole(&'a Row),
    /// The cost of the first minus that of the second.
    Added(&'a Row, &'a Row),
}

/// The cost ÷ that of the floor, by client CPU per request.
fn over(cost: &Cost<'_>, floor: &Row, order: TrialOrder) -> Option<Figure> {
    match order {
        TrialOrder::Interleaved => {
            let quotient = |number: u32| Some(cost.in_round(number)? / of_round(floor, number).filter(|us| *us > 0.0)?);
            let quotients: Vec<f64> = floor.rounds.iter().filter_map(|round| quotient(round.number)).collect();
            Estimate::of(&quotients)
        }
        TrialOrder::Blocks => Estimate::quotient(&cost.over_rounds()?, &over_rounds(floor)?),
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
