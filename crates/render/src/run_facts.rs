//! Run metadata shown above each table: CPUs, workers, origin, and what handshakes negotiated.

use std::collections::BTreeSet;

use analysis::report_data::ReportData;
use measure::result::{Handshake, OriginInfo, Pinning, RunResult, Trial, TrialOrder, Verification};

/// The title of the report.
pub(crate) fn title(data: &ReportData<'_>) -> &'static str {
    if data.is_talk() { "Slow HTTPS, and why" } else { "What HTTPS costs here" }
}

/// One fact about a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The subject.
    pub name: &'static str,
    /// The fact.
    pub text: String,
}

/// The lines above the tables of a run.
pub fn lines(result: &RunResult) -> Vec<String> {
    facts(result).into_iter().map(|Fact { name, text }| format!("{name:<11}{text}")).collect()
}

/// The facts that limit how far the figures of a run can be generalised.
pub fn facts(result: &RunResult) -> Vec<Fact> {
    let run = &result.run;
    let fact = |name, text| Fact { name, text };
    if run.sections.is_empty() {
        return vec![fact("CPU", run.machine.cpu.clone())];
    }
    let mut facts: Vec<Fact> = run.scenario.iter().map(|about| fact("scenario", about.title.clone())).collect();
    facts.extend([
        fact("CPUs", format!("{}, {} workers · {}", cpus(&run.pinning), run.workers, run.machine.cpu)),
        fact("origin", format!("{} {} ({})", run.origin.name, run.origin.version, why(&run.origin))),
        tls(&run.handshake),
    ]);
    facts.extend(run.origin.verification.as_ref().map(verified));
    facts.extend([fact("libraries", libraries(result))]);
    if run.sections.iter().flat_map(|section| &section.cells).any(|cell| !cell.axes.is_default()) {
        facts.push(fact(
            "axes",
            "cells with an @ have other pins than the line TLS, at origins of their own".to_owned(),
        ));
    }
    facts.extend(offered(result).map(|text| fact("note", text)));
    if run.pinning.is_split() && run.pinning.client.len() == 1 {
        facts.push(fact("note", "one client CPU: parallel speed-up cannot be seen in this run".to_owned()));
    }
    if run.order == TrialOrder::Blocks {
        facts.push(fact("note", BLOCKS.to_owned()));
    }
    facts.extend(run.left_out.iter().map(|left| {
        let at = left.concurrency.map_or_else(String::new, |c| format!(" at c = {c}"));
        fact("left out", format!("{}{at}: {}", left.what, left.why))
    }));
    facts.extend(resumed(&run.resumed).map(|text| fact("note", text)));
    if run.interrupted || run.ended.is_none() {
        facts.push(fact("note", "this run did not reach its end".to_owned()));
    }
    facts
}

/// A caution about comparisons of cells that ran one after another.
pub const BLOCKS: &str = "cells ran one after another, not in rounds over all of them: changes of the machine's load \
                          is in the differences between cells. `tlstax run` alternates them";

fn tls(pinned: &Handshake) -> Fact {
    let Handshake { version, suite, group, alpn, certificate } = pinned;
    match version.is_empty() {
        true => Fact {
            name: "unproven",
            text: "this server has no ledger, which would show what was negotiated and fetched".to_owned(),
        },
        false => {
            Fact { name: "TLS", text: format!("pinned to {version} · {suite} · {group} · {alpn} · {certificate}") }
        }
    }
}

/// How a server of the user's was verified.
fn verified(verification: &Verification) -> Fact {
    match verification {
        Verification::CaFile { path, .. } => Fact { name: "verified", text: format!("by {path} alone") },
        Verification::Off => Fact {
            name: "caution",
            text: "not verified (--insecure): any certificate was accepted, and what verifying one costs is missing"
                .to_owned(),
        },
    }
}

/// A caution about a run that was resumed.
fn resumed(times: &[String]) -> Option<String> {
    let often = match times.len() {
        0 => return None,
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    };
    Some(format!(
        "resumed {often}, at {}: what the machine did between is in the spread of its rounds, and in a round that it \
         cut in two also in the differences between cells",
        times.join(", ")
    ))
}

/// The reason for this origin, without its name before it.
fn why(origin: &OriginInfo) -> &str {
    let named = origin.why.strip_prefix(origin.name.as_str()).and_then(|rest| rest.strip_prefix(": "));
    named.unwrap_or(&origin.why)
}

fn cpus(pinning: &Pinning) -> String {
    let list = |cpus: &[usize]| cpus.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    match pinning.is_split() {
        true => format!("client {} | origin {}", list(&pinning.client), list(&pinning.origin)),
        false => format!("client and origin share {}", list(&pinning.client)),
    }
}

fn libraries(result: &RunResult) -> String {
    let engines = result.trials.iter().filter_map(|trial| trial.engine.as_ref());
    let names: BTreeSet<&str> = engines.flat_map(|engine| engine.libraries.iter().map(String::as_str)).collect();
    if names.is_empty() { "none seen yet".to_owned() } else { names.into_iter().collect::<Vec<_>>().join(", ") }
}

/// A note if clients offered other groups than the pinned one: they paid for key shares that were not used.
fn offered(result: &RunResult) -> Option<String> {
    let pinned = &result.run.handshake.group;
    let usual = |trial: &&Trial| trial.counts() && trial.terms.compares() && trial.cell.axes.is_default();
    let ledgers = result.trials.iter().filter(usual).filter_map(|trial| {
        let offered = &trial.ledger.as_ref()?.offered;
        offered.keys().find(|groups| *groups != pinned).map(|groups| (trial.cell.tls.clone(), groups.clone()))
    });
    let strays: BTreeSet<(String, String)> = ledgers.collect();
    let told: Vec<String> = strays.into_iter().map(|(tls, groups)| format!("{tls} offered {groups}")).collect();
    (!told.is_empty()).then(|| told.join("; "))
}
