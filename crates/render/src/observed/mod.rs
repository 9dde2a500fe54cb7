//! What `tlstax observe` saw of a command, as a picture: in the terminal at its end, and as a page.
//!
//! It draws an observation and its diagnosis, and judges nothing itself. What either shows comes from the same few
//! places: which connections are shown, how a pass ran over time, and how all of it is put into words.

#[cfg(test)]
pub(crate) mod by_hand;
mod choice;
pub(crate) mod course;
pub(crate) mod drawn;
mod finding;
mod hosts;
mod marked;
pub mod page;
mod pass;
pub(crate) mod plain;
mod seen;
pub mod terminal;

pub(crate) use choice::{Choice, choose};
pub(crate) use pass::{horizon_ns, name};
pub(crate) use seen::{names_hosts, place, told};
