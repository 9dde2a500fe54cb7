//! Origins and the relay in their own processes: their responses, their ledgers, and when they end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod any_request;
mod ledgers;
mod lives;
mod relay;
mod responses;
mod support;
