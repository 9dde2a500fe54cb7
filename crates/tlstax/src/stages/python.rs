//! The Python original, where there is a Python for it.

use std::collections::BTreeMap;

use harness::Outside;
use measure::result::LeftOut;
use workload::Cell;

/// The original's engines, their cells, and what of it cannot run here.
#[derive(Debug, Default)]
pub(crate) struct Original {
    pub(crate) engines: BTreeMap<String, Outside>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// The stages of the original: of one Python, or of all that are here.
pub(crate) fn original(_all: bool) -> Original {
    Original::default()
}
