//! The result of a run: a folder with `run.json` (what was run, on what) and `trials.ndjson` (a line per trial), which
//! may be compressed once the run has ended.

mod arm;
pub mod handshakes;
mod phase_time;
mod read;
mod run;
pub mod schema;
mod thin;
mod trial;
mod trials_file;
mod unfinished;
mod write;

pub use arm::{Arm, ArmInfo};
pub use phase_time::PhaseTime;
pub use read::{ReadError, RunResult};
pub use run::{FORMAT, Handshake, LeftOut, Order, OriginInfo, Pinning, RunInfo, Section};
pub use thin::thin;
pub use trial::{Flag, Terms, Trial, Verdict};
pub use trials_file::{CompressError, Sizes, compress, lines};
pub use unfinished::{ResumeError, Unfinished};
pub use write::{ResultWriter, WriteError, describe};

/// The file with figures of TLS in memory, where a benchmark left them.
pub const HANDSHAKE_FILE: &str = "handshake.json";

/// The file that says what was run.
pub const RUN_FILE: &str = "run.json";

/// The file with a line per trial.
pub const TRIALS_FILE: &str = "trials.ndjson";

/// The same, compressed with zstd, in its place.
pub const COMPRESSED_TRIALS_FILE: &str = "trials.ndjson.zst";
