//! What there is to know of a concurrency model.

use super::symbols::Symbols;

/// A concurrency model: how many requests run at once, and on which threads.
#[derive(Debug)]
pub struct Model {
    /// Its name in cells.
    pub name: &'static str,
    /// Whether it is part of the matrix that is meant where nothing else is said.
    pub core: bool,
    /// What `list` says of it.
    pub note: &'static str,
    /// The packages that it is made of.
    pub libraries: &'static [&'static str],
    /// What the bill of a profile charges to it.
    pub symbols: &'static [Symbols],
    /// Its colour on every chart; `None` for the one that all others share.
    pub colour: Option<Rgb>,
    /// The environment variable that tells its executor how many threads to have; `None` where that is an argument.
    pub threads_variable: Option<&'static str>,
    /// Whether it has a thread for every request in flight.
    pub thread_per_slot: bool,
    /// Why it cannot have so many requests in flight; `None` where it can.
    pub crowded: fn(slots: u32) -> Option<String>,
}

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);
