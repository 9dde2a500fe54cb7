//! Values in words, tables, charts and pages: a run for a terminal, as CSV, as Markdown and as a page; a comparison for
//! a terminal and as CSV; and, in [`observed`], what `tlstax observe` saw of a command.
//!
//! What figures mean is decided in crate `analysis`. Here they are only written down and drawn.

pub mod bills;
mod card;
pub mod charts;
pub mod comparison;
mod decisions;
mod drift;
pub mod files;
pub mod folder;
pub mod format;
pub mod markdown;
mod markdown_escape;
pub mod observed;
mod open_loop;
mod page;
mod panels;
pub mod readme;
mod row_text;
pub mod run_facts;
pub mod screen;
pub mod section;
mod slow_trials;
pub mod splice;
pub mod table;
pub mod tables;
pub mod verdict;
mod warm_up;

#[cfg(test)]
mod tests;
