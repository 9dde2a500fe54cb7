//! Measurements: timestamps and phases of each request, the recorder that turns them into histograms, the costs of a
//! process read from outside, the messages of the trial protocol and the result files.
//!
//! Nothing here fetches or starts anything. What the figures mean is left to the crate `stats`.

pub mod clock;
pub mod event_loop_lag;
pub mod histogram;
pub mod kernel;
pub mod machine;
pub mod marks;
pub mod phase;
pub mod process;
pub mod protocol;
pub mod recorder;
pub mod result;
pub mod schedstat;
pub mod trace;

/// The path that the names of this crate's functions begin with.
pub const PATH: &str = module_path!();
