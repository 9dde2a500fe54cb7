//! The folder of a report: a report replaces files that an earlier one wrote, and no others.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The list of files that belong to the report, one name a line.
const LIST: &str = ".tlstax-report";

/// A file of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// Its name, without a folder.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file that no report wrote has the name of one of the report's.
    #[error("{} exists and was not written by a report: name another folder with -o, or remove the file", .0.display())]
    Foreign(PathBuf),
    /// The system refused.
    #[error("{doing} {}: {source}{}", .path.display(), advice(.source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// Advice if the system forbids writing: the end of a sentence that says what failed.
pub fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; name a folder that you may write to, or go to one"
        }
        _ => "",
    }
}

/// Writes all files into `dir`, which is created if necessary, each atomically; files of an earlier report that are not
/// part of this one are removed.
///
/// # Errors
///
/// When a file that no report wrote is in the way (nothing is changed then), or the system refuses.
pub fn write(dir: &Path, files: &[ReportFile]) -> Result<(), FolderError> {
    fs::create_dir_all(dir).map_err(failed("making the folder", dir))?;
    let before = listed(dir)?;
    let now: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    for name in now.difference(&before) {
        let path = dir.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(FolderError::Foreign(path));
        }
    }
    // The list is written first: if writing is interrupted, the next report recognises the files as its own.
    put(dir, LIST, lines(before.union(&now)).as_bytes())?;
    for name in before.difference(&now) {
        let path = dir.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed("removing", &path)(source)),
            _ => {}
        }
    }
    for file in files {
        put(dir, &file.name, &file.bytes)?;
    }
    put(dir, LIST, lines(now.iter()).as_bytes())
}

/// Writes a file atomically: a reader sees the old one or the new one.
///
/// # Errors
///
/// When the system refuses.
pub fn put(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
    let path = dir.join(name);
    let write = || -> io::Result<()> {
        let mut draft = tempfile::Builder::new().prefix(".report-").tempfile_in(dir)?;
        draft.write_all(bytes)?;
        // Only the owner can read a temporary file, but everyone may read a report.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        draft.as_file().set_permissions(mode)?;
        draft.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(failed("writing", &path))
}

/// The files of an earlier report. Names in a manipulated list that lead out of the folder are ignored.
fn listed(dir: &Path) -> Result<BTreeSet<String>, FolderError> {
    let path = dir.join(LIST);
    let text = match result_file::read_text(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        text => text.map_err(failed("reading", &path))?,
    };
    let is_name = |line: &&str| Path::new(line).file_name().is_some_and(|name| name == *line);
    Ok(text.lines().filter(is_name).map(str::to_owned).collect())
}

fn lines<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.fold(String::new(), |text, name| text + name + "\n")
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { doing, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> ReportFile {
        ReportFile { name: name.to_owned(), bytes: b"new".to_vec() }
    }

    #[test]
    fn its_own_files_are_replaced_and_the_rest_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
        write(dir.path(), &[file("index.html"), file("old.svg")]).unwrap();
        write(dir.path(), &[file("index.html"), file("new.svg")]).unwrap();
        let there = |name: &str| dir.path().join(name).exists();
        assert!(there("thesis.txt") && there("new.svg") && !there("old.svg"));
    }

    #[test]
    fn a_file_of_somebody_elses_stops_everything() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.html"), "mine").unwrap();
        let error = write(dir.path(), &[file("cells.csv"), file("index.html")]).unwrap_err();
        assert!(matches!(error, FolderError::Foreign(_)));
        assert_eq!(fs::read_to_string(dir.path().join("index.html")).unwrap(), "mine");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing was touched");
    }

    #[test]
    fn a_list_that_leads_elsewhere_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let report = dir.path().join("report");
        fs::create_dir(&report).unwrap();
        fs::write(dir.path().join("precious"), "mine").unwrap();
        fs::write(report.join(LIST), "../precious\n..\n").unwrap();
        write(&report, &[file("index.html")]).unwrap();
        assert!(dir.path().join("precious").exists());
    }
}
