//! What a bill lacks, why it may be wrong, and whether a tax may be derived from it.

use profile::bill::{CellBill, Sheet};

/// What a bill lacks, or why it may be wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Doubt<'a> {
    /// Samples of user space only: the kernel's part is missing.
    UserSpaceOnly,
    /// Each thread was sampled by itself: threads shorter than a sampling period are missing.
    ShortThreadsMissing,
    /// The samples do not add up to the CPU time of the process's clock.
    Disagrees {
        /// CPU time of samples ÷ that of the clock.
        ratio: f64,
    },
    /// The CPU clock did not move.
    NoClock,
    /// This many samples were lost.
    Lost(u64),
    /// Objects that have no symbols.
    WithoutSymbols(Vec<&'a str>),
}

/// Whether the samples account for the CPU time that the process's clock counted.
pub fn agrees(cell: &CellBill) -> bool {
    cell.bill.coverage.is_some_and(|coverage| coverage.agrees)
}

/// Whether a tax may be derived: both the bill and its plain twin's account for their CPU time, kernel included.
pub fn tax_holds(sheet: &Sheet, cell: &CellBill) -> bool {
    let twin = cell.cell.plain_twin();
    let twin = twin.and_then(|twin| sheet.cells.iter().find(|other| other.cell == twin));
    // A twin that is not in the sheet was not profiled in this run, so only the cell's own bill can be checked.
    cell.tax.is_some() && agrees(cell) && cell.kernel && twin.is_none_or(agrees)
}

/// What a bill lacks, and why it may be wrong.
pub fn doubts(cell: &CellBill) -> Vec<Doubt<'_>> {
    let bill = &cell.bill;
    let mut doubts = Vec::new();
    if !cell.kernel {
        doubts.push(Doubt::UserSpaceOnly);
    }
    if !cell.short_threads {
        doubts.push(Doubt::ShortThreadsMissing);
    }
    match bill.coverage {
        Some(coverage) if !coverage.agrees => doubts.push(Doubt::Disagrees { ratio: coverage.ratio.value }),
        None => doubts.push(Doubt::NoClock),
        _ => {}
    }
    if bill.lost > 0 {
        doubts.push(Doubt::Lost(bill.lost));
    }
    if !cell.without_symbols.is_empty() {
        doubts.push(Doubt::WithoutSymbols(cell.without_symbols.keys().map(String::as_str).collect()));
    }
    doubts
}
