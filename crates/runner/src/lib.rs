//! Plans runs, and runs their trials: each cell in a process of its own, in shuffled rounds, checked by its responses
//! and the origin's ledger.
//!
//! The runner starts an engine (the client) and an origin (the server), reads the costs of both, and writes one line
//! per trial. It does not fetch anything itself, and does not interpret the figures. It parses no command line and
//! prints nothing: it reports progress to its callers, and returns errors.

mod difference;
mod error;
mod interleaved;
mod origins;
mod plan;
mod resume;
mod rounds;
mod run;
mod session;
mod trial;

pub use difference::{Difference, differences};
pub use error::Error;
pub use interleaved::{InterleavedOptions, PAIRED_ROUNDS};
pub use origin::Pins;
pub use plan::arm_program::{ArmError, ArmProgram};
pub use plan::command_line::{CommandError, CommandLine};
pub use plan::cpu_pinning::{PinningError, default_pinning, default_workers, pin};
pub use plan::engine_command::EngineCommand;
pub use plan::external_engine::{EXTERNAL, ExternalEngine, ExternalEngines};
pub use plan::origin_spec::{OriginSpec, OriginSpecError};
pub use plan::request_body::{RequestBody, RequestBodyError};
pub use plan::user_server::{LoadConsent, UserServer, UserServerError};
pub use plan::verification::{SSL_CERT_FILE, Verification, VerificationError};
pub use plan::{Choices, Plan, revision, sections, skipped};
pub use resume::{Begun, open, resume};
pub use rounds::{Observer, Outcome};
pub use run::{run, run_probed};
pub use session::{Resident, Session};
pub use trial::environment::Environment;
pub use trial::probe::Probe;

/// The path that the names of this crate's functions begin with.
pub const PATH: &str = module_path!();
