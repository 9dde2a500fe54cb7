//! Orders findings by what fixing them saves, and separates those that are too small.

use crate::account::{LOADS, NEW_CONNECTIONS};
use crate::finding::{Confidence, Finding};
use crate::findings as rules;
use crate::list::RULES;
use crate::rule::Judge;
use crate::words::{percent, share};
use observation::Ended;

/// A finding that concerns a smaller share of the requests, and costs little, becomes a note.
const OF_REQUESTS: f64 = 0.1;
/// A finding that saves a smaller share of the wall time counts as costing little.
const OF_WALL: f64 = 0.05;

/// Everything that was found.
pub(crate) struct Ranked {
    /// The findings. Fixing the first one saves most.
    pub(crate) findings: Vec<Finding>,
    /// Sentences on what is too small to be a finding.
    pub(crate) small: Vec<String>,
}

/// The findings of `judge`: failures first, then by decreasing saving. Suspected failures of a run that ended well come
/// last.
pub(crate) fn ranked(judge: &Judge) -> Ranked {
    let found = RULES.iter().filter_map(|rule| judge.found(rule));
    let (small, mut findings): (Vec<Finding>, Vec<Finding>) = found.partition(|finding| is_small(judge, finding));
    let all = findings.clone();
    findings.sort_by(|a, b| {
        rank(judge, a)
            .cmp(&rank(judge, b))
            .then(worth(b, &all).cmp(&worth(a, &all)))
            .then(cpu(b).total_cmp(&cpu(a)))
            .then(a.code.cmp(&b.code))
    });
    let said = |finding: Finding| {
        format!(
            "`{}` was detected but is too small to be a finding: it concerns {} of {} requests and {} of the time.",
            finding.code,
            finding.concerns,
            judge.case.requests(),
            percent(finding.saves_ns, judge.case.pass.wall_ns)
        )
    };
    Ranked { findings, small: small.into_iter().map(said).collect() }
}

fn is_small(judge: &Judge, finding: &Finding) -> bool {
    let case = &judge.case;
    let concerns = share(finding.concerns, case.requests());
    let saves = share(finding.saves_ns, case.pass.wall_ns);
    !finding.code.is_failure() && concerns < OF_REQUESTS && saves < OF_WALL
}

fn rank(judge: &Judge, finding: &Finding) -> u8 {
    let ended_well = judge.case.pass.ended == Ended::Code(0);
    match (finding.code, finding.confidence) {
        (code, Confidence::Suspected) if code.is_failure() && ended_well => 3,
        (code, _) if code.is_failure() => 0,
        // If requests are serialized, all else is minor.
        (code, _) if code == rules::serialized::RULE.code => 1,
        _ => 2,
    }
}

/// The weight of a finding in the order, ns: what fixing it saves. For findings that open needless connections it
/// includes the loads of trust stores for those connections, which are shown after it.
fn worth(finding: &Finding, all: &[Finding]) -> u64 {
    let is_load = |other: &&Finding| LOADS.contains(&other.code);
    let loads = || all.iter().filter(is_load).map(|other| other.saves_ns).max().unwrap_or(0);
    // The extra ns puts the cause of needless connections before what they cost.
    if NEW_CONNECTIONS.contains(&finding.code) { finding.saves_ns + loads() + 1 } else { finding.saves_ns }
}

fn cpu(finding: &Finding) -> f64 {
    finding.cost.as_ref().and_then(|cost| cost.cpu_ms).unwrap_or(0.0)
}
