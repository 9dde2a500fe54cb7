//! What the figures of a run mean.
//!
//! This crate turns the trials of a result into values: figures with intervals, what TLS adds, and what comparisons
//! say. It reads no files and draws nothing: crate `render` puts the values into words, tables and charts. What may be
//! claimed from how many rounds is decided in crate `stats`.
//!
//! Files import in one direction: [`figure`], then [`row`] and [`summary`], which hold data only, then a file for each
//! computation, then [`summarize`].

pub mod axis_comparison;
pub mod by_cell;
pub mod compare;
pub mod comparison;
pub mod distribution;
pub mod drift;
pub mod figure;
pub mod floors;
pub mod open_loop;
mod round_trips;
pub mod row;
pub mod summarize;
pub mod summary;
pub mod warm_up;
