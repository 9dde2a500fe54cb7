//! Records a program's connections: each one's history, exact counts, and gauges over time.
//!
//! Whoever forwards a connection's bytes passes them to its [`ConnectionTracker`] with a timestamp. A [`Recorder`]
//! collects the results of all trackers in bounded memory and returns them as plain data, of which an [`ObservedRun`]
//! is made for each run of the command. An [`Observation`] is the content of `observation.json`. What it means is left
//! to crate `diagnosis`, how it is shown to crate `render`.
//!
//! Unless stated otherwise, times are ns since the run began, and sizes are bytes.

mod account;
mod connection;
mod connection_tracker;
mod counts;
mod cpu;
mod file;
mod gauges;
mod observed_run;
mod quantiles;
mod recorder;
mod request_state;
mod runtime;
mod session_tickets;
mod shutdown;
mod trust_store;

pub use connection::{Close, Connecting, Connection, ConnectionKind, Doing, Exchange, Handshake, Stretch, Turn};
pub use connection_tracker::ConnectionTracker;
pub use counts::{Counts, Host, MOST_HOSTS, MOST_REASONS};
pub use cpu::{Cpu, CpuReading};
pub use file::{FILE, FORMAT, FileError, Observation, ObserveMode};
pub use gauges::{Gauge, Gauges, Moment};
pub use observed_run::{Direct, Ended, NO_PEER, ObservedRun, Transport};
pub use quantiles::Quantiles;
pub use recorder::{HELD_NS, MOST_CONNECTIONS, MOST_EXCHANGES, Recorder, Recording};
pub use runtime::Runtime;
pub use trust_store::{Sampling, TrustStore};
