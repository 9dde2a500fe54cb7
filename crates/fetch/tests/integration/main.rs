//! Clients and stacks against a server that records every connection.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(feature = "compio")]
mod compio;
mod connections;
mod floor;
mod new_client;
mod resumed;
mod stacks;
mod support;
