//! The tables of a run. Each file defines the columns of one table, for all media that show it.

pub(crate) mod as_shipped;
pub mod axis_comparison;
pub mod cells;
pub(crate) mod dearer;
pub(crate) mod derived;
pub(crate) mod distributions;
pub(crate) mod floors;
pub mod handshakes;
pub mod scaling;
