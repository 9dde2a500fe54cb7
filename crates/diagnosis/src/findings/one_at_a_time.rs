//! Requests are sent one after another, over HTTP too: the program is written that way. If they don't depend on each
//! other, sending several at a time takes a fraction of the time.
//!
//! Dependencies between requests are not visible. Requests of similar length are more likely a list than a login
//! followed by a token and pages, so only for those the finding is inferred; otherwise it is suspected.

use observation::{Doing, Exchange, Runtime};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::{loads, serialized};
use crate::overlap;
use crate::rule::{Doc, Judge, Rule};
use crate::words::{share, time};

/// The least number of requests: fewer are a program that fetches one thing.
const ENOUGH: u64 = 5;
/// The least saving, as a share of the run's wall time: less is not worth a change of structure.
const SAVED: f64 = 0.3;
/// The most time that a handshake's cryptography takes a client, ns.
const ARITHMETIC_NS: u64 = 3_000_000;
/// By how much a request's length may differ from the median to count as alike, bytes: counting numbers differ by a few
/// digits, a login differs from what follows by more.
const ALIKE: u64 = 6;
/// The least share of requests that must be alike.
const MOST: f64 = 0.95;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("one-at-a-time"),
    title: "requests are sent one after another",
    failure: false,
    doc: Doc {
        means: "The program sends each request only when the previous one has received its response, over HTTP and \
                over HTTPS. If the requests don't depend on each other, sending several at a time takes a fraction of \
                the time.",
        seen: "at least five requests, one in flight at a time, where at least 30 % of the run are waits that could \
               overlap, and at least half of that is saved even if more connections must be set up. It is inferred if \
               the requests have similar lengths and follow each other without a pause, and otherwise suspected: a \
               login, then a token, then pages depend on each other, and a program that pauses between requests may do \
               so on purpose.",
        saves: "the difference between the waits one at a time, as observed, and 8 at a time (`--concurrency`).",
    },
    advice,
    not_judged: |case| case.concurrency_not_told(),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    if case.requests() < ENOUGH || !serialized::is_serial_over_both(case) || judge.has(&serialized::RULE) {
        return None;
    }
    let Saved { waits_ns, ns: saves_ns } = saved(case, case.at_a_time);
    if share(waits_ns, case.pass.wall_ns) < SAVED || share(saves_ns, case.pass.wall_ns) < SAVED / 2.0 {
        return None;
    }
    let takes = [case.at_a_time.div_ceil(2), case.at_a_time, case.at_a_time.saturating_mul(2)].map(|places| {
        format!(
            "with {places} at a time the run would take about {}",
            time(case.pass.wall_ns.saturating_sub(saved(case, places).ns))
        )
    });
    let are_alike = are_alike(case);
    let paced_ns = paced_ns(case);
    let mut evidence = vec![
        format!(
            "{} requests were in flight one at a time{}; the median took {}.",
            case.requests(),
            if case.http.is_some() { ", over HTTP too" } else { "" },
            time(case.pass.counts.waits.p50_ns)
        ),
        format!(
            "If the requests don't depend on each other: {}, instead of {}.",
            takes.join(", "),
            time(case.pass.wall_ns)
        ),
    ];
    if !are_alike {
        evidence.push(
            "The requests differ in length, like a login and the requests that follow it: some may depend on others."
                .to_owned(),
        );
    }
    if let Some(pause) = paced_ns {
        evidence.push(format!(
            "The median pause between a response and the next request was {}: the program may throttle itself on \
             purpose.",
            time(pause)
        ));
    }
    Some(Finding {
        code: RULE.code,
        confidence: if are_alike && paced_ns.is_none() { Confidence::Inferred } else { Confidence::Suspected },
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(saves_ns as f64)),
            cpu_ms: None,
            how: format!("the observed waits one at a time, minus what they would take {} at a time", case.at_a_time),
        }),
        saves_ns,
        concerns: case.requests(),
        advice: advice(),
    })
}

/// What sending `places` requests at a time saves. The observed waits are distributed over that many places, each to
/// the one that is free first. Each place has its own connection, and the cryptography of their handshakes runs one
/// after another.
fn saved(case: &Case, places: u64) -> Saved {
    let counts = &case.pass.counts;
    let kept = case.pass.connections.iter().flat_map(|connection| &connection.exchanges);
    // A pause within a request is caused by the client, and belongs to another finding.
    let each = kept.filter_map(|one| Some(one.last_ns?.saturating_sub(one.sent_ns + one.longest_gap_ns)));
    let mut took: Vec<u64> = each.collect();
    let known: u64 = took.iter().sum();
    // Requests that were not kept are assumed to take as long as those that were.
    let scale = (counts.exchanges as f64 / took.len().max(1) as f64).max(1.0);
    let all = (known as f64 * scale) as u64;
    let places = usize::try_from(places).unwrap_or(usize::MAX).min(took.len().max(1));
    let mut busy_until = vec![0_u64; places];
    took.sort_unstable();
    for one in took.into_iter().rev() {
        if let Some(free) = busy_until.iter_mut().min() {
            *free += one;
        }
    }
    let makespan = (busy_until.into_iter().max().unwrap_or(0) as f64 * scale) as u64;
    let handshakes = counts.handshakes.max(1);
    let more = (places as u64).saturating_sub(handshakes);
    // If a client's turn takes longer, that is a library's first use, or a trust store, which most clients load once.
    let arithmetic = (counts.client_turns.sum_ns / handshakes).min(ARITHMETIC_NS) * more;
    let set_up_more = arithmetic + loads::of_connections_ns(case, more);
    // If each request has its own connection, their set-ups overlap too, except the client's turns.
    let set_up = counts.connect.sum_ns + counts.server_turns.sum_ns;
    let side_by_side = set_up - (set_up as f64 / (places as f64).min(handshakes as f64)) as u64;
    // The command's computations may not run in parallel in any case.
    let opened = case.pass.connections.first().map_or(0, |connection| connection.opened_ns);
    let most = case.pass.wall_ns.saturating_sub(opened + case.cpu_after_start_ns());
    let waits_ns = (all.saturating_sub(makespan) + side_by_side).min(most);
    Saved { waits_ns, ns: waits_ns.saturating_sub(set_up_more) }
}

/// What sending several requests at a time saves.
struct Saved {
    /// The waits that would overlap, ns.
    waits_ns: u64,
    /// The same minus the time to set up the further connections, ns.
    ns: u64,
}

/// The median pause of the program between a response and its next request, ns, if that pause sets its pace: it uses no
/// CPU meanwhile and opens no connection.
fn paced_ns(case: &Case) -> Option<u64> {
    let exchanges = case.pass.connections.iter().flat_map(|connection| &connection.exchanges);
    let mut under_way: Vec<(u64, u64)> = exchanges.filter_map(|one| Some((one.sent_ns, one.last_ns?))).collect();
    under_way.sort_unstable();
    let stretches = case.pass.connections.iter().flat_map(|one| one.stretches(case.pass.wall_ns));
    let set_up = stretches.filter(|one| matches!(one.doing, Doing::Connecting | Doing::Handshake));
    let set_up = overlap::merged(set_up.map(|one| (one.from_ns, one.until_ns)).collect());
    let setting_up = |from: u64, until: u64| {
        let first = set_up.partition_point(|(_, ended)| *ended <= from);
        let within = set_up.iter().skip(first).take_while(|(began, _)| *began < until);
        within.map(|(began, ended)| ended.min(&until) - began.max(&from)).sum::<u64>()
    };
    let gaps = under_way.windows(2).filter_map(|pair| {
        let [(_, last), (next, _)] = pair else { return None };
        Some((*last, *next)).filter(|(last, next)| next > last)
    });
    let gaps: Vec<(u64, u64)> = gaps.collect();
    let mut lengths: Vec<u64> = gaps.iter().map(|(last, next)| next - last - setting_up(*last, *next)).collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied()?;
    let busy = case.cpu_within(&gaps).unwrap_or(1.0).min(1.0);
    let rests = (median as f64 * (1.0 - busy)) as u64;
    let cycle = rests + case.pass.counts.waits.p50_ns;
    (rests >= RESTS_NS && share(rests, cycle) >= OF_CYCLE).then_some(rests)
}

/// The least pause that is deliberate: shorter ones occur between the requests of any program. Below, its least share
/// of the time from one request to the next.
const RESTS_NS: u64 = 5_000_000;
const OF_CYCLE: f64 = 0.1;

/// Whether nearly all requests have about the same length.
fn are_alike(case: &Case) -> bool {
    let exchanges: Vec<&Exchange> = case.pass.connections.iter().flat_map(|connection| &connection.exchanges).collect();
    let mut lengths: Vec<u64> = exchanges.iter().map(|exchange| exchange.sent_bytes).collect();
    lengths.sort_unstable();
    let Some(median) = lengths.get(lengths.len() / 2).copied() else { return false };
    let near = lengths.iter().filter(|length| length.abs_diff(median) <= ALIKE).count();
    near as f64 >= MOST * lengths.len() as f64
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "If the requests don't depend on each other, send several at a time (8 to 16), with one client that keeps \
             as many connections. Respect the server's limits.",
        ),
        Advice::of(
            Runtime::Python,
            "Python",
            "Use `concurrent.futures.ThreadPoolExecutor(8).map(fetch, urls)` with one `Session` whose HTTPAdapter has \
             `pool_maxsize=8`, or `asyncio.gather` with aiohttp or httpx.AsyncClient.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Use `Promise.all` over the list, with a limiter such as p-limit, instead of `await` in a loop.",
        ),
        Advice::of(
            Runtime::Go,
            "Go",
            "Use an `errgroup.Group` with `SetLimit(8)`, and a transport with a `MaxIdleConnsPerHost` of 8.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "Use `HttpClient.sendAsync` for all requests, or an executor of 8 threads with one `HttpClient`.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "Use `futures::stream::iter(urls).map(fetch).buffer_unordered(8)`, or 8 threads that share one `Agent`.",
        ),
        Advice::of(Runtime::Curl, "curl", "Use `curl --parallel --parallel-max 8` with all URLs, or `xargs -P 8`."),
        Advice::of(Runtime::Ruby, "Ruby", "Use threads with a connection pool, or `async-http`."),
        Advice::of(Runtime::Php, "PHP", "Use `curl_multi_exec`, or Guzzle's `Pool` with `concurrency` 8."),
        Advice::of(
            Runtime::DotNet,
            ".NET",
            "Use `Parallel.ForEachAsync` with a `MaxDegreeOfParallelism` of 8 and one `HttpClient`.",
        ),
    ]
}
