//! What is found, in the order in which it is worth mending; and what is found and too small to be.

use crate::account::{LOADS, NEW_CONNECTIONS};
use crate::finding::{Confidence, Finding};
use crate::findings as rules;
use crate::list::RULES;
use crate::rule::Judge;
use crate::words::{percent, share};
use observation::Ended;

/// Of the requests: what concerns fewer, and costs little, is a note.
const OF_REQUESTS: f64 = 0.1;
/// Of the run's wall time: the same.
const OF_WALL: f64 = 0.05;

/// All that was found.
pub(crate) struct Ranked {
    /// The first is what mending saves most.
    pub(crate) findings: Vec<Finding>,
    /// What is too small to be a finding, as sentences.
    pub(crate) small: Vec<String>,
}

/// What `judge` finds: failures first, but for suspicions about a run that ended well, which are last; then what
/// mending saves most.
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
            "`{}` was seen and is too small to be a finding: it concerns {} of {} requests and {} of the time.",
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
        // Of what is serialized all else is the smaller part.
        (code, _) if code == rules::serialized::RULE.code => 1,
        _ => 2,
    }
}

/// What a finding is worth in the order, ns: what mending it saves, and of what makes connections new also the trust
/// stores that these load, which stand behind it.
fn worth(finding: &Finding, all: &[Finding]) -> u64 {
    let is_load = |other: &&Finding| LOADS.contains(&other.code);
    let loads = || all.iter().filter(is_load).map(|other| other.saves_ns).max().unwrap_or(0);
    // One ns more: what makes the connections new stands before what that costs.
    if NEW_CONNECTIONS.contains(&finding.code) { finding.saves_ns + loads() + 1 } else { finding.saves_ns }
}

fn cpu(finding: &Finding) -> f64 {
    finding.cost.as_ref().and_then(|cost| cost.cpu_ms).unwrap_or(0.0)
}
