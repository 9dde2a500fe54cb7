//! The differences between two sides: those that make their figures incomparable, and those that are to be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use measure::result::{Arm, RunInfo, Section, Trial, Verification};
use serde::Serialize;

use super::subject::{Pair, Subject};

/// A property that differs between the two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The property.
    pub what: String,
    /// Its value on the base's side.
    pub base: String,
    /// Its value on the new side.
    pub new: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} | {}", self.what, self.base, self.new)
    }
}

/// Differences that forbid a comparison: workload, origin, negotiated parameters, CPUs, workers, machine.
pub(super) fn unlike(subject: &Subject<'_>, pairs: &[Pair<'_>]) -> Vec<Difference> {
    let mut found = Vec::new();
    if let Subject::Runs { base, new } = subject {
        found.extend(of_workloads(&base.run, &new.run, pairs));
        found.extend(of_runs(&base.run, &new.run));
    }
    // Two cells of a run may be compared because of what they negotiate.
    if !matches!(subject, Subject::Cells { .. }) {
        found.extend(of_handshakes(pairs));
    }
    found
}

/// The differences that are compared: programs and their libraries.
pub(super) fn changed(subject: &Subject<'_>, pairs: &[Pair<'_>]) -> Vec<Difference> {
    let (base, new) = (subject.base_run(), subject.new_run());
    let mut found = Vec::new();
    match subject {
        Subject::Runs { .. } => {
            let revision = |run: &RunInfo| {
                let revision = run.revision.as_deref().map_or_else(String::new, |revision| format!(" ({revision})"));
                format!("{}{revision}", run.tlstax)
            };
            found.extend(differ(TLSTAX, &revision(base), &revision(new)));
            found.extend(differ("begun", &base.started, &new.started));
        }
        Subject::Arms(_) => {
            let program = |arm: Arm| {
                let info = base.arms.iter().find(|info| info.arm == arm);
                let short = |sha256: &str| sha256.chars().take(12).collect::<String>();
                info.map_or_else(|| NONE.to_owned(), |info| format!("{} ({})", info.program, short(&info.sha256)))
            };
            found.extend(differ(PROGRAM, &program(Arm::Base), &program(Arm::New)));
        }
        Subject::Cells { base, new, .. } => {
            found.extend(differ("cell", &base.to_string(), &new.to_string()));
            found.extend(of_handshakes(pairs));
        }
    }
    found.extend(of_libraries(pairs));
    found
}

/// The property that different builds of tlstax ran the two sides.
pub(super) const TLSTAX: &str = "tlstax";

/// The property that the arms of a paired run are different files.
pub(super) const PROGRAM: &str = "program";

/// The value of a missing property.
const NONE: &str = "none";

fn differ(what: &str, base: &str, new: &str) -> Option<Difference> {
    let word = |text: &str| if text.is_empty() { NONE.to_owned() } else { text.to_owned() };
    (base != new).then(|| Difference { what: what.to_owned(), base: word(base), new: word(new) })
}

/// How the server was verified, in words; none where it was as it always is.
fn verification(run: &RunInfo) -> String {
    match &run.origin.verification {
        None => String::new(),
        Some(Verification::CaFile { path, sha256 }) => format!("{path} ({})", sha256.get(..12).unwrap_or(sha256)),
        Some(Verification::Off) => "nothing".to_owned(),
    }
}

fn of_runs(base: &RunInfo, new: &RunInfo) -> Vec<Difference> {
    let of = |pick: &dyn Fn(&RunInfo) -> String, what: &str| differ(what, &pick(base), &pick(new));
    let list = |cpus: &[usize]| cpus.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    // Where a build did not say which it has, nothing is known to differ.
    let allocators = base.machine.allocator.as_deref().zip(new.machine.allocator.as_deref());
    let found = [
        of(&|run| run.origin.name.clone(), "origin"),
        of(&|run| run.origin.version.clone(), "origin's version"),
        of(&|run| verification(run), "verified by"),
        of(&|run| run.handshake.version.clone(), "TLS version"),
        of(&|run| run.handshake.suite.clone(), "TLS suite"),
        of(&|run| run.handshake.group.clone(), "TLS group"),
        of(&|run| run.handshake.alpn.clone(), "ALPN"),
        of(&|run| run.handshake.certificate.clone(), "certificate"),
        of(&|run| list(&run.pinning.client), "client's CPUs"),
        of(&|run| list(&run.pinning.origin), "origin's CPUs"),
        of(&|run| run.workers.to_string(), "workers"),
        of(&|run| run.machine.cpu.clone(), "CPU"),
        of(&|run| list(&run.machine.cpus), "CPUs"),
        of(&|run| run.machine.kernel.clone(), "kernel"),
        of(&|run| run.machine.toolchain.clone(), "toolchain"),
        allocators.and_then(|(base, new)| differ("allocator", base, new)),
    ];
    found.into_iter().flatten().collect()
}

/// Differences between workloads, field by field as in the file, so that fields added later are compared, too.
fn of_workloads(base: &RunInfo, new: &RunInfo, pairs: &[Pair<'_>]) -> Vec<Difference> {
    let compared: BTreeSet<&str> = pairs.iter().map(|pair| pair.section.name.as_str()).collect();
    let mut found = Vec::new();
    for section in new.sections.iter().filter(|section| compared.contains(section.name.as_str())) {
        let Some(other) = base.sections.iter().find(|other| other.name == section.name) else { continue };
        let (other, own) = (fields(other), fields(section));
        let names: BTreeSet<&String> = other.keys().chain(own.keys()).collect();
        let text = |fields: &BTreeMap<String, String>, name: &String| fields.get(name).cloned().unwrap_or_default();
        found.extend(
            names.into_iter().filter_map(|name| {
                differ(&format!("{name} of {}", section.name), &text(&other, name), &text(&own, name))
            }),
        );
    }
    found
}

fn fields(section: &Section) -> BTreeMap<String, String> {
    let value = serde_json::to_value(&section.workload).unwrap_or_default();
    let fields = value.as_object().into_iter().flatten();
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Differences between the ledgers of both sides; cells with the same difference are reported together.
fn of_handshakes(pairs: &[Pair<'_>]) -> Vec<Difference> {
    let mut alike: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for pair in pairs {
        // A stock client negotiates by its own defaults, and is not ranked.
        let usable = |trial: &&&Trial| trial.counts() && trial.terms.compares();
        let side = |trials: &[&Trial]| trials.iter().find(usable).map(|trial| negotiated(trial));
        if let (Some(base), Some(new)) = (side(&pair.base), side(&pair.new))
            && base != new
        {
            alike.entry((base, new)).or_default().push(pair.new_cell.to_string());
        }
    }
    let told = alike.into_iter().filter_map(|((base, new), cells)| {
        let others = if cells.len() > 1 { format!(" and {} more", cells.len() - 1) } else { String::new() };
        differ(&format!("negotiated by {}{others}", cells.first()?), &base, &new)
    });
    told.collect()
}

/// What a trial's handshakes negotiated, including those of its warm-up, in which kept connections are opened.
fn negotiated(trial: &Trial) -> String {
    let sides = trial.ledger.iter().chain(&trial.warm_up);
    let all = sides.flat_map(|side| &side.negotiated);
    let words: BTreeSet<String> =
        all.map(|n| [&n.version, &n.suite, &n.group, &n.alpn].map(String::as_str).join(" ")).collect();
    words.into_iter().collect::<Vec<_>>().join("; ")
}

/// Libraries by name, and versions by library.
type Libraries<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn of_libraries(pairs: &[Pair<'_>]) -> Vec<Difference> {
    let base = libraries(pairs.iter().flat_map(|pair| &pair.base));
    let new = libraries(pairs.iter().flat_map(|pair| &pair.new));
    let names: BTreeSet<&str> = base.keys().chain(new.keys()).copied().collect();
    let text = |libraries: &Libraries<'_>, name: &str| {
        libraries.get(name).map(|versions| versions.iter().copied().collect::<Vec<_>>().join(", ")).unwrap_or_default()
    };
    names.into_iter().filter_map(|name| differ(name, &text(&base, name), &text(&new, name))).collect()
}

/// Engines are listed among their libraries.
fn libraries<'a>(trials: impl Iterator<Item = &'a &'a Trial>) -> Libraries<'a> {
    let mut libraries = Libraries::new();
    for engine in trials.filter_map(|trial| trial.engine.as_ref()) {
        libraries.entry(&engine.engine).or_default().insert(&engine.version);
        for library in &engine.libraries {
            let (name, version) = library.split_once(' ').unwrap_or((library, ""));
            libraries.entry(name).or_default().insert(version);
        }
    }
    libraries
}
