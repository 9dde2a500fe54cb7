//! Origins, the servers that are fetched from: the embedded server, go-httpbin, and the supervisor of origin processes.
//!
//! An origin runs in its own process, serves the same endpoints over HTTP and HTTPS, and keeps a [`ledger`] of its
//! clients. There are two, which use the same protocol ([`protocol`]): the real go-httpbin ([`go`] builds it), and one
//! in Rust ([`embedded`]) for machines without Go. [`choose()`] selects one, [`Origin`] runs it, [`Authority`] issues
//! its certificates (crate [`certificates`]), and [`Relay`] adds a round-trip time. Fetching from it, and judging the
//! ledger, is left to others.

mod affinity;
pub mod choose;
pub mod embedded;
mod endpoints;
mod error;
pub mod go;
mod launch;
mod pins;
mod poll;
pub mod protocol;
pub mod relay;
mod supervisor;
mod tail;

pub use affinity::on_cpus;
pub use certificates::{Authority, Issued, Leaf};
pub use choose::{Choice, choose};
pub use error::Error;
pub use launch::{EmbeddedProgram, Kind, Launch};
pub use pins::Pins;
pub use protocol::Ready;
pub use relay::Relay;
pub use supervisor::Origin;
