//! The bills of a run, and the files that belong to them.

use profile::bill::Sheet;

/// All that is known of a run's bills; nothing of a run that was not profiled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bills {
    /// The bills.
    pub sheet: Sheet,
    /// Flamegraphs, stacks and profiles beside the bills.
    pub attached: Vec<Attachment>,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// A file beside the bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name in the result folder.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Bills {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sheet.cells.is_empty()
    }
}
