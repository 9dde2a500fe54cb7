//! Runs a command and sees what it does with its connections, without reading or changing what they carry.
//!
//! There are two ways in. With a [`StandIn`] the command fetches from an origin of ours through a port that forwards to
//! it; with a [`Proxy`] it fetches from where it always does, through `CONNECT`. Either forwards bytes as they come and
//! tells a lane of the [`observation`] of each connection. [`run`] starts the command beside that, and gives a pass:
//! what was seen. What it means is for others.

mod clock;
mod command;
mod error;
mod loopback;
mod open_files;
mod pass;
mod placeholders;
mod port_forwarder;
mod proxy;
mod runtimes;
mod shared_look;
mod socket_diag;
mod tap;
mod trust_store;
mod variables;

pub use command::Interrupts;
pub use error::Error;
pub use pass::{Settings, Through, run};
pub use placeholders::{Placeholders, has_placeholder};
pub use port_forwarder::StandIn;
pub use proxy::{Allowed, Mapping, Proxy, Upstream};
pub use variables::Variables;
