//! Runs trials: each cell in a process of its own, in shuffled rounds, judged by its answers and the origin's ledger.
//!
//! The harness joins an engine (who fetches) and an origin (what it is fetched from), reads what both cost, and writes one
//! line per trial. It neither fetches itself nor says what the figures mean.

mod deadline;
mod engine;
mod examine;
mod limit;
mod openssl_conf;
mod order;
mod plan;
mod run;
mod source;
mod trial;
mod verify;

pub use engine::EngineCommand;
pub use limit::descriptors_needed;
pub use plan::{PinningError, Pins, Plan, pin};
pub use run::{Error, Observer, Outcome, run};
