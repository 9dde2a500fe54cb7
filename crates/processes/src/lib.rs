//! What a program owes the processes around it: it keeps signals ignored that it was started to ignore, kills processes
//! that its children leave behind, and removes the temporary folders of processes that were killed.
//!
//! It knows nothing about what the processes do and what the folders hold.

mod descendants;
mod folder;
mod process_tree;
mod signals;

pub use descendants::{Descendants, spawn};
pub use folder::TemporaryFolder;
pub use process_tree::{adopted, children, members, others};
pub use signals::{Noted, heeded, note, outlive_file_size_limit};
