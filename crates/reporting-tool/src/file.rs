//! The report file. It is created before anything is fetched, so that a path that can't be written fails immediately.

use std::fs::{File, OpenOptions, create_dir_all, remove_file};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::Error;

/// A report file. If it is never written, it is removed.
#[derive(Debug)]
pub struct ReportFile {
    path: PathBuf,
    file: Option<File>,
}

impl ReportFile {
    /// Makes the file, and the folders it is in.
    ///
    /// # Errors
    /// When it is there already, or cannot be made.
    pub fn create(path: &Path) -> Result<ReportFile, Error> {
        let failed = |doing| move |source| Error::File { doing, path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            create_dir_all(folder).map_err(failed("making the folder of"))?;
        }
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => Ok(ReportFile { path: path.to_owned(), file: Some(file) }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Error::ReportExists(path.to_owned())),
            Err(error) => Err(failed("making")(error)),
        }
    }

    /// Writes it, as JSON.
    ///
    /// # Errors
    /// When it cannot be written whole.
    pub fn write(mut self, report: &impl Serialize) -> Result<(), Error> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut writer = BufWriter::new(file);
        let written = serde_json::to_writer_pretty(&mut writer, report)
            .map_err(io::Error::from)
            .and_then(|()| writer.write_all(b"\n"))
            .and_then(|()| writer.flush());
        drop(writer);
        written.map_err(|source| Error::File { doing: "writing", path: self.path.clone(), source })?;
        self.file = None;
        Ok(())
    }
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_written_whole_once_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/report.json");
        drop(ReportFile::create(&path).unwrap());
        assert!(!path.exists(), "nothing was to report");
        ReportFile::create(&path).unwrap().write(&[1, 2]).unwrap();
        assert_eq!(serde_json::from_str::<Vec<u8>>(&std::fs::read_to_string(&path).unwrap()).unwrap(), [1, 2]);
        let error = ReportFile::create(&path).unwrap_err().to_string();
        assert!(error.contains("exists and is not overwritten") && error.contains("--report"), "{error}");
        let below = ReportFile::create(&path.join("below")).unwrap_err().to_string();
        assert!(below.contains("report.json") && below.contains("--out"), "{below}");
        assert!(path.exists());
    }
}
