//! `tlstax show`: prints a run's tables again, from its files.

use std::path::PathBuf;
use std::process::ExitCode;

use diagnosis::Diagnosis;
use measure::result::{self, RunResult, schema};
use observation::{FORMAT, Observation};

use super::cmp;
use crate::failure::Failure;
use crate::folder;
use crate::show::{Form, print, write_json};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The result folder [default: the latest run in this folder]
    dir: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// As CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// As Markdown
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    md: bool,
    /// With details: floors, the distance to them, what the event loop did, and warm-ups
    #[arg(short, long)]
    verbose: bool,
    /// The trials as they were written, one line of JSON each, compressed or not
    #[arg(long, conflicts_with_all = ["json", "csv", "md"])]
    trials: bool,
    /// Print the JSON Schema of a file instead (docs/result-files.md)
    #[arg(long, value_enum, value_name = "FILE", conflicts_with_all = ["dir", "json", "csv", "md", "trials"])]
    schema: Option<File>,
}

/// A file with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum File {
    /// run.json
    Run,
    /// A line of trials.ndjson
    Trial,
    /// observation.json of `tlstax observe`
    Observation,
    /// diagnosis.json of `tlstax observe`
    Diagnosis,
}

impl File {
    fn schema(self) -> serde_json::Value {
        match self {
            File::Run => schema::of_run(),
            File::Trial => schema::of_trial(),
            File::Observation => {
                schema::of::<Observation>(&format!("{} of tlstax observe, format {FORMAT}", observation::FILE))
            }
            File::Diagnosis => schema::of::<Diagnosis>("diagnosis.json of tlstax observe"),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if let Some(file) = args.schema {
        write_json(&format!("{:#}\n", file.schema()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let dir = args.dir.clone().map_or_else(folder::latest, Ok)?;
    if args.trials {
        write_json(&String::from_utf8_lossy(&result::lines(&dir)?))?;
        return Ok(ExitCode::SUCCESS);
    }
    let form = match (args.json, args.csv, args.md) {
        (true, ..) => Form::Json,
        (_, true, _) => Form::Csv,
        (.., true) => Form::Markdown,
        _ => Form::Tables,
    };
    let result = RunResult::read(&dir)?;
    if !result.run.arms.is_empty() {
        return cmp::arms(&result, &[], &cmp::Shape::headline(form));
    }
    print(&result, form, args.verbose)?;
    Ok(ExitCode::SUCCESS)
}
