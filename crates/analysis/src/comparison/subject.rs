//! The subject of a comparison: two runs, the arms of one, or two cells of one; and which trials belong together.

use std::collections::{BTreeMap, HashMap};

use measure::result::{Arm, RunInfo, RunResult, Section, Trial, TrialOrder};
use workload::Cell;

/// The subject of a comparison.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// Two runs, cell by cell.
    Runs {
        /// The run that the other is compared with.
        base: &'a RunResult,
        /// The run that may have changed.
        new: &'a RunResult,
    },
    /// The arms of a paired run, cell by cell.
    Arms(&'a RunResult),
    /// Two cells of one run.
    Cells {
        /// The run.
        run: &'a RunResult,
        /// The cell that the other is compared with.
        base: &'a Cell,
        /// The other cell.
        new: &'a Cell,
    },
}

/// Cells by the section's name.
pub type BySection = BTreeMap<String, Vec<Cell>>;

/// Two cells that are compared, with their trials in the order in which they ran.
pub(crate) struct Pair<'a> {
    pub(crate) section: &'a Section,
    pub(crate) base_cell: &'a Cell,
    pub(crate) new_cell: &'a Cell,
    pub(crate) base: Vec<&'a Trial>,
    /// Trials of the base's second build; empty if there is no such arm.
    pub(crate) again: Vec<&'a Trial>,
    pub(crate) new: Vec<&'a Trial>,
}

impl<'a> Subject<'a> {
    /// The run of the base.
    pub fn base_run(&self) -> &'a RunInfo {
        match self {
            Subject::Runs { base, .. } => &base.run,
            Subject::Arms(run) | Subject::Cells { run, .. } => &run.run,
        }
    }

    /// The run of the new side: the same unless two runs are compared.
    pub fn new_run(&self) -> &'a RunInfo {
        match self {
            Subject::Runs { new, .. } => &new.run,
            Subject::Arms(run) | Subject::Cells { run, .. } => &run.run,
        }
    }

    /// The parts of either run that could not be read.
    pub fn problems(&self) -> impl Iterator<Item = &'a String> {
        let (one, other): (&[String], &[String]) = match self {
            Subject::Runs { base, new } => (&base.problems, &new.problems),
            Subject::Arms(run) | Subject::Cells { run, .. } => (&run.problems, &[]),
        };
        one.iter().chain(other)
    }

    /// Whether rounds of both sides alternated, so that equal rounds form pairs.
    pub fn is_paired(&self) -> bool {
        match self {
            Subject::Runs { .. } => false,
            // Arms alternate within each cell's round, in whatever order the cells are.
            Subject::Arms(_) => true,
            Subject::Cells { run, .. } => run.run.order == TrialOrder::Interleaved,
        }
    }

    /// The cells that both sides have in sections of the same name, without duplicates, in the order of the new one.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::new();
        for (_, _, cell) in self.common() {
            if !cells.contains(cell) {
                cells.push(cell.clone());
            }
        }
        cells
    }

    /// The cells that only the base has, and those that only the new side has.
    pub fn only(&self) -> (BySection, BySection) {
        match self {
            Subject::Runs { base, new } => (missing(&base.run, &new.run), missing(&new.run, &base.run)),
            Subject::Arms(_) | Subject::Cells { .. } => Default::default(),
        }
    }

    /// What both sides have in common: the new side's section, and the two cells.
    fn common(&self) -> Vec<(&'a Section, &'a Cell, &'a Cell)> {
        match *self {
            Subject::Runs { base, new } => same(&base.run, &new.run),
            Subject::Arms(run) => same(&run.run, &run.run),
            Subject::Cells { run, base, new } => {
                let has = |section: &&Section| section.cells.contains(base) && section.cells.contains(new);
                run.run.sections.iter().filter(has).map(|section| (section, base, new)).collect()
            }
        }
    }

    /// All pairs of cells to compare, among `chosen`.
    pub(crate) fn pairs(&self, chosen: &[Cell]) -> Vec<Pair<'a>> {
        let (base, again, new) = match self {
            Subject::Runs { base, new } => (by_cell(base, None), HashMap::new(), by_cell(new, None)),
            Subject::Arms(run) => {
                (by_cell(run, Some(Arm::Base)), by_cell(run, Some(Arm::Again)), by_cell(run, Some(Arm::New)))
            }
            Subject::Cells { run, .. } => (by_cell(run, None), HashMap::new(), by_cell(run, None)),
        };
        let of = |trials: &ByCell<'a>, section: &'a Section, cell: &'a Cell| {
            trials.get(&(section.name.as_str(), cell)).cloned().unwrap_or_default()
        };
        let common = self.common().into_iter().filter(|(_, _, cell)| chosen.contains(cell));
        common
            .map(|(section, base_cell, new_cell)| Pair {
                section,
                base_cell,
                new_cell,
                base: of(&base, section, base_cell),
                again: of(&again, section, base_cell),
                new: of(&new, section, new_cell),
            })
            .collect()
    }
}

type ByCell<'a> = HashMap<(&'a str, &'a Cell), Vec<&'a Trial>>;

fn by_cell(run: &RunResult, arm: Option<Arm>) -> ByCell<'_> {
    let mut trials: ByCell<'_> = HashMap::new();
    for trial in run.trials.iter().filter(|trial| trial.arm == arm) {
        trials.entry((trial.section.as_str(), &trial.cell)).or_default().push(trial);
    }
    trials
}

fn same<'a>(base: &'a RunInfo, new: &'a RunInfo) -> Vec<(&'a Section, &'a Cell, &'a Cell)> {
    let of = |section: &'a Section| {
        let other = base.sections.iter().find(|other| other.name == section.name);
        let cells = other.into_iter().flat_map(|other| &other.cells);
        let known: HashMap<&Cell, &'a Cell> = cells.map(|cell| (cell, cell)).collect();
        section.cells.iter().filter_map(move |cell| Some((section, *known.get(cell)?, cell)))
    };
    new.sections.iter().flat_map(of).collect()
}

fn missing(of: &RunInfo, from: &RunInfo) -> BySection {
    let lacking = |section: &Section| {
        let other = from.sections.iter().find(|other| other.name == section.name);
        let lacks = |cell: &&Cell| other.is_none_or(|other| !other.cells.contains(cell));
        (section.name.clone(), section.cells.iter().filter(lacks).cloned().collect::<Vec<_>>())
    };
    of.sections.iter().map(lacking).filter(|(_, cells)| !cells.is_empty()).collect()
}
