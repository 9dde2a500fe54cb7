//! What was seen of a program's connections: lanes, exact counts, levels over time.
//!
//! Bytes are seen by whoever forwards them, who tells a [`Lane`] of each connection what came when; a [`Recorder`]
//! keeps what all lanes told, in bounded memory, and gives it out as plain data, a [`Pass`] each time the command ran.
//! An [`Observation`] is what `observation.json` holds. What it means is the diagnosis', what it looks like the
//! report's.
//!
//! Times are ns since the pass began, sizes bytes, unless said otherwise.

mod account;
mod connection;
mod counts;
mod cpu;
mod file;
mod lane;
mod levels;
mod pass;
mod recorder;
mod request_state;
mod runtime;
mod session_tickets;
mod shutdown;
mod spread;
mod trust_store;

pub use connection::{Close, Connecting, Connection, Doing, Exchange, Handshake, Stretch, Turn, Way};
pub use counts::{Counts, Host, MOST_HOSTS, MOST_REASONS};
pub use cpu::{Cpu, CpuReading};
pub use file::{FILE, FORMAT, FileError, Observation, Via};
pub use lane::Lane;
pub use levels::{Level, Levels, Moment};
pub use pass::{Direct, Ended, NO_PEER, Pass, Transport};
pub use recorder::{HELD_NS, Kept, MOST_CONNECTIONS, MOST_EXCHANGES, Recorder};
pub use runtime::Runtime;
pub use spread::Spread;
pub use trust_store::{Sampling, TrustStore};
