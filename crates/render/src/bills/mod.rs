//! The bills of a profiled run: tables, sentences and CSV.
//!
//! The values come from crates `profile` and `analysis`. The charts are in [`charts::bill`](crate::charts::bill) and
//! its neighbour.

#[cfg(test)]
pub(crate) mod fixtures;
pub mod folder;
pub(crate) mod page_table;
pub(crate) mod reading;
pub(crate) mod spreadsheet;
pub mod table;
pub(crate) mod words;
