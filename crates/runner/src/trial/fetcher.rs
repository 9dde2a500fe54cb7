//! What makes a trial's requests: an engine in a process of its own, or this process.

use measure::process::ProcessError;
use measure::protocol::{Finished, Seen};
use workload::Workload;

use crate::trial::error::TrialError;

/// Makes a trial's requests.
pub(crate) trait Fetcher {
    /// Its process ID.
    fn pid(&self) -> u32;
    /// Whether that process does nothing else, so that its memory is the model's.
    fn is_alone(&self) -> bool;
    /// Called before the costs are read and the requests begin.
    fn before_go(&mut self) -> Result<(), TrialError> {
        Ok(())
    }
    /// Called after the requests have been made and the costs read.
    fn after_go(&mut self) -> Result<(), TrialError> {
        Ok(())
    }
    /// Makes all requests.
    fn go(&mut self) -> Result<Finished, TrialError>;
    /// What is wrong with the measured part, besides the faults that the engine reports.
    fn faults(&self, said: u64, heard: u64, finished: &Finished) -> Vec<String>;
    /// The measurements, merged and encoded.
    fn seen(&mut self, workload: &Workload) -> Result<Seen, TrialError>;
    /// The error for a process that could not be read before it sent what was `due`.
    fn unread(&mut self, _due: &str, error: &ProcessError) -> TrialError {
        TrialError::Failed(error.to_string())
    }
    /// The largest number of its threads that was observed.
    fn threads(&self) -> Option<u64>;
}
