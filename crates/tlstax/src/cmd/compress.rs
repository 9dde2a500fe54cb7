//! `--compress`, for every command that writes a result folder.

use std::path::Path;

use measure::result;

use crate::failure::Failure;

#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct Compress {
    /// Compress the trials once the run has ended: trials.ndjson.zst in the place of trials.ndjson
    #[arg(long, help_heading = "Output")]
    compress: bool,
}

impl Compress {
    /// Whether the flag was given.
    pub(crate) fn is_asked(self) -> bool {
        self.compress
    }

    /// Compresses the trials in `dir` if the flag was given. An interrupted run is not compressed, so that it can be
    /// resumed.
    ///
    /// # Errors
    ///
    /// When they cannot be compressed; then the file is unchanged.
    pub(crate) fn ended(self, dir: &Path, interrupted: bool) -> Result<(), Failure> {
        if self.compress && !interrupted {
            result::compress(dir, None)?;
        }
        Ok(())
    }
}
