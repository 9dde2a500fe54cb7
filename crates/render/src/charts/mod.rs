//! The charts, one file each, and their common parts. Every chart is one SVG with a text alternative.
//!
//! `bars` and `lines` are shapes: they draw, and know nothing about TLS. The others choose what is drawn.

mod bars;
pub mod bill;
mod canvas;
mod chart;
pub mod cpu;
mod lines;
pub(crate) mod observed;
mod palette;
pub mod percentiles;
pub mod phases;
pub mod rate;
pub mod scaling;
pub mod small;
pub mod stages;
pub mod tax_map;
pub mod timeline;

pub use chart::{Chart, ChartError};
