//! Profiles of CPU time: stacks are sampled from a process, named, counted, and drawn.
//!
//! The module [`bill`] decides what a stack's time is charged to. Starting the process, and deciding when it is
//! sampled, is for the caller.

pub mod bill;
mod clocks;
pub mod difference;
pub mod error;
mod event;
pub mod flamegraph;
pub mod folded;
mod function_name;
mod go_functions;
mod kernel;
pub mod location;
mod maps;
mod memory;
mod naming;
mod object_file;
pub mod objects;
mod one_process;
mod palette;
mod plumbing;
pub mod pprof;
mod process_tree;
mod raw_sample;
mod reader;
pub mod recording;
mod records;
mod registers;
mod resolve;
mod sample_store;
pub mod sampler;
mod space;
pub mod stack;
mod symbol_table;
mod threads;
pub mod timeline;
mod unwind;

pub use error::ProfileError;
pub use event::{PERIOD_NS, STACK_BYTES};
pub use objects::Objects;
pub use recording::Recording;
pub use sampler::{Options, Sampler};
pub use stack::{Frame, ObjectWithoutSymbols, Profile, Scope, Stack};
pub use timeline::{Moment, Moments};
