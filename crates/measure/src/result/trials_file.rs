//! The file of trials, as lines or compressed, and operations on the whole file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use result_file::compressed;

use super::write::{io_error, lock};
use super::{COMPRESSED_TRIALS_FILE, ReadError, TRIALS_FILE, Trial, WriteError};

/// The most that is read of `trials.ndjson`, bytes: the size of a run of 150,000 trials of 64 requests.
pub(super) const LARGEST: u64 = 4 << 30;

/// The most that `trials.ndjson.zst` may hold decompressed, bytes. The file may come from an untrusted source, and
/// decompress to a thousand times its size.
pub(super) const LARGEST_DECOMPRESSED: u64 = 1 << 30;

/// The file that holds a folder's trials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TrialsFile {
    /// In `trials.ndjson`.
    Lines(PathBuf),
    /// In `trials.ndjson.zst`.
    Compressed(PathBuf),
}

impl TrialsFile {
    /// The file of the folder `dir`; `trials.ndjson` if there is none.
    ///
    /// # Errors
    /// There are both files.
    pub(super) fn of(dir: &Path) -> Result<TrialsFile, ReadError> {
        let (lines, compressed) = (dir.join(TRIALS_FILE), dir.join(COMPRESSED_TRIALS_FILE));
        let there = |path: &Path| path.symlink_metadata().is_ok();
        match (there(&lines), there(&compressed)) {
            (true, true) => Err(ReadError::Twice { dir: dir.to_owned() }),
            (false, true) => Ok(TrialsFile::Compressed(compressed)),
            (_, false) => Ok(TrialsFile::Lines(lines)),
        }
    }

    /// The lines.
    ///
    /// # Errors
    /// The file can't be read, is too large, or is damaged.
    pub(super) fn text(&self) -> Result<Vec<u8>, ReadError> {
        let (TrialsFile::Lines(path) | TrialsFile::Compressed(path)) = self;
        let io = |source| ReadError::Io { path: path.clone(), source };
        let bytes = result_file::read_at_most(&result_file::open(path).map_err(io)?, LARGEST).map_err(io)?;
        match self {
            TrialsFile::Lines(_) => Ok(bytes),
            TrialsFile::Compressed(_) => compressed::decompress(&bytes, LARGEST_DECOMPRESSED)
                .map_err(|source| ReadError::Compressed { path: path.clone(), source }),
        }
    }
}

/// The lines of the folder's trials as they were written, whether compressed or not.
///
/// # Errors
/// There are none, or they can't be read.
pub fn lines(dir: &Path) -> Result<Vec<u8>, ReadError> {
    TrialsFile::of(dir)?.text()
}

/// Why the trials of a folder could not be replaced by compressed ones. The old file is still there.
#[derive(Debug, thiserror::Error)]
pub enum CompressError {
    /// They cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// They cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A run writes them.
    #[error("{} is being written: wait until the run has ended", .0.display())]
    Running(PathBuf),
    /// There is more than can be read back.
    #[error(
        "{} holds more than the {} MiB that can be read of compressed trials: do not compress it",
        .0.display(), LARGEST_DECOMPRESSED >> 20
    )]
    TooLong(PathBuf),
    /// Decompressing did not give the original text.
    #[error("compressing {} failed, a fault of tlstax: it is left as it is", .0.display())]
    Other(PathBuf),
}

/// The size of a folder's trials before and after compression, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// The size of the old file.
    pub before: u64,
    /// The size of the compressed file.
    pub now: u64,
}

/// Replaces the folder's trials with `trials.ndjson.zst`, which holds `trials` or, if none are given, the existing
/// lines. A reader sees the old file, the new one, or both, which it reports.
///
/// # Errors
/// The trials can't be read or written, or a run is writing them.
pub fn compress(dir: &Path, trials: Option<&[Trial]>) -> Result<Sizes, CompressError> {
    let file = TrialsFile::of(dir)?;
    let (TrialsFile::Lines(path) | TrialsFile::Compressed(path)) = &file;
    let io = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| CompressError::Write(io_error(doing, &path, source))
    };
    // A process that writes the file locks it. As long as this lock is held, no other process starts to write.
    let locked =
        result_file::open_with(path, OpenOptions::new().read(true).append(true)).map_err(io("opening", path))?;
    lock(&locked).map_err(|refused| match refused {
        TryLockError::WouldBlock => CompressError::Running(path.clone()),
        TryLockError::Error(source) => io("locking", path)(source),
    })?;
    let before = locked.metadata().map_err(io("looking at", path))?.len();
    let text = match trials {
        Some(trials) => encoded(trials, path)?,
        None => file.text()?,
    };
    if text.len() as u64 > LARGEST_DECOMPRESSED {
        return Err(CompressError::TooLong(path.clone()));
    }
    let bytes = compressed::compress(&text);
    if compressed::decompress(&bytes, LARGEST_DECOMPRESSED).ok().as_ref() != Some(&text) {
        return Err(CompressError::Other(path.clone()));
    }
    let target = dir.join(COMPRESSED_TRIALS_FILE);
    put(dir, &target, &bytes).map_err(io("writing", &target))?;
    if let TrialsFile::Lines(path) = &file {
        fs::remove_file(path).map_err(io("removing", path))?;
    }
    Ok(Sizes { before, now: bytes.len() as u64 })
}

fn encoded(trials: &[Trial], path: &Path) -> Result<Vec<u8>, WriteError> {
    let mut text = Vec::new();
    for trial in trials {
        serde_json::to_writer(&mut text, trial)
            .map_err(|source| WriteError::Encode { path: path.to_owned(), source })?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Writes a file atomically. It is on disk when this returns.
fn put(dir: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = dir.join(format!(".{COMPRESSED_TRIALS_FILE}.new"));
    let write = || {
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&draft, target)?;
        // The new name must be on disk before the old file is removed.
        File::open(dir)?.sync_all()
    };
    write().inspect_err(|_| drop(fs::remove_file(&draft)))
}
