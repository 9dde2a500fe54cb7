//! What the figures mean: medians with intervals, and comparisons.
//!
//! Comparisons are paired by round, because the machine's speed drifts between rounds and hits both sides of a pair
//! alike. Every claim is by ranks or signs: nothing is assumed of how figures are distributed, and one wild round
//! cannot sway it.

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
