//! The statistics of figures: medians with intervals, and comparisons.
//!
//! Comparisons are paired by round, because the machine's speed drifts between rounds and affects both sides of a pair
//! alike. Every claim is based on ranks or signs: no distribution of the figures is assumed, and a single outlier has
//! little effect.

mod design;
mod estimate;
mod fences;
mod holm;
mod mann_whitney;
mod order;
mod ratio;
mod sign_test;
mod trend;

pub use design::{Design, LEVEL};
pub use estimate::{ENOUGH_ROUNDS, Estimate, Interval};
pub use fences::Fences;
pub use holm::holm;
pub use order::Order;
pub use ratio::{Ratio, shift};
pub use trend::{Trend, trend};
