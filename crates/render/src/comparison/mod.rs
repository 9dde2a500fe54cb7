//! Comparisons of crate `analysis` as a table for a terminal and as CSV.

mod metric;
pub mod spreadsheet;
pub mod table;
