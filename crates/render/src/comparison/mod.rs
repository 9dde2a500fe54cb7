//! Comparisons of crate `analysis`: a text for a terminal, and CSV.

pub mod columns;
pub mod table;
