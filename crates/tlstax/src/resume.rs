//! `tlstax run --resume`: continues an interrupted run, by the command line that started it. The runner decides whether
//! it is still the same run on the same machine.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use measure::result::{RunInfo, Unfinished};
use runner::Begun;

use crate::cli::{Cli, Command};
use crate::cmd::output_args::OutputArgs;
use crate::cmd::run::{Args, decide, print_outcome};
use crate::failure::Failure;
use crate::folder;
use crate::progress::Progress;

/// The flags that are allowed on a command line that resumes.
#[derive(Parser)]
struct Alone {
    #[arg(long)]
    resume: bool,
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Continues an interrupted run, by the command line that started it.
pub(crate) fn resume(args: &Args) -> Result<ExitCode, Failure> {
    let Some((dir, unfinished)) = find(args.out.as_deref())? else { return Ok(ExitCode::SUCCESS) };
    let begun = begun_with(&unfinished.run)?;
    let plan = decide(&begun, begun.measurement.seed.or(Some(unfinished.run.seed)))?;
    let mut progress = Progress::resumed(plan.run.trials_due(), unfinished.trials.len() as u64);
    let outcome = runner::resume(plan, unfinished, &mut progress);
    progress.finish();
    print_outcome(&begun, &args.output, &dir, &outcome?)
}

/// The run in `out`, or the latest here, with its folder; `None`, after a message, if the run is complete.
fn find(out: Option<&Path>) -> Result<Option<(PathBuf, Unfinished)>, Failure> {
    if Alone::try_parse_from(std::env::args_os().skip(1)).is_err() {
        let words = "--resume goes on with a run as it was begun: beside it only --out (its folder) and flags of its output (--json, --csv, --md, -o, -v) may stand";
        return Err(Failure::Usage(words.to_owned()));
    }
    let dir = out.map(Path::to_owned).map_or_else(folder::latest, Ok)?;
    match runner::open(&dir)? {
        Begun::Unfinished(unfinished) => Ok(Some((dir, *unfinished))),
        Begun::Whole(ended) => {
            terminal::say(format_args!(
                "tlstax: the run in {} is whole since {ended}: nothing is left to be run",
                dir.display()
            ));
            Ok(None)
        }
    }
}

/// The command line that started the run, parsed again.
fn begun_with(run: &RunInfo) -> Result<Box<Args>, Failure> {
    let line = run.command.join(" ");
    let cli = Cli::try_parse_from(&run.command).map_err(|error| {
        let said = error.to_string();
        let first = said.lines().next().unwrap_or_default();
        Failure::Usage(format!("the run was begun with {line:?}, which this tlstax does not understand: {first}"))
    })?;
    match cli.command {
        Command::Run(args) => Ok(args),
        _ => Err(Failure::Usage(format!(
            "the run was begun with {line:?}, and only what `tlstax run` began can be resumed: run that again"
        ))),
    }
}
