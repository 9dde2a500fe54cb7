//! The bills of a profiled run: what can be derived from them, and what is doubtful.
//!
//! Crate `profile` defines the classes and makes bills from samples.

mod doubt;
mod figures;
pub mod group;
mod tax;

pub use doubt::{Doubt, agrees, doubts, tax_holds};
pub use figures::{Attachment, Bills};
pub use tax::{by_group, levy};
