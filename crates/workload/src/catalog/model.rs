//! The data of a concurrency model.

use super::symbols::Symbols;

/// A concurrency model: how many requests run at once, and on which threads.
#[derive(Debug)]
pub struct Model {
    /// Its name in cells.
    pub name: &'static str,
    /// Whether it is part of the default matrix.
    pub core: bool,
    /// Whether its authors have discontinued it: it is shown, but never recommended.
    pub discontinued: bool,
    /// Its description in `list`.
    pub note: &'static str,
    /// The packages that it uses.
    pub libraries: &'static [&'static str],
    /// Functions of its libraries, for the bill of a profile.
    pub symbols: &'static [Symbols],
    /// The environment variable from which its executor reads its number of threads; `None` if that is an argument.
    pub threads_variable: Option<&'static str>,
    /// Whether it has a thread for every request in flight.
    pub thread_per_slot: bool,
    /// Why it cannot have that many requests in flight; `None` if it can.
    pub crowded: fn(slots: u32) -> Option<String>,
}
