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

/// The verdict of a diagnosis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Verdict")]
pub enum Conclusion {
    /// There are findings.
    Found,
    /// Nothing to improve was found, and the run took little longer than the least possible time.
    NothingToMend(Least),
    /// Nothing was found, and the run took longer than can be explained.
    Unexplained(Unexplained),
    /// The command's requests did not pass through the observer. The strings are the reasons. The findings then include
    /// [`crate::Code::NOT_SEEN`].
    NotSeen(Vec<String>),
    /// Too little was observed to judge. The string is the reason.
    TooLittle(String),
}

/// How close a run came to the least time that its own waits, transfers and computations allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Least {
    /// The time from the opening of the first connection to the end of the last response, minus the time in which no
    /// connection was at work, ns.
    pub wall_ns: u64,
    /// The least time that the same work could have taken, ns.
    pub least_ns: u64,
    /// The least time if the command needed no CPU time of its own, ns.
    #[serde(default)]
    pub without_cpu_ns: u64,
    /// How the least time was computed, and how much time passed before, between and after the work, as sentences.
    pub how: String,
}

/// Time that no finding explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unexplained {
    /// The unexplained time, ns.
    pub ns: u64,
    /// The run's time of which `ns` is a part, ns.
    pub of_ns: u64,
    /// What the run was compared with, as sentences.
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
            "{h2} may have used HTTP/2, which hides single requests: their number and the least time for them are \
             unknown. Nothing that is visible from outside was found."
        ));
    }
    let requests = case.requests();
    if requests < ENOUGH {
        return Conclusion::TooLittle(format!(
            "{} seen, and a verdict needs {ENOUGH}: let the command make more requests.",
            were(requests, "request")
        ));
    }
    if case.pass.counts.no_room > 0 {
        let closed = count(case.pass.counts.no_room, "connection");
        return Conclusion::TooLittle(format!(
            "{closed} had to be closed, because the observer had reached its limit of open files."
        ));
    }
    let perhaps = if case.is_url() { 0 } else { case.pass.counts.perhaps_unanswered };
    if perhaps.saturating_mul(2) > case.pass.counts.exchanges {
        return Conclusion::TooLittle(format!(
            "After {perhaps} of {} the server sent no more than what may be its TLS 1.3 session tickets: these \
             requests may have had no response, or a short one after which the connection was kept open.",
            count(case.pass.counts.exchanges, "request")
        ));
    }
    match least(case) {
        Some(least) => against_http(case).or_else(|| against_least(&least)).unwrap_or(Conclusion::NothingToMend(least)),
        None => Conclusion::TooLittle("No complete response was seen.".to_owned()),
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
            "The same command took {} over HTTP and {} over HTTPS. An additional {} of CPU time and the set-up of one \
             connection ({}) explain only a part of the difference.",
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
            "{} seen and nothing was found, but connections to {} bypassed the proxy and were not observed.",
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
        "{} took {} in which a connection was at work. The least possible time is computed from their waits and \
         transfers ({} in total, {at_once:.0} at a time, the most that were in flight at once), the set-up of one \
         connection ({}), and {} for which the command was on a CPU or waited for one. It is {}, and the run took \
         {:.2} times that. The command itself spent {} more between the first connection and the last response, {} \
         before and {} after.",
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
