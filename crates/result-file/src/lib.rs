//! Reading the files of a result folder.
//!
//! A folder may come from anybody, so that a name in it can be that of anything: a FIFO, a device, a file larger than
//! memory. Reading never waits for another process and never takes more memory than its limit. What is in the files is
//! left to the crates that own their formats.

pub mod compressed;
mod regular;

pub use regular::{LIMIT, open, open_with, read, read_at_most, read_text};
