//! The command: started as it is, watched from outside, and never longer than it is allowed.

pub(crate) mod family;
mod interrupts;
mod running;
mod sockets;
mod usage;

pub use interrupts::Interrupts;
pub(crate) use running::{Outcome, Watch, start};
