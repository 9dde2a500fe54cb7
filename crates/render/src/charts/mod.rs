//! The charts, one file each, and their common parts. Every chart is one SVG with a text alternative.
//!
//! `bars` and `lines` are shapes: they draw, and know nothing about TLS. The others choose what is drawn.

mod bars;
pub(crate) mod bill;
mod canvas;
mod chart;
pub(crate) mod cpu;
mod lines;
pub(crate) mod observed;
mod palette;
pub(crate) mod panel;
pub(crate) mod percentiles;
pub(crate) mod phases;
pub(crate) mod rate;
pub(crate) mod scaling;
pub(crate) mod small;
pub(crate) mod stages;
pub(crate) mod tax_map;
pub(crate) mod timeline;

pub use chart::{Chart, ChartError};
