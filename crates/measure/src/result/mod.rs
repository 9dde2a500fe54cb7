//! The result of a run: a folder with `run.json` (what was run, on what) and `trials.ndjson` (a line per trial).

mod arm;
pub mod handshakes;
mod read;
mod run;
pub mod schema;
mod trial;
mod unfinished;
mod write;

pub use arm::{Arm, ArmInfo};
pub use read::{ReadError, RunResult};
pub use run::{FORMAT, Handshake, LeftOut, Order, OriginInfo, Pinning, RunInfo, Section};
pub use trial::{Flag, Terms, Trial, Verdict};
pub use unfinished::{ResumeError, Unfinished};
pub use write::{ResultWriter, WriteError, describe};

/// The file with figures of TLS in memory, where a benchmark left them.
pub const HANDSHAKE_FILE: &str = "handshake.json";

/// The file that says what was run.
pub const RUN_FILE: &str = "run.json";

/// The file with a line per trial.
pub const TRIALS_FILE: &str = "trials.ndjson";
