//! Connections are open side by side, and one request is under way at a time: something in the client (a lock, a TLS
//! call that blocks an event loop) lets only one of them wait for its answer.
//!
//! Against the same over HTTP it is proven; where over HTTPS there are several too, but less than half as many, it is
//! suspected: each of some event loops may be held up by itself. Seen alone, it shows in connections that stood unused, or
//! whose handshake waited for the client, while another's request was under way, and were used afterwards; a pool of idle
//! connections is none of that, nor are handshakes that wait for far servers. Not judged where HTTP/2 may be spoken: one
//! connection is as it should be there, and requests are not told apart.

use crate::case::{BUSY, Case};
use crate::code::Code;
use crate::concurrency::Concurrency;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::client_per_request;
use crate::overlap;
use crate::words::{percent, percent_of, share, time};

/// Open at once, to count as side by side: two are also one connection that closes late beside its successor.
const OPEN: f64 = 3.0;
/// The mean of requests under way that still is "one": neighbours overlap a little, as ends are seen late.
const ONE: f64 = 1.3;
/// The share of waiting time in which several may be under way and it still is "one": the same overlap.
const SEVERAL: f64 = 0.1;
/// The mean over HTTP that shows that the command means to have several under way.
const MEANT: f64 = 2.0;
/// Exchanges, and connections that carry them: fewer are no pattern.
const ENOUGH: u64 = 3;
/// Of the mean over HTTP: above, what handshakes add to the course of things explains it.
const OF_HTTP: f64 = 0.5;
/// The share of waiting time with an unused connection that proves it: half of the time something could have been sent
/// and was not.
const UNUSED: f64 = 0.5;
/// The same to suspect it: connections that open while another waits stand for a moment in any client.
const UNUSED_SOME: f64 = 0.1;

pub(crate) fn find(case: &Case) -> Option<Finding> {
    let pass = case.pass;
    let here = case.concurrency?;
    if pass.levels.open.most < OPEN || case.h2() > 0 || case.requests() < ENOUGH {
        return None;
    }
    let (proof, concurrency, mut evidence) = match case.http {
        Some(_) => against_http(case, &here)?,
        None if case.is_url() || !is_serial(&here) => return None,
        None => alone(case)?,
    };
    evidence.insert(
        0,
        format!(
            "Up to {:.0} connections were open at once, and {:.1} requests were under way in the mean, several \
             for {} of the time.",
            pass.levels.open.most,
            here.mean,
            percent_of(here.several),
        ),
    );
    let busy = case.cpu_share().filter(|share| *share >= BUSY);
    if let Some(share) = busy {
        evidence.push(format!(
            "The command used up to {share:.1} cores all the while: it may be its CPU that lets one \
             request through at a time."
        ));
    }
    let least = pass.counts.waits.sum_ns as f64 / concurrency.max(1.0);
    Some(Finding {
        code: Code::Serialized,
        confidence: if busy.is_some() { Confidence::Suspected } else { proof },
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(here.any_ns as f64 - least)),
            cpu_ms: None,
            how: format!("the time with a request under way, less what these waits take {concurrency:.1} at a time"),
        }),
        advice: advice(),
    })
}

/// Over HTTP too there is one request at a time, so it is how the command is written.
pub(crate) fn by_design(case: &Case) -> bool {
    let is_serial = |concurrency: Option<Concurrency>| concurrency.as_ref().is_some_and(is_serial);
    case.requests() >= ENOUGH && is_serial(case.concurrency) && is_serial(case.http_concurrency)
}

fn is_serial(here: &Concurrency) -> bool {
    here.any_ns > 0 && here.mean <= ONE && here.several <= SEVERAL
}

fn against_http(case: &Case, here: &Concurrency) -> Option<(Confidence, f64, Vec<String>)> {
    let mean = case.http_concurrency?.mean;
    if mean < MEANT || !(is_serial(here) || is_held_up(case, here, mean)) {
        return None;
    }
    let mut evidence = vec![format!("Over HTTP the same command had {mean:.1} requests under way in the mean.")];
    if let (Some(https), Some(http)) = (&case.pass.origin, case.http.and_then(|http| http.origin.as_ref())) {
        evidence.push(format!(
            "The origin answered at most {} at once over HTTPS, {} over HTTP.",
            https.most_in_flight, http.most_in_flight
        ));
    }
    let confidence = if is_serial(here) { Confidence::Proven } else { Confidence::Suspected };
    Some((confidence, mean, evidence))
}

/// Over HTTPS there are less than half as many under way as over HTTP, and neither CPU nor trust stores, which take time between
/// requests, explain it.
fn is_held_up(case: &Case, here: &Concurrency, http_mean: f64) -> bool {
    let is_busy = case.cpu_share().is_none_or(|share| share >= BUSY);
    here.mean <= OF_HTTP * http_mean && !is_busy && client_per_request(case).is_none()
}

fn alone(case: &Case) -> Option<(Confidence, f64, Vec<String>)> {
    let used = case.pass.connections.iter().filter(|connection| connection.exchanged > 0).count() as u64;
    let overlap = case.overlap;
    let unused = share(overlap.unused_ns, overlap.waiting_ns);
    // One goes first; a single other one is a spare.
    let held_back = overlap::held_back(case.pass, case.pass.counts.waits.p50_ns / 2);
    if case.pass.counts.tls == 0 || used < ENOUGH || unused < UNUSED_SOME || held_back + 1 < ENOUGH {
        return None;
    }
    let said = format!(
        "For {} of the {} with a request under way another connection stood unused, or waited for the client in its handshake, and \
         carried its first request only later: {held_back} connections in all.",
        percent(overlap.unused_ns, overlap.waiting_ns),
        time(overlap.waiting_ns)
    );
    let confidence = if unused >= UNUSED { Confidence::Proven } else { Confidence::Suspected };
    Some((confidence, overlap.most_open as f64, vec![said]))
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Look for what holds one thread, lock or event loop while TLS waits: a blocking handshake, read or \
             write within asynchronous code, or a client behind a lock.",
        ),
        Advice::of(
            "Python gevent",
            "pyOpenSSL is not patched by gevent and blocks all greenlets: take the standard ssl module (urllib3 \
             without `inject_into_urllib3`), and patch before anything imports ssl.",
        ),
        Advice::of(
            "Python asyncio",
            "Blocking libraries such as requests stop the loop: use aiohttp or httpx.AsyncClient, or run them in \
             threads.",
        ),
        Advice::of(
            "Rust",
            "Don't call blocking TLS (ureq, native-tls over std sockets) within async tasks: use tokio-rustls, \
             tokio-native-tls or reqwest, or spawn_blocking.",
        ),
    ]
}
