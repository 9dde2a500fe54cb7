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
    if let Some(past) = past_the_proxy(case) {
        return Verdict::TooLittle(past);
    }
    let requests = case.requests();
    if requests < ENOUGH {
        let few = match case.h2() {
            0 => count(requests, "request"),
            _ => "What can't be told apart, since HTTP/2 may have been spoken,".to_owned(),
        };
        return Verdict::TooLittle(format!(
            "{few} came by; a judgement needs {ENOUGH} requests: let the command make more."
        ));
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

/// The most addresses that are named.
const NAMED: usize = 5;

/// Where HTTPS is served.
const HTTPS_PORTS: [&str; 2] = [":443", ":8443"];

/// Connections that went past the proxy to where HTTPS is served: what was seen is not all there was.
fn past_the_proxy(case: &Case) -> Option<String> {
    let is_https = |address: &str| HTTPS_PORTS.iter().any(|port| address.ends_with(port));
    let past = case.pass.direct.iter().filter(|direct| is_https(&direct.address));
    let past: Vec<&str> = past.take(NAMED).map(|direct| direct.address.as_str()).collect();
    let was_any = !past.is_empty() && !case.is_url();
    was_any.then(|| {
        format!(
            "{} came by without anything to mend, but connections to {} went past the proxy: those were not seen.",
            count(case.requests(), "request"),
            past.join(", ")
        )
    })
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
    let set_up = case.set_up_ns(|_| true) + counts.resolve.p50_ns;
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
    // Means over moments: what is under way by turns fills as much of one as all of it together.
    let levels = &case.pass.levels;
    let worked = |moment: &Moment| {
        let at_once = moment.connecting + moment.handshake + moment.waiting + moment.transferring;
        f64::from(at_once.min(1.0)) * levels.moment_ns as f64
    };
    let from = case.pass.connections.first().map_or(0, |connection| connection.opened_ns / levels.moment_ns.max(1));
    let within = levels.moments.iter().skip(usize::try_from(from).unwrap_or(usize::MAX));
    (within.map(worked).sum::<f64>() as u64).min(span_ns)
}
