//! Why a trial did not reach its end, and how the reason is formatted.

use crate::origins::server::ReadingError;

/// Why a trial did not reach its end.
#[derive(Debug)]
pub(crate) enum TrialError {
    /// The run must end now.
    Interrupted,
    /// The trial failed, for this reason.
    Failed(String),
}

/// An origin that failed makes a trial invalid.
impl From<origin::Error> for TrialError {
    fn from(error: origin::Error) -> TrialError {
        TrialError::Failed(in_one_line(&error.to_string()))
    }
}

impl From<ReadingError> for TrialError {
    fn from(error: ReadingError) -> TrialError {
        match error {
            ReadingError::Origin(error) => error.into(),
            ReadingError::Process(error) => TrialError::Failed(error.to_string()),
        }
    }
}

/// Joins several lines into one, for a reason in a row of a table.
pub(crate) fn in_one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" / ")
}
