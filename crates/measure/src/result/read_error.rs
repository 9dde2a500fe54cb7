//! Why a result folder could not be read, and what the user can do about it.

use std::io;
use std::path::PathBuf;

use super::{COMPRESSED_TRIALS_FILE, FORMAT, TRIALS_FILE};

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
    /// `run.json` can't be decoded.
    #[error("{} does not describe a run: {source}", .path.display())]
    Run {
        /// Which file.
        path: PathBuf,
        /// What the decoder said.
        source: serde_json::Error,
    },
    /// The compressed trials cannot be decompressed.
    #[error("{} cannot be read: {source}; put an intact copy in its place, or save what `zstd -dc` still gives as \
             {TRIALS_FILE} and remove it", .path.display())]
    Compressed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: result_file::compressed::Fault,
    },
    /// There are two files of trials.
    #[error(
        "{} holds both {TRIALS_FILE} and {COMPRESSED_TRIALS_FILE}: remove one of them (if a command was ended while it \
         compressed, they are the same, except for what `tlstax thin` removes)",
        .dir.display()
    )]
    Twice {
        /// The folder.
        dir: PathBuf,
    },
    /// A newer tlstax has written the folder.
    #[error("{} is of format {found}, this tlstax reads up to {FORMAT}: use a newer tlstax", .path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
}
