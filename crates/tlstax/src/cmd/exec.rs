//! Two builds run in turns: what `cmp --exec` measures before it compares.

use std::path::{Path, PathBuf};

use measure::result::{Arm, ResultWriter, RunResult, Section};
use origin::Choice;
use runner::sections::by_connection;
use runner::skipped::take_out;
use runner::{ArmProgram, InterleavedOptions, Outcome, PAIRED_ROUNDS};
use workload::Cell;

use super::cells::Cells;
use super::compress::Compress;
use super::measurement_args::MeasurementArgs;
use super::workload_args::WorkloadArgs;
use crate::failure::Failure;
use crate::program::{command, embedded_program};
use crate::progress::{self, Progress};
use crate::{folder, interrupt};

#[derive(clap::Args)]
pub(crate) struct Exec {
    /// BASE and NEW are two builds of tlstax: run the same cells with both in turn, and compare them
    #[arg(long)]
    pub(crate) exec: bool,
    /// A second build of BASE's source with another code layout: differences no larger than between these two builds
    /// are ties
    #[arg(long, value_name = "BIN", requires = "exec", help_heading = "Two builds")]
    again: Option<PathBuf>,
    #[command(flatten)]
    workload: WorkloadArgs,
    /// The server to fetch from: auto, go-httpbin or embedded; one serves all builds
    #[arg(long, value_name = "WHICH", requires = "exec", help_heading = "Workload")]
    origin: Option<Choice>,
    #[command(flatten)]
    measurement: MeasurementArgs,
    /// Create this result folder [default: results/local/TIME]
    #[arg(long, value_name = "DIR", requires = "exec", help_heading = "Output")]
    out: Option<PathBuf>,
    #[command(flatten)]
    compress: Compress,
}

impl Exec {
    /// Refuses the flags of measurement without `--exec`: nothing is measured then, and they would be ignored.
    ///
    /// # Errors
    ///
    /// When there are any.
    pub(crate) fn refuse_flags(&self) -> Result<(), Failure> {
        if self.workload.is_empty() && self.measurement.is_empty() && !self.compress.is_asked() {
            return Ok(());
        }
        let words =
            "what is fetched and how it is measured goes with --exec and two builds; results are compared as they are";
        Err(Failure::Usage(words.to_owned()))
    }

    /// Runs `base` and `new` in turns over the chosen cells, or over a default selection. The results are on disk, in
    /// the folder that is returned, and read back.
    ///
    /// # Errors
    ///
    /// When a file is not a program, a cell is not known, or the run cannot start.
    pub(crate) fn measure(
        &self,
        base: &Path,
        new: &Path,
        cells: &Cells,
    ) -> Result<(PathBuf, RunResult, Outcome), Failure> {
        let named = [(Arm::Base, Some(base)), (Arm::Again, self.again.as_deref()), (Arm::New, Some(new))];
        let named = named.into_iter().filter_map(|(arm, exe)| Some((arm, exe?)));
        let arms = named.map(|(arm, exe)| ArmProgram::read(arm, exe)).collect::<Result<_, _>>()?;
        let mut sections = self.sections(cells)?;
        let pinning = self.measurement.pinning(true)?;
        let left_out = take_out(&mut sections, Vec::new())?;
        progress::left_out(&left_out);
        let options = InterleavedOptions {
            arms,
            sections,
            left_out,
            origin: self.origin.unwrap_or(Choice::Auto),
            pinning,
            workers: self.measurement.workers(),
            seed: self.measurement.seed,
            command: command(),
            program: embedded_program()?,
            interrupt: interrupt::flag()?,
        };
        let plan = options.plan(&mut |line| terminal::say(line))?;
        let place = folder::Place::of(self.out.as_deref())?;
        let dir = place.path();
        let mut progress = Progress::new(plan.run.trials_due());
        let outcome = runner::run(plan, |run| ResultWriter::create(dir, run), &mut progress);
        progress.finish();
        let outcome = outcome?;
        self.compress.ended(dir, outcome.interrupted)?;
        Ok((dir.to_owned(), RunResult::read(dir)?, outcome))
    }

    fn sections(&self, cells: &Cells) -> Result<Vec<Section>, Failure> {
        let candidates = cells.candidates();
        let chosen = match cells.is_empty() {
            true => TELLING.into_iter().filter_map(|name| name.parse().ok()).collect::<Vec<Cell>>(),
            false => cells.choose(&candidates)?,
        };
        let rounds = self.measurement.rounds.unwrap_or(PAIRED_ROUNDS);
        Ok(by_connection(&chosen, &self.workload.options(None, Some(rounds))))
    }
}

/// The default selection: a cell of each client with new connections, and one with kept connections, which shows a
/// client's cost beside its TLS stack's.
const TELLING: [&str; 4] = [
    "threads/ureq/rustls/new-conn",
    "tokio-current/hyper/rustls/new-conn",
    "tokio-current/reqwest/rustls/new-conn",
    "tokio-current/hyper/rustls/keep-alive",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telling_cells_are_in_the_table() {
        let table = fetch::cells();
        assert!(TELLING.iter().all(|name| table.contains(&name.parse().unwrap())));
    }
}
