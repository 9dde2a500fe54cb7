//! The talk's stages as cells `talk/<stage>/<tls>/new-conn`: the same program, its TLS layer waiting in different ways.
//!
//! A stage is a table of operations and ways to wait (`ways.rs`) on a single-threaded executor. Beside the stages stand
//! controls, cures, and the fault as Rust programs have it. What each came to when it was published, and what it must
//! come to here, is for crate `talk`. [`gets`] makes many GETs in three of these ways, for a program that wants their
//! answers.

mod blocking;
mod client;
mod exchange;
pub mod gets;
mod stages;
mod stream;
mod ways;

pub use stages::{MODEL, cells, probe};
pub(crate) use stages::{is_stage, libraries, note_of, prepare};
