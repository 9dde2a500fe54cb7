//! The charts, one file each, and what they have in common. Every chart is one SVG with a text alternative.
//!
//! `bars` and `lines` are shapes: they know how to draw and nothing of TLS. The others choose what is drawn.

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
