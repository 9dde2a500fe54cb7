//! What a connection tracker records of the bytes that it is fed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod tracker;
mod tracker_over_tls;
