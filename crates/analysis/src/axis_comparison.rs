//! Cells that differ in one parameter on purpose, each compared with the same cell at the default: what a group, a
//! certificate, a resumed session or a client per request adds or saves.

use measure::result::TrialOrder;
use workload::Variable;

use crate::compare::compare;
use crate::row::Row;
use crate::summary::AxisDelta;

/// Every cell in `rows` that has a counterpart with the default of one of `varies`.
pub(crate) fn against(rows: &[Row], varies: &[Variable], order: TrialOrder) -> Vec<AxisDelta> {
    let pairs = varies.iter().flat_map(|variable| {
        rows.iter().filter_map(|row| {
            let base = variable.base_of(&row.cell)?;
            Some((row, rows.iter().find(|other| other.cell == base)?))
        })
    });
    pairs.filter_map(|(row, base)| one(row, base, order)).collect()
}

fn one(row: &Row, base: &Row, order: TrialOrder) -> Option<AxisDelta> {
    let client = compare(base, row, |round| round.client_us, order)?;
    let origin = compare(base, row, |round| round.origin_us, order);
    Some(AxisDelta {
        cell: row.cell.clone(),
        base: base.cell.clone(),
        client_added_us: client.added.into(),
        client_ratio: client.ratio.into(),
        origin_added_us: origin.map(|origin| origin.added.into()),
        origin_ratio: origin.map(|origin| origin.ratio.into()),
    })
}
