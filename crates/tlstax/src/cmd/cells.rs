//! The choice of cells, as `run` and `list` take it.

use workload::{Cell, SelectError, Selection};

#[derive(clap::Args)]
pub(crate) struct Cells {
    /// Components of cells' names, or whole names (`tokio-current rustls new-conn`)
    pub(crate) words: Vec<String>,
    /// Only cells whose whole name matches this regular expression; may be given again
    #[arg(short, long = "filter", value_name = "REGEX")]
    pub(crate) filter: Vec<String>,
}

impl Cells {
    /// What there is to choose from: the matrix, and the talk's stages for who names them. They are one program in many
    /// states of repair, not models to choose from, so that words like `rustls` do not mean them.
    pub(crate) fn candidates(&self) -> Vec<Cell> {
        let named = |text: &String| text.contains(fetch::talk::MODEL);
        match self.words.iter().chain(&self.filter).any(named) {
            true => [fetch::cells(), fetch::talk::cells()].concat(),
            false => fetch::cells(),
        }
    }

    /// What was chosen.
    pub(crate) fn selection(&self) -> Result<Selection, SelectError> {
        Selection::new(&self.words, &self.filter)
    }
}
