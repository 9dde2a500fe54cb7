//! Text for people: what of it may reach a terminal, and the two streams that it is written to.
//!
//! Every program of the workspace writes here, and nowhere else: `clippy.toml` forbids the macros that panic when a
//! stream cannot be written. What the text says, and how it is laid out, is for others.

mod plain;
mod streams;

pub use plain::{is_instruction, plain, plain_json};
pub use streams::{say, say_text, write, write_json};
