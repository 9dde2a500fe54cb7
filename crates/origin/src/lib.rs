//! What it is fetched from: certificates, the embedded server, and the supervisor of origin processes.
//!
//! An origin is a process of its own that serves the same endpoints over HTTP and HTTPS and keeps a [`ledger`] of what
//! it saw. There are two, and they speak one protocol ([`protocol`]): go-httpbin, the real thing ([`go`] builds it),
//! and one in Rust ([`embedded`]) for where there is no Go. [`choose()`] picks, [`Origin`] runs it, [`Authority`]
//! issues its certificates (crate [`certificates`]), [`Relay`] puts it far away. Who fetches from it, and what the
//! ledger then proves, is for others.

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
