//! What `tlstax observe` saw of a command, as a picture: in the terminal at its end, and as a page.
//!
//! It draws an observation and its diagnosis, and judges nothing itself. What either shows comes from the same few
//! places: which connections are shown, how a pass ran over time, and how all of it is put into words.

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
