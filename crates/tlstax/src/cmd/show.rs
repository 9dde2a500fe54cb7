//! `tlstax show`: a run's tables again, from its files.

use std::path::PathBuf;
use std::process::ExitCode;

use measure::result::RunResult;

use super::cmp;
use crate::failure::Failure;
use crate::folder;
use crate::show::{Form, print};

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
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
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
