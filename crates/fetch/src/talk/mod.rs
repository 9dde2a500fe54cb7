//! The talk's stages as cells `talk/<stage>/<tls>/new-conn`: the same program, with a TLS layer that waits in different
//! ways.
//!
//! A stage is a table of operations and ways to wait (`ways.rs`) on a single-threaded executor. Beside the stages there
//! are controls, cures, and the fault in the form that Rust programs have. The published results of each stage, and the
//! results expected here, are in crate `talk`. [`gets`] makes many GETs in three of these ways, for a program that
//! needs their responses.

mod blocking;
mod client;
mod exchange;
pub mod gets;
mod stages;
mod stream;
mod ways;

pub use stages::{MODEL, cells, probe};
pub(crate) use stages::{is_stage, libraries, note_of, prepare};
