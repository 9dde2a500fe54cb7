//! TLS handshakes in memory: their cost for a client and a server, and the cost of their parts.
//!
//! Both sides run in one thread and pass each other their bytes: no sockets, no kernel, no waiting. What remains is the
//! library's own work, the floor below every figure that is measured over a network. [`Case::all`] lists the handshakes
//! that can be measured, [`Case::pair`] sets one up, [`Pair::handshake`] makes one and returns the time of each side;
//! [`Primitive`] is a part of a handshake by itself. Sampling, statistics and printing are for others.

mod case;
mod clock;
mod error;
mod group_on_wire;
mod memory;
mod negotiated;
mod pair;
mod pinned;
mod primitives;
mod stack;
mod trust;

pub use case::{Case, Kind, Side, Stack};
pub use certificates::Authority;
pub use clock::thread_cpu_ns;
pub use error::Error;
pub use pair::{Link, Pair, Times};
pub use primitives::{Operation, Primitive};
pub use trust::Setting;

/// The path that the names of this crate's functions begin with.
pub const PATH: &str = module_path!();
