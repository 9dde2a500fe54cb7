//! `tlstax thin`: makes a result folder small, for keeping.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use measure::result::{self, RunResult, Sizes};

use crate::failure::Failure;
use crate::show::write;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Result folders of runs that have ended
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// Compress the trials without removing anything
    #[arg(long)]
    whole: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    for dir in &args.dirs {
        let sizes = thinned(dir, args.whole)?;
        write(&format!("{}: trials of {}, {} before\n", dir.display(), size(sizes.now), size(sizes.before)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn thinned(dir: &Path, whole: bool) -> Result<Sizes, Failure> {
    let refused = |why: String| Failure::Usage(format!("{} is not changed: {why}", dir.display()));
    let mut read = RunResult::read(dir)?;
    if read.run.ended.is_none() || read.run.interrupted {
        return Err(refused("its run has not ended; `tlstax run --resume` goes on with it".to_owned()));
    }
    if whole {
        return Ok(result::compress(dir, None)?);
    }
    // What cannot be read would be lost.
    if !read.problems.is_empty() {
        return Err(refused(format!("{}; --whole compresses it all the same", read.problems.join("; "))));
    }
    result::thin(&mut read.trials).map_err(|error| refused(error.to_string()))?;
    Ok(result::compress(dir, Some(&read.trials))?)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
