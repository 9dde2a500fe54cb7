//! How many round trips TLS adds to a request, where the origin was far away.
//!
//! The median latency of a cell less that of its plain twin at the same distance, less the same difference on loopback
//! where it was measured (that is the CPU's share), divided by the round trip: a slope through two distances. Paired by
//! round, as every comparison.

use stats::Estimate;
use workload::{Cell, Rtt};

use crate::summary::{Figure, Round, Row};

/// Round trips that TLS adds to `row`; `None` on loopback, for plain cells, and without a plain twin at that distance.
pub(crate) fn added(rows: &[Row], row: &Row) -> Option<Figure> {
    let rtt = row.cell.axes.rtt;
    if rtt == Rtt::NONE {
        return None;
    }
    let rounds_of = |cell: &Cell| rows.iter().find(|row| row.cell == *cell).map(|row| row.rounds.as_slice());
    let near = |cell: &Cell| cell.at(workload::Axes { rtt: Rtt::NONE, ..cell.axes });
    let twin = row.cell.plain_twin()?;
    let plain = rounds_of(&twin)?;
    let on_loopback = rounds_of(&near(&row.cell)).zip(rounds_of(&near(&twin)));
    let far_ns = f64::from(rtt.ms()) * 1e6;
    let of_round = |round: &Round| {
        let cpu = match on_loopback {
            Some((https, plain)) => more(round.number, https, plain)?,
            None => 0.0,
        };
        Some((more(round.number, &row.rounds, plain)? - cpu) / far_ns)
    };
    let values: Vec<f64> = row.rounds.iter().filter_map(of_round).collect();
    Estimate::of(&values).map(Figure::from)
}

/// By how much the median latency of one cell exceeds that of another in a round, ns.
fn more(number: u32, cell: &[Round], base: &[Round]) -> Option<f64> {
    let p50 = |rounds: &[Round]| rounds.iter().find(|round| round.number == number)?.p50_ns;
    Some(p50(cell)? - p50(base)?)
}
