//! Reading a result folder. What can be read is read; what can't is named.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{FORMAT, RUN_FILE, RunInfo, TRIALS_FILE, Trial};

/// A run, read back.
#[derive(Debug, Clone)]
pub struct RunResult {
    /// What was run.
    pub run: RunInfo,
    /// Its trials, in the order in which they ran.
    pub trials: Vec<Trial>,
    /// What could not be read, one sentence each.
    pub problems: Vec<String>,
}

/// Why a folder could not be read as a result.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file could not be read.
    #[error("reading {} failed: {source}; a result folder is what `tlstax run --out DIR` makes", .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `run.json` is not one.
    #[error("{} does not describe a run: {source}", .path.display())]
    Run {
        /// Which file.
        path: PathBuf,
        /// What the decoder said.
        source: serde_json::Error,
    },
    /// A later tlstax wrote it.
    #[error("{} is of format {found}, this tlstax reads up to {FORMAT}: use a newer tlstax", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl RunResult {
    /// Reads the folder `dir`.
    pub fn read(dir: &Path) -> Result<RunResult, ReadError> {
        let path = dir.join(RUN_FILE);
        let text = read(&path)?;
        let not_a_run = |source| ReadError::Run { path: path.clone(), source };
        let version: Version = serde_json::from_str(&text).map_err(not_a_run)?;
        if version.format > FORMAT {
            return Err(ReadError::Newer { path, found: version.format });
        }
        let run = serde_json::from_str(&text).map_err(not_a_run)?;
        let trials = read(&dir.join(TRIALS_FILE))?;
        let (trials, problems) = parse(&trials);
        Ok(RunResult { run, trials, problems })
    }
}

fn parse(text: &str) -> (Vec<Trial>, Vec<String>) {
    let mut trials = Vec::new();
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(trial) => trials.push(trial),
            Err(error) => problems.push(format!("line {} of {TRIALS_FILE} is left out: {error}", number + 1)),
        }
    }
    (trials, problems)
}

fn read(path: &Path) -> Result<String, ReadError> {
    // A line cut within a character, or overwritten, must not hide the others.
    let bytes = fs::read(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
