//! What stands above every table: CPUs, workers, origin, and what handshakes settled on.

use std::collections::BTreeSet;

use measure::result::{Handshake, OriginInfo, Pinning, RunResult};

/// The lines above the tables of a run.
pub fn lines(result: &RunResult) -> Vec<String> {
    let run = &result.run;
    let mut lines = vec![
        format!("CPUs       {}, {} workers · {}", cpus(&run.pinning), run.workers, run.machine.cpu),
        format!("origin     {} {} ({})", run.origin.name, run.origin.version, why(&run.origin)),
        tls(&run.handshake),
        format!("libraries  {}", libraries(result)),
    ];
    lines.extend(offered(result));
    if run.pinning.is_split() && run.pinning.client.len() == 1 {
        lines.push("note       one client CPU: parallel speed-up cannot be seen in this run".to_owned());
    }
    for left in &run.left_out {
        let at = left.concurrency.map_or_else(String::new, |c| format!(" at c = {c}"));
        lines.push(format!("left out   {}{at}: {}", left.what, left.why));
    }
    if run.interrupted || run.ended.is_none() {
        lines.push("note       this run did not reach its end".to_owned());
    }
    lines
}

fn tls(pinned: &Handshake) -> String {
    let Handshake { version, suite, group, alpn, certificate } = pinned;
    match version.is_empty() {
        true => {
            "unproven   no ledger of this server tells what was negotiated, or that anything was fetched".to_owned()
        }
        false => format!("TLS        pinned to {version} · {suite} · {group} · {alpn} · {certificate}"),
    }
}

/// The reason for this origin, without its name in front.
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

/// A line when clients offered other groups than the pinned one: they paid for key shares that were not taken.
fn offered(result: &RunResult) -> Option<String> {
    let pinned = &result.run.handshake.group;
    let ledgers = result.trials.iter().filter(|trial| trial.counts() && trial.terms.compares()).filter_map(|trial| {
        let offered = &trial.ledger.as_ref()?.offered;
        offered.keys().find(|groups| *groups != pinned).map(|groups| (trial.cell.tls.clone(), groups.clone()))
    });
    let strays: BTreeSet<(String, String)> = ledgers.collect();
    let told: Vec<String> = strays.into_iter().map(|(tls, groups)| format!("{tls} offered {groups}")).collect();
    (!told.is_empty()).then(|| format!("note       {}", told.join("; ")))
}
