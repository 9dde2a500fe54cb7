//! `tlstax talk` in its parts: the Python original, what came of a run, and how it looks in a terminal.

pub(crate) mod drawing;
pub(crate) mod model;
pub(crate) mod observer;
pub(crate) mod python;
pub(crate) mod table;
pub(crate) mod trust;
