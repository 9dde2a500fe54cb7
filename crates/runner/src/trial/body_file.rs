//! The file that engines read the body of their requests from. It is removed with the run.

use std::fs;
use std::path::{Path, PathBuf};

use processes::TemporaryFolder;

use crate::error::Error;
use crate::plan::request_body::RequestBody;

/// The file.
pub(crate) struct BodyFile {
    folder: TemporaryFolder,
}

impl BodyFile {
    /// Writes `body` into a folder that its owner alone may enter.
    pub(crate) fn write(body: &RequestBody) -> Result<BodyFile, Error> {
        let temporary = |path: PathBuf| move |source| Error::Temporary { path, source };
        let folder = TemporaryFolder::new("body").map_err(temporary(std::env::temp_dir()))?;
        let file = BodyFile { folder };
        fs::write(file.path(), body.bytes()).map_err(temporary(file.folder.path().to_owned()))?;
        Ok(file)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> PathBuf {
        Path::join(self.folder.path(), "body")
    }
}
