//! `tlstax show`: a run's tables again, from its files.

use std::path::PathBuf;
use std::process::ExitCode;

use measure::result::{RunResult, schema};

use super::cmp;
use crate::failure::Failure;
use crate::folder;
use crate::show::{Form, print, write};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The result folder; without one, the latest run here
    dir: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// As CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// The JSON Schema of a result's files instead: of run.json, or of a line of trials.ndjson (docs/result-files.md)
    #[arg(long, value_enum, value_name = "FILE", conflicts_with_all = ["dir", "json", "csv"])]
    schema: Option<File>,
}

/// A file of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum File {
    /// run.json
    Run,
    /// A line of trials.ndjson
    Trial,
}

impl File {
    fn schema(self) -> serde_json::Value {
        match self {
            File::Run => schema::of_run(),
            File::Trial => schema::of_trial(),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    if let Some(file) = args.schema {
        write(&format!("{:#}\n", file.schema()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let dir = args.dir.clone().map_or_else(folder::latest, Ok)?;
    let form = match (args.json, args.csv) {
        (true, _) => Form::Json,
        (_, true) => Form::Csv,
        _ => Form::Tables,
    };
    let result = RunResult::read(&dir)?;
    if !result.run.arms.is_empty() {
        return cmp::arms(&result, &[], &cmp::Shape::headline(form));
    }
    print(&result, form)?;
    Ok(ExitCode::SUCCESS)
}
