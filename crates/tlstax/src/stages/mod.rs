//! `tlstax talk` in its parts: what is run, what came of it, and how it looks in a terminal.

pub(crate) mod drawing;
pub(crate) mod model;
pub(crate) mod observer;
pub(crate) mod plan;
pub(crate) mod python;
pub(crate) mod table;
pub(crate) mod trust;
