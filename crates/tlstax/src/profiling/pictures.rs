//! The files of a profiled cell: flamegraph, folded stacks, pprof's format, and differences.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::NonZeroU64;
use std::path::Path;

use profile::difference::{self, Side, Width};
use profile::{Profile, ProfileError, Scope, flamegraph, folded, pprof};
use render::format::{grouped, number};
use workload::Cell;

use super::Profiled;
use crate::failure::Failure;

/// Writes a cell's own pictures into `dir`.
pub(crate) fn write(dir: &Path, profiled: &Profiled) -> Result<(), Failure> {
    let Profiled { trial, profile, .. } = profiled;
    let (title, subtitle) = (trial.cell.to_string(), subtitle(profiled));
    save(dir, &flamegraph_of(&trial.cell), |file| flamegraph::write(profile, &title, &subtitle, file))?;
    save(dir, &folded_of(&trial.cell), |file| folded::write(profile, file))?;
    save(dir, &pprof_of(&trial.cell), |file| pprof::write(profile, file))
}

/// Draws the difference between `before` and `after` as `name` in `dir`. Returns whether there was any.
pub(crate) fn difference(dir: &Path, name: &str, before: &Profiled, after: &Profiled) -> Result<bool, Failure> {
    let sides = [before, after].map(|side| Some((&side.profile, NonZeroU64::new(side.trial.right)?)));
    let [Some(one), Some(other)] = sides else { return Ok(false) };
    let side = |(profile, requests): (_, _)| Side { profile, requests };
    if other.0.samples == 0 {
        return Ok(false);
    }
    let title = format!("{} against {}", after.trial.cell, before.trial.cell);
    let words = "width: ns of CPU time per request; red: more than before, blue: less, by a function's own time";
    save(dir, name, |file| difference::write(side(one), side(other), Width::After, &title, words, file))?;
    Ok(true)
}

/// The name of a cell's flamegraph.
pub(crate) fn flamegraph_of(cell: &Cell) -> String {
    format!("{}.svg", safe(cell))
}

/// The name of its folded stacks.
pub(crate) fn folded_of(cell: &Cell) -> String {
    format!("{}.folded", safe(cell))
}

/// The name of its profile for `go tool pprof`.
pub(crate) fn pprof_of(cell: &Cell) -> String {
    format!("{}.pb.gz", safe(cell))
}

/// The name of the difference to its plain twin.
pub(crate) fn difference_of(cell: &Cell) -> String {
    format!("{}.difference.svg", safe(cell))
}

/// The name of the difference between two cells that are no twins.
pub(crate) fn difference_between(before: &Cell, after: &Cell) -> String {
    format!("{}-against-{}.difference.svg", safe(after), safe(before))
}

/// A cell's name as part of a file's.
fn safe(cell: &Cell) -> String {
    cell.to_string().replace(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.=".contains(letter), "-")
}

fn subtitle(profiled: &Profiled) -> String {
    let Profiled { trial, profile, .. } = profiled;
    format!(
        "{} requests, {} samples, {} µs of CPU time per request by the process's clock; {} truncated, {} lost; {}",
        grouped(trial.right as f64),
        grouped(profile.samples as f64),
        number(trial.client_us()),
        profile.truncated,
        profile.lost,
        scope(profile)
    )
}

/// The scope of the samples, in words.
fn scope(profile: &Profile) -> String {
    let threads = match profile.scope {
        Scope::Cpus => "all threads",
        Scope::Process => "threads longer than 1 ms",
    };
    let space = if profile.kernel { "user space and kernel" } else { "user space only" };
    format!("{threads}, {space}")
}

fn save(
    dir: &Path,
    name: &str,
    draw: impl FnOnce(&mut BufWriter<File>) -> Result<(), ProfileError>,
) -> Result<(), Failure> {
    let path = dir.join(name);
    let mut file = BufWriter::new(File::create(&path).map_err(Failure::file("creating", &path))?);
    draw(&mut file)?;
    file.flush().map_err(Failure::file("writing", &path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cells_name_makes_a_file_name_everywhere() {
        let cell: Cell = "tokio-current/hyper/rustls/keep-alive:5@group=x25519,rtt=10".parse().unwrap();
        let name = flamegraph_of(&cell);
        assert!(name.starts_with("tokio-current-hyper-rustls-keep-alive-5-"), "{name}");
        assert!(!name.contains(['/', '@', ':', ',']), "{name}");
    }
}
