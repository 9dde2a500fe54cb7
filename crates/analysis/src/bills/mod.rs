//! The bills of a profiled run: what may be said of them, and what must be doubted.
//!
//! What a class is and how samples become a bill is decided in crate `profile`.

mod doubt;
mod figures;
pub mod group;
mod tax;

pub use doubt::{Doubt, agrees, doubts, tax_holds};
pub use figures::{Attachment, Bills};
pub use tax::{by_group, levy};
