//! Why a run cannot begin or go on. What fails within a trial makes that trial invalid instead, and is not told here.

use std::io;
use std::path::PathBuf;

use measure::result::WriteError;
use workload::Cell;

use crate::difference::Difference;

/// Why a run could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The origin or its certificates.
    #[error(transparent)]
    Origin(#[from] origin::Error),
    /// The result folder.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// What would go on with a run is not that run.
    #[error("this would be another run, so that nothing was run{}", listed(.0))]
    Differs(Vec<Difference>),
    /// A file of the run's own could not be written.
    #[error("writing a temporary file in {}: {source}; set TMPDIR to a folder with room", .path.display())]
    Temporary {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A cell of this process could not be prepared.
    #[error("preparing {cell}: {reason}")]
    Cell {
        /// Which.
        cell: Cell,
        /// Why.
        reason: String,
    },
}

/// Each on a line of its own, below what is said before them.
fn listed(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}
