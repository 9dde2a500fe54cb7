//! Why a run cannot start or continue. A failure within a trial makes that trial invalid instead, and is no error here.

use std::io;
use std::path::PathBuf;

use measure::result::WriteError;
use workload::Cell;

use crate::difference::Difference;

/// Why a run could not start or continue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An error of the origin or its certificates.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// An error of the result folder.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The run to be resumed differs from the one that would continue it.
    #[error("this would be another run, so nothing was run{}", listed(.0))]
    Differs(Vec<Difference>),
    /// A file of the run's own could not be written.
    #[error("writing a temporary file in {}: {source}; set TMPDIR to a folder with room", .path.display())]
    Temporary {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A cell of this process could not be prepared.
    #[error("preparing {cell}: {reason}")]
    Cell {
        /// The cell.
        cell: Cell,
        /// The reason.
        reason: String,
    },
}

/// The differences, each on a line of its own, to follow the message.
fn listed(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}
