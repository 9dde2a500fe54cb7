//! How it is fetched: concurrency models, HTTP clients and TLS stacks, and the registry that joins them into cells.
//!
//! A model knows how to run many fetches, a client how to make one, a TLS stack how to secure a connection. None knows
//! the others; `registry.rs` names what goes together. Starting processes and judging what they did is the harness's.

pub mod engine;
mod error;
pub mod floor;
mod libraries;
mod prepare;
mod prepared;
mod registry;
mod response;
mod slot;
mod support;
pub mod talk;
mod target;

mod clients;
mod connection;
mod models;
mod pace;
mod runtime;
mod schedule;
mod stream;
mod tls;
mod wake;

pub use error::{ErrorKind, FetchError, PrepareError};
pub use prepared::Prepared;
pub use registry::{cells, cells_of, library_of, note_of, stacks_beyond, terms_of, thread_per_slot};
pub use support::{crowded, refusal, unpaced};
