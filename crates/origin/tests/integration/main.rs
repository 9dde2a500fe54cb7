//! Origins and the relay in processes of their own: what they answer, what their ledgers say, when they end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod any_request;
mod ledgers;
mod lives;
mod relay;
mod support;
