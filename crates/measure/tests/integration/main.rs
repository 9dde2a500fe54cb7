//! Result folders: written, damaged, read back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod full_disk;
mod records;
mod result_folder;
mod thinned;
