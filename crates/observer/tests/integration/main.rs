//! The observer: commands that it runs, and the proxy between them and their servers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod command;
mod forwarded;
mod open_files;
mod proxy;
mod seen;
mod signals;
