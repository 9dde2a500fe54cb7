//! What is shown of a run: its summary per cell, as a terminal's table, JSON-ready data, CSV, Markdown, charts and a
//! page.
//!
//! It reads results and runs nothing. What may be claimed from how many rounds is decided in crate `stats`. Data flows
//! from a [`summary`] and a [`distribution`] per cell, by way of the [`digest`], into everything else.
//!
//! Apart from all that, [`observed`] shows what `tlstax observe` saw of a command.

pub mod bills;
pub mod by_cell;
pub mod charts;
pub mod compare;
pub mod comparison;
pub mod decisions;
pub mod digest;
pub mod distribution;
mod field;
pub mod files;
pub mod findings;
pub mod floors;
pub mod folder;
pub mod format;
pub mod heading;
pub mod in_memory;
pub mod markdown;
pub mod observed;
pub mod page;
pub mod rates;
pub mod readme;
mod round_trips;
pub mod scaling;
pub mod splice;
pub mod spreadsheet;
pub mod steady;
pub mod summary;
pub mod table;
pub mod varied;
pub mod warm_up;
