//! What the figures mean: medians with intervals, and comparisons.
//!
//! Comparisons are paired by round, because the machine's speed drifts between rounds and hits both sides of a pair alike.
//! Every claim is by ranks or signs: nothing is assumed of how figures are distributed, and one wild round cannot sway it.

mod estimate;
mod order;
mod trend;

pub use estimate::{ENOUGH_ROUNDS, Estimate, Interval};
pub use order::Order;
pub use trend::{Trend, trend};
