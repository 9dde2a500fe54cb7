//! The result of a run: a folder with `run.json` (what was run, on what) and `trials.ndjson` (a line per trial), which
//! may be compressed once the run has ended.

mod arm;
mod files;
pub mod handshakes;
mod phase_time;
mod read;
mod read_error;
mod run;
pub mod schema;
mod thin;
mod trial;
mod trials_file;
mod unfinished;
mod write;

pub use arm::{Arm, ArmInfo};
pub use files::{COMPRESSED_TRIALS_FILE, HANDSHAKE_FILE, RUN_FILE, TRIALS_FILE};
pub use phase_time::PhaseTime;
pub use read::RunResult;
pub use read_error::ReadError;
pub use run::{FORMAT, Handshake, LeftOut, OriginInfo, Pinning, RunInfo, Section, TrialOrder, Verification};
pub use thin::thin;
pub use trial::{Flag, Trial, Validity};
pub use trials_file::{CompressError, Sizes, compress, lines};
pub use unfinished::{ResumeError, Unfinished};
pub use workload::Terms;
pub use write::{ResultWriter, WriteError, describe};
