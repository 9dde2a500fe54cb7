//! Runs a command and records what it does with its connections, without decrypting or changing what they carry.
//!
//! There are two modes. With a [`PortForwarder`] the command fetches from one of tlstax's origins through a port that
//! forwards to it; with a [`Proxy`] it fetches from its usual servers, through `CONNECT`. Both forward bytes as they
//! come and pass each connection's bytes to a tracker of crate [`observation`]. [`run`] starts the command, waits for
//! its end and returns the observed run. What that means is left to crate `diagnosis`.

mod clock;
mod command;
mod error;
mod loopback;
mod observed_run;
mod open_files;
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
pub use observed_run::{Intermediary, Settings, run};
pub use placeholders::{Placeholders, has_placeholder};
pub use port_forwarder::PortForwarder;
pub use proxy::{Allowed, Mapping, Proxy, Upstream};
pub use variables::Variables;
