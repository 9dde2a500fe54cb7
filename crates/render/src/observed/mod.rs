//! Draws what `tlstax observe` recorded of a command: in the terminal after the command has ended, and as a page.
//!
//! It draws an observation and its diagnosis, and judges nothing itself. The terminal and the page share the choice of
//! connections, the values over time, and the wording.

pub(crate) mod choice;
pub(crate) mod connection_text;
pub(crate) mod drawn;
mod finding;
#[cfg(test)]
pub(crate) mod fixtures;
mod hosts;
mod inline_code;
pub mod page;
pub(crate) mod pass;
pub(crate) mod sanitize;
mod spent;
pub mod terminal;
pub(crate) mod time_columns;
