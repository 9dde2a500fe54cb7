//! "The curious case of slow/fast grequests code" (Saurabh Hirani, 2019): the same ten fetches take one second or ten,
//! depending on how the TLS layer waits. This crate knows the stages of that talk, the figures that were published of
//! them, the model of its slides, and what a trial of each must show to count as reproduced.
//!
//! It reads trials. Crate `runner` runs them, and crate `render` draws them.

pub mod checks;
pub mod lanes;
pub mod published;
pub mod slides;
pub mod stage;
pub mod stage_result;
