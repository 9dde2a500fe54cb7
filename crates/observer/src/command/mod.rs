//! Runs the command unchanged, monitors its processes, and ends it when its time is up.

mod cgroup;
mod contention;
mod counter;
mod executable;
mod interrupts;
pub(crate) mod process_tree;
mod programs;
mod running;
mod sockets;
mod usage;

pub(crate) use contention::Contention;
pub use interrupts::Interrupts;
pub(crate) use running::{Outcome, WatchOptions, start};
