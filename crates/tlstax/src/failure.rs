//! The reason why a command failed, and its exit code.

use std::io;
use std::path::Path;
use std::process::ExitCode;

/// A comparison or an expectation failed.
pub(crate) const EXPECTATION: u8 = 1;

/// A trial was invalid.
pub(crate) const INVALID_TRIAL: u8 = 3;

/// The user interrupted it: 128 + SIGINT, as in shells.
pub(crate) const INTERRUPTED: u8 = 130;

/// Bad usage or input.
pub(crate) const BAD_INPUT: u8 = 2;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Select(#[from] workload::SelectError),
    #[error(transparent)]
    Origin(#[from] origin::Error),
    #[error(transparent)]
    Runner(#[from] runner::Error),
    #[error(transparent)]
    Arm(#[from] runner::ArmError),
    #[error(transparent)]
    Pinning(#[from] runner::PinningError),
    #[error(transparent)]
    OriginSpec(#[from] runner::OriginSpecError),
    #[error(transparent)]
    Verification(#[from] runner::VerificationError),
    #[error(transparent)]
    Request(#[from] workload::RequestError),
    #[error(transparent)]
    RequestBody(#[from] runner::RequestBodyError),
    #[error(transparent)]
    Path(#[from] workload::PathError),
    #[error(transparent)]
    ExternalEngine(#[from] runner::CommandError),
    #[error(transparent)]
    Scenario(#[from] runner::sections::scenario::ScenarioFileError),
    #[error(transparent)]
    Skipped(#[from] runner::skipped::SkipError),
    #[error(transparent)]
    Read(#[from] measure::result::ReadError),
    #[error(transparent)]
    Compress(#[from] measure::result::CompressError),
    #[error(transparent)]
    Resume(#[from] measure::result::ResumeError),
    #[error(transparent)]
    Engine(#[from] fetch::engine::EngineError),
    #[error(transparent)]
    Report(#[from] render::files::ReportError),
    #[error(transparent)]
    Chart(#[from] render::charts::ChartError),
    #[error(transparent)]
    Comparison(#[from] analysis::comparison::ComparisonError),
    #[error(transparent)]
    Folder(#[from] render::folder::FolderError),
    #[error(transparent)]
    Profile(#[from] profile::ProfileError),
    #[error(transparent)]
    Observer(#[from] observer::Error),
    #[error(transparent)]
    Observation(#[from] observation::FileError),
    #[error(transparent)]
    ObservedPage(#[from] render::observed::page::PageError),
    #[error(transparent)]
    ReportingTool(#[from] reporting_tool::Error),
    #[error("{0}")]
    Usage(String),
    #[error("writing JSON failed: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{doing} failed: {source}")]
    Io {
        doing: &'static str,
        #[source]
        source: io::Error,
    },
}

impl Failure {
    /// Converts an error of the system, for `map_err`.
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Failure {
        move |source| Failure::Io { doing, source }
    }

    /// The same, for an operation on a file.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Failure {
        let path = path.to_owned();
        move |source| Failure::Usage(format!("{doing} {}: {source}", path.display()))
    }

    /// The same, for a folder for results, with advice if the system forbids it.
    pub(crate) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Failure {
        let path = path.display().to_string();
        move |source| {
            let advice = render::folder::advice(&source);
            Failure::Usage(format!("making the folder {path} failed: {source}{advice}"))
        }
    }

    /// Whether standard output was closed by its reader.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Prints it to standard error, and returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        // A reader that has seen enough and closes the pipe (`tlstax list | head`) is no failure.
        if self.is_closed_pipe() {
            return ExitCode::SUCCESS;
        }
        terminal::say(format_args!("tlstax: {self}"));
        ExitCode::from(match self {
            Failure::Origin(origin::Error::Interrupted)
            | Failure::OriginSpec(runner::OriginSpecError::Ours(origin::Error::Interrupted)) => INTERRUPTED,
            _ => BAD_INPUT,
        })
    }
}
