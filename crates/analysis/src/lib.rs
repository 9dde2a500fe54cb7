//! The meaning of a run's figures.
//!
//! This crate turns the trials of a result into values: figures with intervals, the cost of TLS, and comparisons. It
//! reads no files and draws nothing: crate `render` puts the values into words, tables and charts. Crate `stats`
//! decides what may be claimed from how many rounds.
//!
//! Files import in one direction: [`figure`], then [`row`] and [`summary`], which hold data only, then a file for each
//! computation, then [`summarize`] and [`report_data`]; last [`verdict`], the sentences that all of it comes to.

pub mod axis_comparison;
pub mod bills;
pub mod by_cell;
pub mod compare;
pub mod comparison;
pub mod decisions;
pub mod distribution;
pub mod drift;
pub mod figure;
pub mod floors;
pub mod open_loop;
pub mod report_data;
mod round_trips;
pub mod row;
pub mod scaling;
pub mod slow_trials;
pub mod summarize;
pub mod summary;
pub mod verdict;
pub mod warm_up;
