//! What ends a benchmark before its time, and the exit codes that say so: those of `tlstax run`.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a benchmark ended.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The measure was not understood.
    #[error(transparent)]
    Cost(#[from] crate::cost::CostError),
    /// An origin.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// A cell, or what is set up for all of them.
    #[error(transparent)]
    Runner(#[from] runner::Error),
    /// The result folder could not be written.
    #[error(transparent)]
    Write(#[from] measure::result::WriteError),
    /// The result folder could not be read back.
    #[error(transparent)]
    Read(#[from] measure::result::ReadError),
    /// The report of the results.
    #[error(transparent)]
    Report(#[from] render::files::ReportError),
    /// The folder of that report.
    #[error(transparent)]
    Folder(#[from] render::folder::FolderError),
    /// The engine that examines a client.
    #[error(transparent)]
    Engine(#[from] fetch::engine::EngineError),
    /// The limit of open files.
    #[error(transparent)]
    Limit(#[from] measure::process::ProcessError),
    /// A batch did not do the work: what Criterion would say of it means nothing.
    #[error("{cell} did not do the work, and the benchmark ends here: {reasons}")]
    Invalid {
        /// Which.
        cell: workload::Cell,
        /// The rules that it broke.
        reasons: String,
    },
    /// Nothing could be written to standard output.
    #[error("writing to standard output: {source}")]
    Output {
        /// What the system said.
        source: io::Error,
    },
    /// The system refused.
    #[error("{doing} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl Failure {
    /// Says it on standard error, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        terminal::say(format_args!("tlstax: {self}"));
        ExitCode::from(self.code())
    }

    /// 3 for a batch that is invalid, 130 for an interruption, 2 for whatever else kept it from running.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Invalid { .. } => 3,
            Failure::Origin(origin::Error::Interrupted) => 130,
            _ => 2,
        }
    }
}
