//! The choice of cells, as `run` and `list` take it.

use workload::{SelectError, Selection};

#[derive(clap::Args)]
pub(crate) struct Cells {
    /// Components of cells' names, or whole names (`tokio-current rustls new-conn`)
    pub(crate) words: Vec<String>,
    /// Only cells whose whole name matches this regular expression; may be given again
    #[arg(short, long = "filter", value_name = "REGEX")]
    pub(crate) filter: Vec<String>,
}

impl Cells {
    /// What was chosen.
    pub(crate) fn selection(&self) -> Result<Selection, SelectError> {
        Selection::new(&self.words, &self.filter)
    }
}
