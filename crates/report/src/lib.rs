//! What is shown of a run: its summary per cell, and that summary as a terminal's table, JSON-ready data or CSV.
//!
//! It reads results and runs nothing. What may be claimed from how many rounds is decided in crate `stats`.

pub mod findings;
pub mod format;
pub mod heading;
pub mod scaling;
pub mod spreadsheet;
pub mod summary;
pub mod table;
