//! Values in words, tables, charts and pages: a run for a terminal, as CSV, as Markdown and as a page; a comparison for
//! a terminal and as CSV; and, in [`observed`], what `tlstax observe` saw of a command.
//!
//! What figures mean is decided in crate `analysis`. Here they are only written down and drawn.

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
