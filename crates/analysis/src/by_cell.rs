//! The trials of a run by section and cell: grouped once, not for every table and chart.

use std::collections::HashMap;

use measure::result::{Section, Trial};
use workload::Cell;

/// Trials by section and cell, sorted by round: the result does not depend on the order of lines in a file.
pub struct ByCell<'a>(HashMap<(&'a str, &'a Cell), Vec<&'a Trial>>);

impl<'a> ByCell<'a> {
    /// Groups the trials.
    pub fn new(trials: &'a [Trial]) -> ByCell<'a> {
        let mut by_cell: HashMap<_, Vec<&Trial>> = HashMap::new();
        for trial in trials {
            by_cell.entry((trial.section.as_str(), &trial.cell)).or_default().push(trial);
        }
        by_cell.values_mut().for_each(|own| own.sort_by_key(|trial| (trial.round, trial.arm)));
        ByCell(by_cell)
    }

    /// Those of one cell; none if it did not run.
    pub fn of<'s>(&'s self, section: &'s Section, cell: &'s Cell) -> &'s [&'s Trial] {
        self.0.get(&(section.name.as_str(), cell)).map_or(&[], Vec::as_slice)
    }
}
