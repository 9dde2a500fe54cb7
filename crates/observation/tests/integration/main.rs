//! What lanes tell of the bytes that pass through them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod lanes;
mod lanes_over_tls;
