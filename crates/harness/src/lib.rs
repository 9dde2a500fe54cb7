//! Runs trials: each cell in a process of its own, in shuffled rounds, judged by its answers and the origin's ledger.
//!
//! The harness joins an engine (who fetches) and an origin (what it is fetched from), reads what both cost, and writes
//! one line per trial. It neither fetches itself nor says what the figures mean.

mod arm;
mod command;
mod deadline;
mod difference;
mod engine;
mod environment;
mod error;
mod examine;
mod learnt;
mod limit;
mod lines;
mod measured;
mod openssl_conf;
mod order;
mod origins;
mod pace;
mod plan;
mod probe;
mod resume;
mod rounds;
mod run;
mod saturation;
mod session;
mod source;
mod stage;
mod tail;
mod trial;
mod verify;

pub use arm::{ArmError, ArmProgram};
pub use command::{CommandError, CommandLine};
pub use difference::{Difference, differences};
pub use engine::EngineCommand;
pub use environment::Environment;
pub use error::Error;
pub use limit::{Limit, binding};
pub use plan::{Choices, OUTSIDE, Outside, PinningError, Pins, Plan, Supplier, TlsVersion, default_workers, pin};
pub use probe::Probe;
pub use resume::resume;
pub use rounds::{Observer, Outcome};
pub use run::{run, run_probed};
pub use session::{Resident, Session};
