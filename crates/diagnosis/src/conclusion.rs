//! The verdict on a run and, for a run without findings, how near it was to the least possible time.

use observation::Moment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::concurrency::are_all_kept;
use crate::finding::Finding;
use crate::findings::not_seen;
use crate::rule::Judge;
use crate::words::{count, time, were};

/// All of a diagnosis in a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Verdict")]
pub enum Conclusion {
    /// There are findings.
    Found,
    /// Nothing to improve was found, and the run was near the least possible.
    NothingToMend(Least),
    /// Nothing was found, and the run took longer than can be explained.
    Unexplained(Unexplained),
    /// The command's requests did not come by the observer: the reasons, and what to try. [`crate::Code::NOT_SEEN`] is
    /// among the findings then.
    NotSeen(Vec<String>),
    /// Too little was seen to judge, and why that is.
    TooLittle(String),
}

/// How near a run was to the least possible with what it waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Least {
    /// From the opening of the first connection to the end of the last answer, less the time in which no connection was
    /// at work, ns.
    pub wall_ns: u64,
    /// The least it could have been, ns.
    pub least_ns: u64,
    /// Of that, what it waited for: less the command's own CPU time, ns.
    #[serde(default)]
    pub without_cpu_ns: u64,
    /// How that was reckoned, and what lay before, between and after, as sentences.
    pub how: String,
}

/// Time that no finding explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unexplained {
    /// How much it is, ns.
    pub ns: u64,
    /// Of how much, ns.
    pub of_ns: u64,
    /// What it was held against, as sentences.
    pub how: String,
}

/// The least number of requests for a verdict: most rules need three cases of the same kind.
const ENOUGH: u64 = 3;

/// A run that takes at most this many times the least possible, or the time over HTTP, needs no improvement.
const NEAR: f64 = 1.3;

/// A time that needs no explanation, ns: handshakes and the first use of a library take as long.
const LITTLE_NS: u64 = 50_000_000;

pub(crate) fn verdict(judge: &Judge, findings: &[Finding]) -> Conclusion {
    let case = &judge.case;
    if let Some(reasons) = not_seen::reasons(judge) {
        return Conclusion::NotSeen(reasons);
    }
    if !findings.is_empty() {
        return Conclusion::Found;
    }
    if let Some(past) = past_the_proxy(case) {
        return Conclusion::TooLittle(past);
    }
    if case.h2() > 0 {
        let h2 = count(case.h2(), "connection");
        return Conclusion::TooLittle(format!(
            "{h2} may have spoken HTTP/2, which hides requests: how many there were, and the least time for them, \
             can't be told. Nothing that shows from outside was found."
        ));
    }
    let requests = case.requests();
    if requests < ENOUGH {
        return Conclusion::TooLittle(format!(
            "{} seen; a judgement needs {ENOUGH}: let the command make more.",
            were(requests, "request")
        ));
    }
    if case.pass.counts.no_room > 0 {
        let closed = count(case.pass.counts.no_room, "connection");
        return Conclusion::TooLittle(format!("{closed} had to be closed: the observer could open no more files."));
    }
    let perhaps = if case.is_url() { 0 } else { case.pass.counts.perhaps_unanswered };
    if perhaps.saturating_mul(2) > case.pass.counts.exchanges {
        return Conclusion::TooLittle(format!(
            "To {perhaps} of {} the server sent no more than what may be its tickets of TLS 1.3: they may be \
             unanswered, or answered shortly and their connections kept.",
            count(case.pass.counts.exchanges, "request")
        ));
    }
    match least(case) {
        Some(least) => against_http(case).or_else(|| against_least(&least)).unwrap_or(Conclusion::NothingToMend(least)),
        None => Conclusion::TooLittle("No answer was seen to its end.".to_owned()),
    }
}

fn against_least(least: &Least) -> Option<Conclusion> {
    let ns = least.wall_ns.saturating_sub(least.least_ns);
    let is_far = least.wall_ns as f64 > NEAR * least.least_ns as f64 && ns > LITTLE_NS;
    is_far.then(|| Conclusion::Unexplained(Unexplained { ns, of_ns: least.wall_ns, how: least.how.clone() }))
}

/// The verdict if HTTPS takes longer than the same over HTTP, beyond its CPU time and a connection's set-up.
fn against_http(case: &Case) -> Option<Conclusion> {
    let http = case.http?;
    let set_up = case.set_up_ns(|_| true);
    let wanted = |pass| Case::cpu_ns(pass) + Case::queued_ns(pass);
    let more_cpu = wanted(case.pass).saturating_sub(wanted(http));
    let explained = http.wall_ns + set_up + more_cpu;
    let ns = case.pass.wall_ns.saturating_sub(explained);
    let is_far = case.pass.wall_ns as f64 > NEAR * explained as f64 && ns > LITTLE_NS;
    is_far.then(|| {
        let how = format!(
            "Over HTTP the same command took {}, over HTTPS {}; {} of CPU more and a connection's set-up ({}) explain \
             a part.",
            time(http.wall_ns),
            time(case.pass.wall_ns),
            time(more_cpu),
            time(set_up)
        );
        Conclusion::Unexplained(Unexplained { ns, of_ns: case.pass.wall_ns, how })
    })
}

/// The most addresses that are named.
const NAMED: usize = 5;

/// Ports of HTTPS servers.
const HTTPS_PORTS: [&str; 2] = [":443", ":8443"];

/// Says which connections bypassed the proxy to HTTPS ports, if any did: then not everything was observed.
fn past_the_proxy(case: &Case) -> Option<String> {
    let is_https = |address: &str| HTTPS_PORTS.iter().any(|port| address.ends_with(port));
    let past = case.pass.direct.iter().filter(|direct| is_https(&direct.address));
    let past: Vec<&str> = past.take(NAMED).map(|direct| direct.address.as_str()).collect();
    let was_any = !past.is_empty() && !case.is_url();
    was_any.then(|| {
        format!(
            "{} seen and nothing was found, but connections to {} went past the proxy: those were not seen.",
            were(case.requests(), "request"),
            past.join(", ")
        )
    })
}

/// Compares the time in which a connection was at work with the least possible: one connection's set-up, then the waits
/// and transfers of all requests at the highest concurrency that was reached, but no less than the longest of them, and
/// the command's own CPU time meanwhile.
pub(crate) fn least(case: &Case) -> Option<Least> {
    let (from, until) = case.active()?;
    let counts = &case.pass.counts;
    let span_ns = until.saturating_sub(from);
    let wall_ns = at_work_ns(case, span_ns);
    let at_once = case.concurrency.map_or(0.0, |here| here.most).max(case.overlap.most_waiting as f64).round().max(1.0);
    let work = counts.waits.sum_ns + counts.transfers.sum_ns;
    let set_up = case.set_up_ns(|_| true) + counts.resolve.p50_ns;
    let exchanges = case.pass.connections.iter().flat_map(|connection| &connection.exchanges);
    let longest = exchanges.filter_map(|one| Some(one.last_ns?.saturating_sub(one.sent_ns))).max().unwrap_or(0);
    let shared = ((work as f64 / at_once) as u64).max(counts.waits.max_ns).max(longest);
    // CPU time while no response is awaited adds to the waits. CPU time during waits sets a lower bound of its own.
    let cpu = case.cpu_at_work();
    let least_ns = (shared + set_up + cpu.between_waits_ns).max(cpu.all_ns).min(wall_ns);
    let how = format!(
        "{} took {} in which a connection was at work. Their waits and transfers, {} in all, {at_once:.0} at a time as \
         were under way at most, one connection's set-up ({}), and {} for which the command was on a CPU or waited for \
         one, need {}; the run took {:.2} times that. {} more between the first connection and the last answer were \
         the command's own, as were {} before and {} after.",
        count(case.requests(), "request"),
        time(wall_ns),
        time(work),
        time(set_up),
        time(cpu.all_ns),
        time(least_ns),
        wall_ns as f64 / (least_ns.max(1) as f64),
        time(span_ns.saturating_sub(wall_ns)),
        time(from),
        time(case.pass.wall_ns.saturating_sub(until))
    );
    Some(Least { wall_ns, least_ns, without_cpu_ns: (shared + set_up).min(wall_ns), how })
}

/// The time within a span of `span_ns` in which a connection was connecting, in its handshake, waiting or receiving.
/// The rest are the command's own pauses.
fn at_work_ns(case: &Case, span_ns: u64) -> u64 {
    if are_all_kept(case.pass) {
        return case.overlap.at_work_ns.min(span_ns);
    }
    // These are means over moments, in which connections that work by turns look like one that works all the time.
    let levels = &case.pass.levels;
    let worked = |moment: &Moment| {
        let at_once = moment.connecting + moment.handshake + moment.waiting + moment.transferring;
        f64::from(at_once.min(1.0)) * levels.moment_ns as f64
    };
    let from = case.pass.connections.first().map_or(0, |connection| connection.opened_ns / levels.moment_ns.max(1));
    let within = levels.moments.iter().skip(usize::try_from(from).unwrap_or(usize::MAX));
    (within.map(worked).sum::<f64>() as u64).min(span_ns)
}
