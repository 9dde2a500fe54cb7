//! The bills of a run, and the files that belong to them.

use profile::bill::Sheet;

/// Everything known about a run's bills; empty for a run that was not profiled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bills {
    /// The bills.
    pub sheet: Sheet,
    /// Flamegraphs, stacks and profiles in the same folder.
    pub attached: Vec<Attachment>,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// A file in the same folder as the bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name in the result folder.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

impl Bills {
    /// Whether there is no bill.
    pub fn is_empty(&self) -> bool {
        self.sheet.cells.is_empty()
    }
}
