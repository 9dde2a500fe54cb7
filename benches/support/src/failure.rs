//! Errors that end a benchmark, and their exit codes, which are those of `tlstax run`.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a benchmark ended.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An invalid measure.
    #[error(transparent)]
    Cost(#[from] crate::cost::CostError),
    /// The error of an origin.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// The error of a cell, or of the set-up for all cells.
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
    /// The error of the engine that checks a client.
    #[error(transparent)]
    Engine(#[from] fetch::engine::EngineError),
    /// The limit of open files.
    #[error(transparent)]
    Limit(#[from] measure::process::ProcessError),
    /// A batch did not do the requested work, so Criterion's figures would be meaningless.
    #[error("{cell} did not do the work, and the benchmark ends here: {reasons}")]
    Invalid {
        /// The cell.
        cell: workload::Cell,
        /// The broken rules.
        reasons: String,
    },
    /// Nothing could be written to standard output.
    #[error("writing to standard output: {source}")]
    Output {
        /// The system's error.
        source: io::Error,
    },
    /// The system refused.
    #[error("{doing} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl Failure {
    /// Prints it to standard error, and returns the exit code.
    pub fn report(&self) -> ExitCode {
        terminal::say(format_args!("tlstax: {self}"));
        ExitCode::from(self.code())
    }

    /// 3 for an invalid batch, 130 for an interruption, 2 for any other error.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Invalid { .. } => 3,
            Failure::Origin(origin::Error::Interrupted) => 130,
            _ => 2,
        }
    }
}
