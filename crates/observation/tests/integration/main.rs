//! What a connection tracker makes of the bytes that pass.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod tracker;
mod tracker_over_tls;
