//! Tests tlstax with an engine whose costs, delays and lies are known.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod known_answer;
mod lies;
mod slowdown;
mod stalled;
