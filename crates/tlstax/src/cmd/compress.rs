//! `--compress`, as every command takes it that leaves a result folder.

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
    /// Whether it was asked for.
    pub(crate) fn is_asked(self) -> bool {
        self.compress
    }

    /// Compresses the trials in `dir` if that was asked for. An interrupted run stays as it is, so that it can be
    /// resumed.
    ///
    /// # Errors
    /// When they cannot be compressed; they stay as they are then.
    pub(crate) fn ended(self, dir: &Path, interrupted: bool) -> Result<(), Failure> {
        if self.compress && !interrupted {
            result::compress(dir, None)?;
        }
        Ok(())
    }
}
