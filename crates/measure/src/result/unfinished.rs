//! Resumes a run that did not reach its end. The caller decides whether this machine and program may continue it. This
//! file locks and reads the folder and, when the run continues, removes a line that was cut off when the process was
//! killed.

use std::fs::{OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::read::{run_info, trials_of};
use super::trials_file::{LARGEST, TrialsFile};
use super::write::{io_error, lock};
use super::{ReadError, ResultWriter, RunInfo, TRIALS_FILE, Trial, WriteError};

/// A result folder that no other process writes, as long as this value exists.
#[derive(Debug)]
pub struct Unfinished {
    /// What was run.
    pub run: RunInfo,
    /// The trials on disk, including those that do not count.
    pub trials: Vec<Trial>,
    /// The writer for further trials. It starts after the last complete line.
    writer: ResultWriter,
}

/// Why a run can't be resumed.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The run can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The run is still in progress, or another process has resumed it.
    #[error(
        "{} is being written: the run is still in progress, or another process has resumed it. Wait until it has ended",
        .0.display()
    )]
    Running(PathBuf),
    /// The file of trials holds something that the run did not write.
    #[error(
        "{} was changed since the run stopped: {problem}. Restore the file, or start a new run",
        .path.display()
    )]
    Changed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Its trials are compressed, so none can be added. A complete run needs none.
    #[error(
        "{} is compressed, and a run can only be resumed with {TRIALS_FILE}: `zstd -d --rm {}` restores it",
        .path.display(), .path.display()
    )]
    Compressed {
        /// The compressed file.
        path: PathBuf,
        /// When the run ended, if it is complete.
        whole_since: Option<String>,
    },
    /// The system refused.
    #[error("{doing} {} failed: {source}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Unfinished {
    /// Locks and reads the folder `dir`, without changing anything in it.
    ///
    /// # Errors
    /// There is no run, another process writes it, or the file of trials holds anything but complete lines of this run,
    /// with each trial once, and at most one cut line at the end.
    pub fn open(dir: &Path) -> Result<Unfinished, ResumeError> {
        let run = run_info(dir)?;
        if let TrialsFile::Compressed(path) = TrialsFile::of(dir)? {
            let (trials, _) = trials_of(&run, &TrialsFile::Compressed(path.clone()).text()?);
            let whole_since = run.ended.clone().filter(|_| is_whole(&run, &trials));
            return Err(ResumeError::Compressed { path, whole_since });
        }
        let path = dir.join(TRIALS_FILE);
        let refused = |doing| {
            let path = path.clone();
            move |source| ResumeError::Io { doing, path, source }
        };
        let options = &mut OpenOptions::new();
        let file = result_file::open_with(&path, options.read(true).append(true)).map_err(refused("opening"))?;
        lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => ResumeError::Running(dir.to_owned()),
            TryLockError::Error(source) => ResumeError::Io { doing: "locking", path: path.clone(), source },
        })?;
        let mut bytes = result_file::read_at_most(&file, LARGEST).map_err(refused("reading"))?;
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1));
        let length = bytes.len() as u64;
        let (trials, problems) = trials_of(&run, &bytes);
        if !problems.is_empty() {
            return Err(ResumeError::Changed { path, problem: problems.join("; ") });
        }
        Ok(Unfinished { run, trials, writer: ResultWriter { dir: dir.to_owned(), trials: file, length } })
    }

    /// Whether the run is complete, and `run.json` says so.
    pub fn is_whole(&self) -> bool {
        is_whole(&self.run, &self.trials)
    }

    /// Resumes the run at `now` (RFC 3339, UTC): removes a cut line and records in `run.json` that the run was resumed
    /// and is in progress.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn go_on(self, now: String) -> Result<(ResultWriter, RunInfo), WriteError> {
        let Unfinished { mut run, writer, .. } = self;
        let cut = writer.trials.set_len(writer.length).and_then(|()| writer.trials.sync_data());
        cut.map_err(|source| io_error("removing a cut line from", &writer.dir.join(TRIALS_FILE), source))?;
        run.resumed.push(now);
        (run.ended, run.interrupted) = (None, false);
        writer.describe(&run)?;
        Ok((writer, run))
    }
}

fn is_whole(run: &RunInfo, trials: &[Trial]) -> bool {
    run.ended.is_some() && !run.interrupted && trials.len() as u64 >= run.trials_due()
}
