//! The parts of `tlstax talk`: the Python original, the results of a run, and their drawing on a terminal.

pub(crate) mod drawing;
pub(crate) mod model;
pub(crate) mod observer;
pub(crate) mod python;
pub(crate) mod table;
pub(crate) mod trust;
