//! The bills of a profiled run: a bill per cell, the tax compared with the plain twin, and the drawn differences.

use std::collections::BTreeMap;
use std::path::Path;

use measure::phase::Phase;
use profile::Scope;
use profile::bill::{BILLS_FILE, Bill, CellBill, Sheet, Tax, ThreadTimes};
use workload::Cell;

use super::own_symbols::own;
use super::{Profiled, pictures};
use crate::failure::Failure;

/// Makes the bills of `done`, draws the differences, and writes both into `dir`. `chosen` are the requested cells: if
/// they are exactly two, their difference is drawn, too.
pub(crate) fn write(dir: &Path, done: &[Profiled], chosen: &[Cell]) -> Result<Sheet, Failure> {
    let mut sheet = Sheet { cells: done.iter().map(bill).collect() };
    for index in 0..done.len() {
        let Some(twin) = position(done, done[index].trial.cell.plain_twin().as_ref()) else { continue };
        sheet.cells[index].tax = Tax::between(&sheet.cells[index].bill, &sheet.cells[twin].bill);
        let name = pictures::difference_of(&done[index].trial.cell);
        if pictures::difference(dir, &name, &done[twin], &done[index])? {
            sheet.cells[index].files.insert("difference".to_owned(), name);
        }
    }
    if let [one, other] = chosen
        && other.plain_twin().as_ref() != Some(one)
        && one.plain_twin().as_ref() != Some(other)
        && let (Some(before), Some(after)) = (position(done, Some(one)), position(done, Some(other)))
    {
        let name = pictures::difference_between(one, other);
        if pictures::difference(dir, &name, &done[before], &done[after])? {
            sheet.cells[after].files.insert("difference-of-two".to_owned(), name);
        }
    }
    let path = dir.join(BILLS_FILE);
    let text = serde_json::to_string_pretty(&sheet)?;
    std::fs::write(&path, text + "\n").map_err(Failure::file("writing", &path))?;
    Ok(sheet)
}

fn position(done: &[Profiled], cell: Option<&Cell>) -> Option<usize> {
    done.iter().position(|profiled| Some(&profiled.trial.cell) == cell)
}

fn bill(profiled: &Profiled) -> CellBill {
    let Profiled { trial, profile, threads } = profiled;
    // Samples of user space alone cannot be compared with a clock that includes the kernel.
    let clock_ns = if profile.kernel { trial.client.cpu_ns } else { 0 };
    let cell = &trial.cell;
    let files = [
        ("flamegraph", pictures::flamegraph_of(cell)),
        ("folded", pictures::folded_of(cell)),
        ("pprof", pictures::pprof_of(cell)),
    ];
    let drawn = profile.samples > 0;
    let unnamed = |object: &profile::ObjectWithoutSymbols| {
        let name = object.path.file_name().unwrap_or_else(|| object.path.as_os_str());
        (name.to_string_lossy().into_owned(), object.samples)
    };
    CellBill {
        cell: cell.clone(),
        bill: Bill::of(profile, trial.right, clock_ns, own()),
        tax: None,
        kernel: profile.kernel,
        short_threads: profile.scope == Scope::Cpus,
        threads: threads.map(|threads| ThreadTimes {
            threads: threads.threads,
            running_ns: threads.running_ns,
            runnable_ns: threads.runnable_ns,
            blocked_ns: threads.blocked_ns,
        }),
        phases_us: phases(profiled),
        files: files.into_iter().filter(|_| drawn).map(|(what, name)| (what.to_owned(), name)).collect(),
        without_symbols: profile.objects_without_symbols.iter().map(unnamed).collect(),
    }
}

/// Mean time of each phase that the client reports, µs.
fn phases(profiled: &Profiled) -> BTreeMap<String, f64> {
    let mean = |phase: Phase| {
        let times = profiled.trial.times(phase.name()).ok().flatten()?;
        Some((phase.name().to_owned(), times.mean() / 1000.0))
    };
    Phase::ALL.into_iter().filter_map(mean).collect()
}
