//! What all findings come to, and how near to the least possible a run was that has none.

use crate::case::Case;
use crate::diagnosis::{Least, Verdict};
use crate::finding::Finding;
use crate::findings::not_seen_reasons;
use crate::words::{count, time};

/// Requests that a judgement needs: most findings ask for three of a kind.
const ENOUGH: u64 = 3;

pub(crate) fn verdict(case: &Case, findings: &[Finding]) -> Verdict {
    if let Some(reasons) = not_seen_reasons(case) {
        return Verdict::NotSeen(reasons);
    }
    if !findings.is_empty() {
        return Verdict::Found;
    }
    let requests = case.requests();
    if requests < ENOUGH {
        let few = count(requests, "request");
        return Verdict::TooLittle(format!("{few} came by; a judgement needs {ENOUGH}: let the command make more."));
    }
    match least(case) {
        Some(least) => Verdict::NothingToMend(least),
        None => Verdict::TooLittle("No answer was seen to its end.".to_owned()),
    }
}

/// The waits and transfers of all requests, as many at a time as were under way at most, but not less than the longest
/// wait, and one connection's set-up before them.
fn least(case: &Case) -> Option<Least> {
    let (from, until) = case.active()?;
    let counts = &case.pass.counts;
    let wall_ns = until.saturating_sub(from);
    let at_once = case.pass.levels.waiting.most.round().max(1.0);
    let work = counts.waits.sum_ns + counts.transfers.sum_ns;
    let set_up = case.set_up_ns() + counts.resolve.p50_ns;
    let shared = ((work as f64 / at_once) as u64).max(counts.waits.max_ns);
    let least_ns = (shared + set_up).min(wall_ns);
    let how = format!(
        "{} took {} from the first connection to the last answer. Their waits and transfers, {} in all, \
         {at_once:.0} at a time as were under way at most, and one connection's set-up ({}) need {}: ×{:.2} of that. \
         {} passed before the first connection and {} after the last answer.",
        count(case.requests(), "request"),
        time(wall_ns),
        time(work),
        time(set_up),
        time(least_ns),
        wall_ns as f64 / (least_ns.max(1) as f64),
        time(from),
        time(case.pass.wall_ns.saturating_sub(until))
    );
    Some(Least { wall_ns, least_ns, how })
}
