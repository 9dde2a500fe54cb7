//! The bills of a profiled run, read from its result folder, and what is shown of them.
//!
//! What a class is and how samples become a bill is decided in crate `profile`; here it is read, grouped, told and put
//! into tables. The charts are in [`charts::bill`](crate::charts::bill) and its neighbour.

pub mod columns;
pub mod group;
pub mod reading;
pub mod spreadsheet;
pub mod table;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use profile::bill::{BILLS_FILE, CellBill, Interval, Sheet};
use workload::Cell;

use crate::folder::ReportFile;
use crate::format::{grouped, number};

/// All that a report shows of a run's bills; nothing of a run that was not profiled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bills {
    /// The bills.
    pub sheet: Sheet,
    /// Flamegraphs, stacks and profiles beside the bills, as files of the report.
    pub attached: Vec<ReportFile>,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// Why the bills of a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BillsError {
    /// The system refused.
    #[error("reading {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no file of bills.
    #[error("{} is damaged or a newer tlstax wrote it ({source}): profile again, or use a newer tlstax", .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The bills in the result folder `dir`. `None` if the run was not profiled.
///
/// # Errors
/// When the file of bills is there and cannot be read.
pub fn read(dir: &Path) -> Result<Option<Sheet>, BillsError> {
    let path = dir.join(BILLS_FILE);
    let bytes = match result_file::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(BillsError::Io { path, source }),
        Ok(bytes) => bytes,
    };
    let sheet = match std::str::from_utf8(&bytes) {
        Ok(text) => serde_json::from_str(&terminal::plain_json(text)),
        // What is no UTF-8 is no JSON either, and the decoder says so.
        Err(_) => serde_json::from_slice(&bytes),
    };
    sheet.map(Some).map_err(|source| BillsError::Json { path, source })
}

impl Bills {
    /// All there is in the result folder `dir`, what cannot be read told as a problem: a report shows the rest.
    pub fn read(dir: &Path) -> Bills {
        let sheet = match read(dir) {
            Ok(sheet) => sheet.unwrap_or_default(),
            Err(error) => return Bills { problems: vec![format!("no bills: {error}")], ..Bills::default() },
        };
        let mut bills = Bills { sheet, ..Bills::default() };
        let names: Vec<String> = bills.sheet.cells.iter().flat_map(|cell| cell.files.values().cloned()).collect();
        for name in names {
            match attachment(dir, &name) {
                Ok(file) if bills.attached.contains(&file) => {}
                Ok(file) => bills.attached.push(file),
                Err(error) => bills.problems.push(format!("{name} is left out: {error}")),
            }
        }
        bills
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sheet.cells.is_empty()
    }

    /// The files of a cell that the report has: what each is, and its name there.
    pub fn links(&self, cell: &CellBill) -> BTreeMap<String, String> {
        let has = |name: &String| self.attached.iter().any(|file| file.name == *name);
        let names = cell.files.iter().map(|(what, name)| (what.clone(), attached_name(name)));
        names.filter(|(_, name)| has(name)).collect()
    }
}

/// A file of the result folder as one of the report's. A name that leads elsewhere is refused: the report of somebody
/// else's folder shows nothing but what is in it.
fn attachment(dir: &Path, name: &str) -> io::Result<ReportFile> {
    let path = Path::new(name);
    if path.is_absolute() || path.components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not in the result folder"));
    }
    Ok(ReportFile { name: attached_name(name), bytes: result_file::read(&dir.join(path))? })
}

/// A report has no folders, and charts and tables of its own.
fn attached_name(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    format!("profile-{}", name.chars().map(safe).collect::<String>())
}

/// Whether the samples account for the CPU time that the process's clock counted.
pub(crate) fn agrees(cell: &CellBill) -> bool {
    cell.bill.coverage.is_some_and(|coverage| coverage.agrees)
}

/// Whether a tax may be spoken of: the bill and its plain twin's account for their CPU time, kernel and all.
pub(crate) fn tax_holds(sheet: &Sheet, cell: &CellBill) -> bool {
    let twin = cell.cell.plain_twin();
    let twin = twin.and_then(|twin| sheet.cells.iter().find(|other| other.cell == twin));
    // A twin that is not in the sheet was not profiled in this run: there is nothing else to hold against it.
    cell.tax.is_some() && agrees(cell) && cell.kernel && twin.is_none_or(agrees)
}

/// What a bill leaves out and why it should be doubted, in words.
pub(crate) fn doubts(cell: &CellBill) -> Vec<String> {
    let bill = &cell.bill;
    let mut doubts = Vec::new();
    if !cell.kernel {
        doubts.push("user space only: the kernel's part is missing".to_owned());
    }
    if !cell.short_threads {
        doubts.push("sampled by thread: threads shorter than a sampling period are missing".to_owned());
    }
    match bill.coverage {
        Some(coverage) if !coverage.agrees => {
            doubts.push(format!("samples make {:.0} % of the CPU clock", coverage.ratio.value * 100.0));
        }
        None => doubts.push("the CPU clock did not move: nothing to hold it against".to_owned()),
        _ => {}
    }
    if bill.lost > 0 {
        doubts.push(format!("{} samples lost", grouped(bill.lost as f64)));
    }
    if !cell.without_symbols.is_empty() {
        let objects: Vec<&str> = cell.without_symbols.keys().map(String::as_str).collect();
        doubts.push(format!("no symbols: {}", objects.join(", ")));
    }
    doubts
}

/// A figure with its interval: `243 (231–260)`; below zero the dash would be a sign.
pub(crate) fn with_interval(interval: &Interval) -> String {
    let between = if interval.low < 0.0 || interval.high < 0.0 { " to " } else { "–" };
    format!("{} ({}{between}{})", number(interval.value), number(interval.low), number(interval.high))
}

/// The cell without what it connects by.
pub(crate) fn short_name(cell: &Cell) -> String {
    format!("{}/{} · {}", cell.model, cell.client, cell.tls)
}

#[cfg(test)]
pub(crate) mod tests;
