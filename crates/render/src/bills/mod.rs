//! The bills of a profiled run: tables, sentences and CSV.
//!
//! The values are those of crates `profile` and `analysis`. The charts are in `charts/bill.rs`.

#[cfg(test)]
pub(crate) mod fixtures;
pub mod folder;
pub(crate) mod page_table;
pub mod reading;
pub(crate) mod spreadsheet;
pub mod table;
pub(crate) mod words;
