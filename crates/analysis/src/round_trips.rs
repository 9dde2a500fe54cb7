//! How many round trips TLS adds to a request, if the origin was distant.
//!
//! The median latency of a cell, minus that of its plain twin at the same distance, minus the CPU time that TLS adds on
//! both sides, divided by the round-trip time; paired by round, like every comparison. The difference on loopback
//! cannot be used for the CPU's share: there, concurrent requests queue for the CPU, which they do not at a distance.

use stats::Estimate;
use workload::Rtt;

use crate::figure::Figure;
use crate::row::{Round, Row};

/// Round trips that TLS adds to `row`; `None` on loopback, for plain cells, and without a plain twin at that distance.
pub(crate) fn added(rows: &[Row], row: &Row) -> Option<Figure> {
    let rtt = row.cell.axes.rtt;
    if rtt == Rtt::NONE {
        return None;
    }
    let twin = row.cell.plain_twin()?;
    let plain = &rows.iter().find(|row| row.cell == twin)?.rounds;
    let of_round = |https: &Round| {
        let plain = plain.iter().find(|plain| plain.number == https.number)?;
        let cpu_us = https.client_us + https.origin_us - plain.client_us - plain.origin_us;
        Some((https.p50_ns? - plain.p50_ns? - cpu_us * 1e3) / (f64::from(rtt.ms()) * 1e6))
    };
    let values: Vec<f64> = row.rounds.iter().filter_map(of_round).collect();
    Estimate::of(&values).map(Figure::from)
}
