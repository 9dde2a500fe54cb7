//! Reads a result folder: everything that can be read, and a list of what can't.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use workload::{About, Cell};

use super::handshakes::InMemory;
use super::trials_file::lines as lines_of;
use super::{Arm, FORMAT, HANDSHAKE_FILE, RUN_FILE, ReadError, RunInfo, TRIALS_FILE, Trial};

/// A run, read back.
#[derive(Debug, Clone)]
pub struct RunResult {
    /// What was run.
    pub run: RunInfo,
    /// Its trials, in the order in which they ran.
    pub trials: Vec<Trial>,
    /// What TLS costs in memory, if that was measured.
    pub in_memory: InMemory,
    /// What could not be read, one sentence each.
    pub problems: Vec<String>,
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl RunResult {
    /// Reads the folder `dir` for display: control characters are removed from its strings. [`super::Unfinished`] has
    /// them as they were written.
    pub fn read(dir: &Path) -> Result<RunResult, ReadError> {
        let path = dir.join(RUN_FILE);
        let text = read(&path)?;
        let scenario = decoded(&path, &text)?.scenario.map(plain_prose);
        let run = RunInfo { scenario, ..decoded(&path, &plain(text))? };
        let trials = plain(lines_of(dir)?);
        let (trials, mut problems) = trials_of(&run, &trials);
        let in_memory = in_memory(dir).unwrap_or_else(|problem| {
            problems.push(problem);
            InMemory::default()
        });
        Ok(RunResult { run, trials, in_memory, problems })
    }
}

/// Reads the folder's `run.json`.
pub(super) fn run_info(dir: &Path) -> Result<RunInfo, ReadError> {
    let path = dir.join(RUN_FILE);
    decoded(&path, &read(&path)?)
}

/// Decodes the text of the `run.json` at `path`.
fn decoded(path: &Path, text: &[u8]) -> Result<RunInfo, ReadError> {
    let not_a_run = |source| ReadError::Run { path: path.to_owned(), source };
    let version: Version = serde_json::from_slice(text).map_err(not_a_run)?;
    if version.format > FORMAT {
        return Err(ReadError::Newer { path: path.to_owned(), found: version.format });
    }
    serde_json::from_slice(text).map_err(not_a_run)
}

/// The same text without control characters in its strings. A line that is not UTF-8 stays unchanged, so that the
/// decoder reports it.
fn plain(text: Vec<u8>) -> Vec<u8> {
    if std::str::from_utf8(&text).is_ok_and(|text| matches!(terminal::plain_json(text), Cow::Borrowed(_))) {
        return text;
    }
    let lines = text.split_inclusive(|byte| *byte == b'\n').map(|line| match std::str::from_utf8(line) {
        Ok(line) => terminal::plain_json(line).into_owned().into_bytes(),
        Err(_) => line.to_owned(),
    });
    lines.collect::<Vec<_>>().concat()
}

/// The same for the description of a scenario, which may contain line breaks.
fn plain_prose(about: About) -> About {
    let lines = |text: &str| text.split('\n').map(terminal::plain).collect::<Vec<_>>().join("\n");
    About { name: terminal::plain(&about.name).into_owned(), title: lines(&about.title), why: lines(&about.why) }
}

/// The figures of TLS in memory; empty if there is no such file.
fn in_memory(dir: &Path) -> Result<InMemory, String> {
    let left_out = |why: &dyn std::fmt::Display| format!("{HANDSHAKE_FILE} is left out: {why}");
    match result_file::read(&dir.join(HANDSHAKE_FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(InMemory::default()),
        Err(error) => Err(left_out(&error)),
        Ok(bytes) => serde_json::from_slice(&plain(bytes)).map_err(|error| left_out(&error)),
    }
}

/// The trials of `run` in the file's text, and a list of what else it contains.
pub(super) fn trials_of(run: &RunInfo, text: &[u8]) -> (Vec<Trial>, Vec<String>) {
    let (trials, mut problems) = parse(text);
    let trials = belonging(run, trials, &mut problems);
    (trials.into_iter().map(|(_, trial)| trial).collect(), problems)
}

/// A trial with the number of its line.
type Line = (usize, Trial);

/// All lines that are trials, and a list of the others: a line that is cut within a character, or overwritten, does not
/// hide the rest. Decoding takes most of the time, so all cores share it.
fn parse(text: &[u8]) -> (Vec<Line>, Vec<String>) {
    let lines: Vec<(usize, &[u8])> = lines(text).filter(|(_, line)| !line.trim_ascii().is_empty()).collect();
    let decoded: Vec<Result<Line, String>> = lines
        .into_par_iter()
        .map(|(number, line)| match serde_json::from_slice(line) {
            Ok(trial) => Ok((number, trial)),
            Err(error) => Err(format!("line {number} of {TRIALS_FILE} is left out: {error}")),
        })
        .collect();
    let mut trials = Vec::new();
    let mut problems = Vec::new();
    for line in decoded {
        match line {
            Ok(trial) => trials.push(trial),
            Err(problem) => problems.push(problem),
        }
    }
    (trials, problems)
}

/// The lines of a text, with their numbers from 1.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    let bounds = ends.scan(0, |begin, end| Some((std::mem::replace(begin, end + 1), end)));
    (1..).zip(bounds.map(|(begin, end)| &text[begin..end]))
}

/// Removes what is not part of this run: trials of another run, cells that it does not have, repeated rounds. Results
/// of two origins or machines in one table would be compared, which means nothing.
fn belonging(run: &RunInfo, trials: Vec<Line>, problems: &mut Vec<String>) -> Vec<Line> {
    let mut strangers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut seen = HashSet::new();
    let known: HashMap<&str, HashSet<&Cell>> =
        run.sections.iter().map(|section| (section.name.as_str(), section.cells.iter().collect())).collect();
    let mut kept = Vec::with_capacity(trials.len());
    for (number, trial) in trials {
        let other = trial.run.as_ref().filter(|started| **started != run.started);
        let why = if let Some(started) = other {
            format!("of the run begun at {started}, not of this one, begun at {}", run.started)
        } else if !has_arm(run, trial.arm) {
            format!("of an arm that {RUN_FILE} does not name, or of none")
        } else if !known.get(trial.section.as_str()).is_some_and(|cells| cells.contains(&trial.cell)) {
            format!("of a cell or section that {RUN_FILE} does not name")
        } else if !seen.insert((trial.section.clone(), trial.cell.clone(), trial.arm, trial.round)) {
            "of a round that is there already".to_owned()
        } else {
            kept.push((number, trial));
            continue;
        };
        strangers.entry(why).or_default().push(number);
    }
    problems.extend(strangers.into_iter().map(|(why, lines)| match lines[..] {
        [line] => format!("line {line} of {TRIALS_FILE} is left out: it is {why}"),
        [first, ..] => format!("{} lines of {TRIALS_FILE}, from {first} on, are left out: they are {why}", lines.len()),
        [] => String::new(),
    }));
    kept
}

/// Whether a trial may belong to `arm`: one of the run's, or none if the run has none.
fn has_arm(run: &RunInfo, arm: Option<Arm>) -> bool {
    arm.map_or(run.arms.is_empty(), |arm| run.arms.iter().any(|known| known.arm == arm))
}

fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    result_file::read(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })
}
