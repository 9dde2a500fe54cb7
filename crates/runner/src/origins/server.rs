//! What a trial asks of the server that its cell fetches from, be it an origin of ours or a server of the user's.

use ledger::Ledger;
use measure::process::{ProcessError, Reading};
use measure::protocol::Target;
use workload::{Cell, Workload};

use crate::plan::user_server::UserServer;

/// A server that cells fetch from. What is not said of one is not known of it: a server of the user's has no ledger and
/// no process.
pub(crate) trait Server {
    /// What `cell` fetches.
    fn targets(&mut self, cell: &Cell, workload: &Workload) -> Result<Vec<Target>, origin::Error>;

    /// Starts a trial: the ledger, with its maxima and log begun anew.
    fn begin(&mut self) -> Result<Option<Ledger>, origin::Error> {
        Ok(None)
    }

    /// Reads the ledger, with its maxima and log begun anew if `mark`.
    fn read(&mut self, _mark: bool) -> Result<Option<Ledger>, origin::Error> {
        Ok(None)
    }

    /// Which version runs.
    fn version(&mut self) -> Result<Option<String>, origin::Error> {
        Ok(None)
    }

    /// Its process.
    fn pid(&mut self) -> Result<Option<u32>, origin::Error> {
        Ok(None)
    }

    /// How it ended, where it has.
    fn ended(&mut self) -> Option<origin::Error> {
        None
    }

    /// What it has cost so far.
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

/// Why what an origin has cost cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadingError {
    /// It cannot be started, or has ended.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// It runs, and its process cannot be read.
    #[error(transparent)]
    Process(ProcessError),
}
