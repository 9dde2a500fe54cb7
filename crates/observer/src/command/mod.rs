//! The command: started as it is, watched from outside, and never longer than it is allowed.

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
pub(crate) use running::{Outcome, Watch, start};
