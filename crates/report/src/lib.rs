//! What is shown of a run: its summary per cell, as a terminal's table, JSON-ready data, CSV, Markdown, charts and a
//! page.
//!
//! It reads results and runs nothing. What may be claimed from how many rounds is decided in crate `stats`. Data flows
//! from the values of crate `analysis`, by way of the [`data`], into everything else.
//!
//! Apart from all that, [`observed`] shows what `tlstax observe` saw of a command.

pub mod axis_comparison;
pub mod bills;
pub mod charts;
pub mod comparison;
mod decisions;
mod drift;
mod field;
pub mod files;
pub mod findings;
#[cfg(test)]
mod fixtures;
mod floors;
pub mod folder;
pub mod format;
pub mod heading;
pub mod in_memory;
pub mod markdown;
pub mod observed;
pub mod open_loop;
pub mod page;
pub mod readme;
pub mod scaling;
pub mod splice;
pub mod spreadsheet;
pub mod table;
mod warm_up;

#[cfg(test)]
mod tests;
