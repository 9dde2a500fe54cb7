//! Values in words, tables, charts and pages: a run for a terminal, as CSV, as Markdown and as a page; a comparison for
//! a terminal and as CSV; and, in [`observed`], what `tlstax observe` saw of a command.
//!
//! What figures mean is decided in crate `analysis`. Here they are only written down and drawn.

pub mod axis_comparison;
pub mod bills;
pub mod charts;
pub mod comparison;
mod decisions;
mod derived_tables;
mod drift;
pub mod files;
pub mod findings;
mod floors;
pub mod folder;
pub mod format;
mod handshake_tables;
mod markdown;
mod markdown_escape;
pub mod observed;
mod open_loop;
mod page;
mod page_table;
mod panels;
pub mod readme;
mod row_text;
pub mod run_facts;
pub mod scaling;
pub mod splice;
pub mod spreadsheet;
pub mod table;
mod table_cell;
pub mod table_style;
mod warm_up;

#[cfg(test)]
mod tests;
