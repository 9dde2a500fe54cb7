//! Who makes a trial's requests: an engine in a process of its own, or this very process.

use measure::process::ProcessError;
use measure::protocol::{Finished, Seen};
use workload::Workload;

use crate::trial::error::TrialError;

/// Who makes the requests.
pub(crate) trait Fetcher {
    /// Its process.
    fn pid(&self) -> u32;
    /// Whether that process does nothing else, so that its memory is the model's too.
    fn is_alone(&self) -> bool;
    /// The costs are read next, and then it makes its requests.
    fn before_go(&mut self) -> Result<(), TrialError> {
        Ok(())
    }
    /// It has made its requests, and the costs have been read.
    fn after_go(&mut self) -> Result<(), TrialError> {
        Ok(())
    }
    /// Makes all requests.
    fn go(&mut self) -> Result<Finished, TrialError>;
    /// What is wrong with how it went, beside what it tells.
    fn faults(&self, said: u64, heard: u64, finished: &Finished) -> Vec<String>;
    /// What was seen, merged and encoded.
    fn seen(&mut self, workload: &Workload) -> Result<Seen, TrialError>;
    /// Why its process could not be read, before it said what was `due`.
    fn unread(&mut self, _due: &str, error: &ProcessError) -> TrialError {
        TrialError::Failed(error.to_string())
    }
    /// Most threads that it was seen with.
    fn threads(&self) -> Option<u64>;
}
