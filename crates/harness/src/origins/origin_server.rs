//! What cells fetch from: an origin of ours, or a server of the user's, of which nothing is known but its address.

use ledger::Ledger;
use measure::process::{ProcessError, Reading};
use measure::protocol::Target;
use workload::{Cell, Workload};

use crate::origins::origin_process::OriginProcess;

/// A server that cells fetch from.
pub(crate) enum OriginServer {
    /// An origin with a ledger.
    Ours(Box<OriginProcess>),
    /// A server of the user's, under its one address.
    Theirs(Vec<Target>),
}

impl OriginServer {
    /// [`OriginProcess::begin`]; `None` where there is no ledger.
    pub(crate) fn begin(&mut self) -> Result<Option<Ledger>, origin::Error> {
        match self {
            OriginServer::Ours(process) => process.begin().map(Some),
            OriginServer::Theirs(_) => Ok(None),
        }
    }

    /// [`OriginProcess::read`]; `None` where there is no ledger.
    pub(crate) fn read(&mut self, mark: bool) -> Result<Option<Ledger>, origin::Error> {
        match self {
            OriginServer::Ours(process) => process.read(mark).map(Some),
            OriginServer::Theirs(_) => Ok(None),
        }
    }

    /// What `cell` fetches.
    pub(crate) fn targets(&mut self, cell: &Cell, workload: &Workload) -> Result<Vec<Target>, origin::Error> {
        match self {
            OriginServer::Ours(process) => process.targets(cell, workload),
            OriginServer::Theirs(targets) => Ok(targets.clone()),
        }
    }

    /// The origin's process; `None` for a server of the user's.
    pub(crate) fn pid(&mut self) -> Result<Option<u32>, origin::Error> {
        match self {
            OriginServer::Ours(process) => Ok(Some(process.running()?.ready().pid)),
            OriginServer::Theirs(_) => Ok(None),
        }
    }

    /// How the origin ended, where it has; `None` for a server of the user's.
    pub(crate) fn ended(&mut self) -> Option<origin::Error> {
        match self {
            OriginServer::Ours(process) => process.ended(),
            OriginServer::Theirs(_) => None,
        }
    }

    /// What the origin has cost so far; `None` for a server of the user's.
    pub(crate) fn reading(&mut self) -> Result<Option<Reading>, ReadingError> {
        let Some(pid) = self.pid()? else { return Ok(None) };
        Reading::of(pid).map(Some).map_err(|error| match self.pid() {
            Err(ended) => ReadingError::Origin(ended),
            Ok(_) => ReadingError::Process(error),
        })
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
