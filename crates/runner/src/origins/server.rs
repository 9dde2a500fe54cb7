//! What a trial needs from the server of its cell, whether that is one of our origins or a server of the user's.

use ledger::Ledger;
use measure::process::{ProcessError, Reading};
use measure::protocol::Target;
use workload::{Cell, Workload};

use crate::plan::user_server::UserServer;

/// A server that cells fetch from. The default methods are those of a server about which this is not known: a server of
/// the user's has no ledger and no process.
pub(crate) trait Server {
    /// The targets of `cell`.
    fn targets(&mut self, cell: &Cell, workload: &Workload) -> Result<Vec<Target>, origin::Error>;

    /// Starts a trial: returns the ledger after resetting its maxima and log.
    fn begin(&mut self) -> Result<Option<Ledger>, origin::Error> {
        Ok(None)
    }

    /// Reads the ledger, after resetting its maxima and log if `mark`.
    fn read(&mut self, _mark: bool) -> Result<Option<Ledger>, origin::Error> {
        Ok(None)
    }

    /// The version of the running server.
    fn version(&mut self) -> Result<Option<String>, origin::Error> {
        Ok(None)
    }

    /// Its process ID.
    fn pid(&mut self) -> Result<Option<u32>, origin::Error> {
        Ok(None)
    }

    /// The error that says how it ended, if it has ended.
    fn ended(&mut self) -> Option<origin::Error> {
        None
    }

    /// Its costs so far.
    fn reading(&mut self) -> Result<Option<Reading>, ReadingError> {
        let Some(pid) = self.pid()? else { return Ok(None) };
        Reading::of(pid).map(Some).map_err(|error| match self.pid() {
            Err(ended) => ReadingError::Origin(ended),
            Ok(_) => ReadingError::Process(error),
        })
    }
}

impl Server for UserServer {
    fn targets(&mut self, _: &Cell, _: &Workload) -> Result<Vec<Target>, origin::Error> {
        Ok(vec![self.target.clone()])
    }
}

/// Why an origin's costs cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadingError {
    /// It cannot be started, or has ended.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// It is running, but its process cannot be read.
    #[error(transparent)]
    Process(ProcessError),
}
