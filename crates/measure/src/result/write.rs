//! Writing a result folder, so that whatever happens the lines before are intact.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{RUN_FILE, RunInfo, TRIALS_FILE, Trial};

/// Writes one result folder. As long as it is there, its file of trials is locked: nobody else takes the run up.
#[derive(Debug)]
pub struct ResultWriter {
    pub(super) dir: PathBuf,
    pub(super) trials: File,
    pub(super) length: u64,
}

/// Why results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder holds files already.
    #[error("{} is not empty: name a folder with --out that does not exist yet, or an empty one", .0.display())]
    NotEmpty(PathBuf),
    /// The system refused.
    #[error("{doing} {} failed: {source}{}", .path.display(), advice(.source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A record could not be put into JSON.
    #[error("encoding a record for {} failed: {source}", .path.display())]
    Encode {
        /// For which file.
        path: PathBuf,
        /// What the encoder said.
        source: serde_json::Error,
    },
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; what was measured before is intact. Free some room, or name another folder with --out"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "; name another folder with --out",
        _ => "",
    }
}

impl ResultWriter {
    /// Makes the folder (it must not exist, or be empty) and writes `run.json` into it.
    pub fn create(dir: &Path, run: &RunInfo) -> Result<ResultWriter, WriteError> {
        fs::create_dir_all(dir).map_err(|source| io_error("making the folder", dir, source))?;
        let mut entries = fs::read_dir(dir).map_err(|source| io_error("listing", dir, source))?;
        if entries.next().is_some() {
            return Err(WriteError::NotEmpty(dir.to_owned()));
        }
        let path = dir.join(TRIALS_FILE);
        let trials = OpenOptions::new().create_new(true).append(true).open(&path);
        let trials = trials.map_err(|source| io_error("making", &path, source))?;
        lock(&trials).map_err(|refused| io_error("locking", &path, refused.into()))?;
        let writer = ResultWriter { dir: dir.to_owned(), trials, length: 0 };
        writer.describe(run)?;
        Ok(writer)
    }

    /// Replaces `run.json` as a whole: a reader sees the old one or the new one.
    pub fn describe(&self, run: &RunInfo) -> Result<(), WriteError> {
        describe(&self.dir, run)
    }

    /// Appends one trial, on disk when this returns. On failure nothing of the line remains.
    pub fn append(&mut self, trial: &Trial) -> Result<(), WriteError> {
        let path = self.dir.join(TRIALS_FILE);
        let mut line = serde_json::to_vec(trial).map_err(|source| WriteError::Encode { path: path.clone(), source })?;
        line.push(b'\n');
        let put = self.trials.write_all(&line).and_then(|()| self.trials.sync_data());
        put.map_err(|source| {
            let _ = self.trials.set_len(self.length);
            io_error("writing", &path, source)
        })?;
        self.length += line.len() as u64;
        Ok(())
    }
}

/// Replaces the `run.json` of a result folder as a whole, the run being over or not.
///
/// # Errors
/// When the system refuses; the old one is still there then.
pub fn describe(dir: &Path, run: &RunInfo) -> Result<(), WriteError> {
    let path = dir.join(RUN_FILE);
    let text = serde_json::to_string_pretty(run).map_err(|source| WriteError::Encode { path: path.clone(), source })?;
    let draft = dir.join(format!(".{RUN_FILE}.new"));
    let put = || -> io::Result<()> {
        let mut file = File::create(&draft)?;
        writeln!(file, "{text}")?;
        file.sync_data()?;
        fs::rename(&draft, &path)
    };
    put().map_err(|source| {
        let _ = fs::remove_file(&draft);
        io_error("writing", &path, source)
    })
}

/// Locks the file of trials for who writes it. The lock goes with the process, however that ends; a file system that knows no
/// locks has none.
pub(super) fn lock(trials: &File) -> Result<(), TryLockError> {
    match trials.try_lock() {
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        locked => locked,
    }
}

pub(super) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> WriteError {
    WriteError::Io { doing, path: path.to_owned(), source }
}
