//! The bills in a result folder: reads them, and lists the files that a report copies from there.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use analysis::bills::{Attachment, Bills};
use profile::bill::{BILLS_FILE, CellBill, Sheet};

use crate::folder::ReportFile;

/// Why the bills of a folder could not be read.
#[derive(Debug, thiserror::Error)]
enum BillsError {
    /// The system refused.
    #[error("reading {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It is no file of bills.
    #[error(
        "{} is damaged or a newer tlstax wrote it ({source}): profile again, or use a newer tlstax",
        .path.display()
    )]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The bills in the result folder `dir`. `None` if the run was not profiled.
fn sheet(dir: &Path) -> Result<Option<Sheet>, BillsError> {
    let path = dir.join(BILLS_FILE);
    let bytes = match result_file::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BillsError::Io { path, source }),
        Ok(bytes) => bytes,
    };
    let sheet = match std::str::from_utf8(&bytes) {
        Ok(text) => serde_json::from_str(&terminal::plain_json(text)),
        // Text that is not UTF-8 is not JSON either, and the decoder reports it.
        Err(_) => serde_json::from_slice(&bytes),
    };
    sheet.map(Some).map_err(|source| BillsError::Json { path, source })
}

/// All bills and attached files in the result folder `dir`. What cannot be read is a problem in the result, so that a
/// report shows the rest.
pub fn read(dir: &Path) -> Bills {
    let sheet = match sheet(dir) {
        Ok(sheet) => sheet.unwrap_or_default(),
        Err(error) => return Bills { problems: vec![format!("no bills: {error}")], ..Bills::default() },
    };
    let mut bills = Bills { sheet, ..Bills::default() };
    let names: Vec<String> = bills.sheet.cells.iter().flat_map(|cell| cell.files.values().cloned()).collect();
    for name in names {
        match attachment(dir, &name) {
            Ok(file) if bills.attached.contains(&file) => {}
            Ok(file) => bills.attached.push(file),
            Err(error) => bills.problems.push(format!("{name} is omitted: {error}")),
        }
    }
    bills
}

/// Reads a file of the result folder. A name that leads elsewhere is refused: the report of a foreign folder must show
/// only that folder's contents.
fn attachment(dir: &Path, name: &str) -> io::Result<Attachment> {
    let path = Path::new(name);
    if path.is_absolute() || path.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not in the result folder"));
    }
    Ok(Attachment { name: name.to_owned(), bytes: result_file::read(&dir.join(path))? })
}

/// The files that belong to the bills, as files of a report.
pub(crate) fn attached(bills: &Bills) -> impl Iterator<Item = ReportFile> {
    bills.attached.iter().map(|file| ReportFile { name: name(&file.name), bytes: file.bytes.clone() })
}

/// The files of a cell in the report: the kind and name of each.
pub(crate) fn links(bills: &Bills, cell: &CellBill) -> BTreeMap<String, String> {
    let has = |wanted: &String| bills.attached.iter().any(|file| name(&file.name) == *wanted);
    let names = cell.files.iter().map(|(what, file)| (what.clone(), name(file)));
    names.filter(|(_, name)| has(name)).collect()
}

/// The name of a file in a report, which has no subfolders, and has charts and tables of its own.
fn name(file: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    format!("profile-{}", file.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::bills::fixtures::sheet;

    #[test]
    fn a_folder_without_bills_has_none_and_one_with_damaged_bills_says_so() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), Bills::default());
        fs::write(dir.path().join(BILLS_FILE), "{\"cells\":[{").unwrap();
        let bills = read(dir.path());
        assert!(bills.is_empty() && bills.problems[0].contains("bills.json is damaged"), "{:?}", bills.problems);
    }

    #[test]
    fn files_beside_the_bills_come_along_and_those_elsewhere_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("result");
        fs::create_dir(&folder).unwrap();
        let mut sheet = sheet();
        sheet.cells.truncate(2);
        fs::write(folder.join("tokio-current-hyper-rustls-new-conn.pb.gz"), [0xff, 0x00]).unwrap();
        fs::write(dir.path().join("secret"), "mine").unwrap();
        sheet.cells[1].files = BTreeMap::from([
            ("flamegraph".to_owned(), "../secret".to_owned()),
            ("folded".to_owned(), dir.path().join("secret").display().to_string()),
        ]);
        fs::write(folder.join(BILLS_FILE), serde_json::to_vec(&sheet).unwrap()).unwrap();
        let bills = read(&folder);
        assert_eq!(bills.sheet.cells.len(), 2);
        let pprof = "profile-tokio-current-hyper-rustls-new-conn.pb.gz";
        assert_eq!(
            attached(&bills).collect::<Vec<_>>(),
            [ReportFile { name: pprof.to_owned(), bytes: vec![0xff, 0x00] }]
        );
        assert_eq!(bills.problems.len(), 3, "one is missing, two are elsewhere: {:?}", bills.problems);
        assert_eq!(links(&bills, &sheet.cells[0]), BTreeMap::from([("pprof".to_owned(), pprof.to_owned())]));
        assert!(links(&bills, &sheet.cells[1]).is_empty());
    }
}
