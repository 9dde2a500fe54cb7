//! The tables of a report beside that of all cells: what differs on purpose, distances to the floors, and handshakes in
//! memory.

use analysis::report_data::ReportData;

use super::{axis_comparison, floors, handshakes};
use crate::table::Table;

/// The tables beside that of all cells, those that have rows.
pub(crate) fn tables(data: &ReportData<'_>) -> Vec<Table> {
    let summaries = &data.summaries;
    let mut tables = vec![axis_comparison::page(summaries), floors::page(summaries)];
    tables.retain(|table| !table.rows.is_empty());
    tables.extend(handshakes::page(&data.result.in_memory));
    tables
}
