//! What all findings come to, and how near to the least possible a run was that has none.

use observation::Moment;

use crate::case::Case;
use crate::concurrency::are_all_kept;
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
    if case.pass.counts.no_room > 0 {
        let closed = count(case.pass.counts.no_room, "connection");
        return Verdict::TooLittle(format!("{closed} had to be closed: the observer could open no more files."));
    }
    let perhaps = case.pass.counts.perhaps_unanswered;
    if perhaps.saturating_mul(2) > case.pass.counts.exchanges {
        return Verdict::TooLittle(format!(
            "To {perhaps} of {} the server sent no more than what may be its tickets of TLS 1.3: they may be unanswered, or \
             answered shortly and their connections kept.",
            count(case.pass.counts.exchanges, "request")
        ));
    }
    match least(case) {
        Some(least) => Verdict::NothingToMend(least),
        None => Verdict::TooLittle("No answer was seen to its end.".to_owned()),
    }
}

/// The waits and transfers of all requests, as many at a time as were under way at most, but not less than the longest
/// wait, and one connection's set-up before them; held against the time in which a connection was at work.
fn least(case: &Case) -> Option<Least> {
    let (from, until) = case.active()?;
    let counts = &case.pass.counts;
    let span_ns = until.saturating_sub(from);
    let wall_ns = at_work_ns(case, span_ns);
    let at_once = case.concurrency.map_or(0.0, |here| here.most).max(case.overlap.most_waiting as f64).round().max(1.0);
    let work = counts.waits.sum_ns + counts.transfers.sum_ns;
    let set_up = case.set_up_ns() + counts.resolve.p50_ns;
    let shared = ((work as f64 / at_once) as u64).max(counts.waits.max_ns);
    let least_ns = (shared + set_up).min(wall_ns);
    let how = format!(
        "{} took {} in which a connection was at work. Their waits and transfers, {} in all, \
         {at_once:.0} at a time as were under way at most, and one connection's set-up ({}) need {}: ×{:.2} of that. \
         {} more between the first connection and the last answer were the command's own, as were {} before and {} after.",
        count(case.requests(), "request"),
        time(wall_ns),
        time(work),
        time(set_up),
        time(least_ns),
        wall_ns as f64 / (least_ns.max(1) as f64),
        time(span_ns.saturating_sub(wall_ns)),
        time(from),
        time(case.pass.wall_ns.saturating_sub(until))
    );
    Some(Least { wall_ns, least_ns, how })
}

/// Time in which a connection was connecting, shaking hands, waiting or receiving, of a span of so many ns: the rest is the
/// command's own pauses.
fn at_work_ns(case: &Case, span_ns: u64) -> u64 {
    if are_all_kept(case.pass) {
        return case.overlap.at_work_ns.min(span_ns);
    }
    let levels = &case.pass.levels;
    let is_paused =
        |moment: &&Moment| moment.connecting + moment.handshake + moment.waiting + moment.transferring <= 0.0;
    let from = case.pass.connections.first().map_or(0, |connection| connection.opened_ns / levels.moment_ns.max(1));
    let within = levels.moments.iter().skip(usize::try_from(from).unwrap_or(usize::MAX));
    let worked = within.filter(|moment| !is_paused(moment)).count() as u64;
    (worked * levels.moment_ns).min(span_ns)
}
