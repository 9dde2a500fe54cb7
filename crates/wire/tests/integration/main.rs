//! Tests the parser on what real libraries send, and on malformed input.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../../../fuzz/conversation.rs"]
mod conversation;
mod corpus;
mod drive;
mod handshakes;
mod irregular;
mod padding;
