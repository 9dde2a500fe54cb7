//! The tables of a report beside that of all cells: what differs on purpose, distances to the floors, and handshakes in
//! memory.

use analysis::report_data::ReportData;

use crate::page_table::Table;
use crate::{axis_comparison, floors, handshake_tables};

/// The tables beside that of all cells, those that have rows.
pub(crate) fn derived_tables(data: &ReportData<'_>) -> Vec<Table> {
    let summaries = &data.summaries;
    let mut tables = vec![axis_comparison::page_table(summaries), floors::page_table(summaries)];
    tables.retain(|table| !table.rows.is_empty());
    tables.extend(handshake_tables::tables(&data.result.in_memory));
    tables
}
