//! The other tables of a report: libraries as shipped, cells that differ on purpose, ratios to the floors, and handshakes in memory.

use analysis::report_data::ReportData;

use super::{as_shipped, axis_comparison, floors, handshakes};
use crate::table::Table;

/// The other tables, if they have rows.
pub(crate) fn tables(data: &ReportData<'_>) -> Vec<Table> {
    let summaries = &data.summaries;
    let mut tables = as_shipped::page(summaries);
    tables.extend([axis_comparison::page(summaries), floors::page(summaries)]);
    tables.retain(|table| !table.rows.is_empty());
    tables.extend(handshakes::page(&data.result.in_memory));
    tables
}
