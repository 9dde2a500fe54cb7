//! Writes a result folder, so that earlier lines stay intact whatever happens.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{RUN_FILE, RunInfo, TRIALS_FILE, Trial};

/// Writes one result folder. As long as this value exists, the file of trials is locked, so that no other process
/// resumes the run.
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
    /// The folder was removed or renamed.
    #[error(
        "{} is no longer where the results are written: the folder was removed or renamed during the run. What was \
         measured is where the folder is now, if anywhere; `tlstax run --resume --out FOLDER` goes on with it",
        .0.display()
    )]
    Gone(PathBuf),
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
    /// A record could not be encoded as JSON.
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
        io::ErrorKind::FileTooLarge => {
            "; what was measured before is intact. Raise the limit of file sizes (`ulimit -f unlimited`)"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "; name another folder with --out",
        _ => "",
    }
}

impl ResultWriter {
    /// Creates the folder (it must not exist, or be empty) and writes `run.json` into it.
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

    /// Replaces `run.json` atomically: a reader sees the old one or the new one.
    pub fn describe(&self, run: &RunInfo) -> Result<(), WriteError> {
        describe(&self.dir, run)
    }

    /// Checks that the folder still exists at its path: what is written into a removed folder is lost.
    ///
    /// # Errors
    /// [`WriteError::Gone`] if its path now leads to another folder, or to none.
    pub fn check(&self) -> Result<(), WriteError> {
        let path = self.dir.join(TRIALS_FILE);
        let open = self.trials.metadata().map_err(|source| io_error("looking at", &path, source))?;
        match fs::metadata(&path) {
            Ok(named) if (named.dev(), named.ino()) == (open.dev(), open.ino()) => Ok(()),
            Ok(_) => Err(WriteError::Gone(self.dir.clone())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(WriteError::Gone(self.dir.clone()))
            }
            Err(source) => Err(io_error("looking at", &path, source)),
        }
    }

    /// Appends one trial. It is on disk when this returns. On failure nothing of the line remains.
    ///
    /// # Errors
    /// The same as [`ResultWriter::check`], or the system refuses.
    pub fn append(&mut self, trial: &Trial) -> Result<(), WriteError> {
        self.check()?;
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

/// Replaces the `run.json` of a result folder atomically, whether the run has ended or not.
///
/// # Errors
/// The system refuses; then the old one is still there.
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

/// Locks the file of trials for writing. The lock ends with the process, however that ends. A file system without locks
/// is not locked.
pub(super) fn lock(trials: &File) -> Result<(), TryLockError> {
    match trials.try_lock() {
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        locked => locked,
    }
}

pub(super) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> WriteError {
    WriteError::Io { doing, path: path.to_owned(), source }
}
