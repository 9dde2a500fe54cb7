//! What a program owes the processes around it: it leaves signals ignored that it was started to ignore, ends whatever
//! its children started, and removes the temporary folders of those that were killed.
//!
//! What the processes do, and what is in the folders, is for others.

mod descendants;
mod family;
mod folder;
mod signals;

pub use descendants::{Descendants, spawn};
pub use family::{adopted, children, members, others};
pub use folder::TemporaryFolder;
pub use signals::{Noted, heeded, note, outlive_file_size_limit};
