//! Several connections are open, but only one request is in flight at a time: something in the client (a lock, a TLS
//! call that blocks an event loop) lets only one of them wait for its response.
//!
//! If there is a run over HTTP, the comparison of how many requests were in flight at once decides, whatever the number
//! of open connections: coroutines that call a blocking client open one connection only after another. One request at a
//! time proves it. Several over HTTPS, but less than half as many as over HTTP, make it suspected: each of several
//! event loops may be blocked on its own. Without a run over HTTP, it shows in connections that were unused, or whose
//! handshake waited for the client, while another's request was in flight, and that were used afterwards. A pool of
//! idle connections does not count, nor do handshakes that wait for distant servers. It is not judged if HTTP/2 may be
//! used: there one connection is right, and requests can't be distinguished.

use observation::{ObservedRun, Runtime};

use crate::case::{BUSY, Case, active};
use crate::code::Code;
use crate::concurrency::Concurrency;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::loads;
use crate::overlap;
use crate::rule::{Doc, Judge, Rule};
use crate::words::{percent, percent_of, share, time};

/// The least number of connections open at once: two may be one connection that closes late and its successor.
const OPEN: f64 = 3.0;
/// The largest mean number of requests in flight that counts as one: successive requests overlap a little, because ends
/// are seen late.
const ONE: f64 = 1.3;
/// The largest share of waiting time with several requests in flight that counts as one, for the same reason.
const SEVERAL: f64 = 0.1;
/// The least mean over HTTP that shows that the command intends to have several requests in flight.
const MEANT: f64 = 2.0;
/// The least number of exchanges, and of connections that carry them: fewer are no pattern.
const ENOUGH: u64 = 3;
/// The largest mean as a share of the mean over HTTP: above it, the time that handshakes add explains the difference.
const OF_HTTP: f64 = 0.5;
/// The least time that HTTPS takes longer than HTTP beyond its additional CPU time, as a share of the time from the
/// first connection to the last response. Below it, CPU time explains the difference.
const NOT_CPU: f64 = 0.3;
/// The share of waiting time in which the client held up another connection's handshake that proves it: for half of the
/// time something could have been sent and was not.
const UNUSED: f64 = 0.5;
/// The same for a suspicion: connections that open while another waits are unused for a moment in any client.
const UNUSED_SOME: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("serialized"),
    title: "HTTPS requests wait for each other, one at a time",
    failure: false,
    doc: Doc {
        means: "Something in the client (a lock, a TLS call that blocks an event loop, a pool of one connection) lets \
                only one request at a time wait for its response, although the program intends to have several in \
                flight.",
        seen: "with `--via url`, a mean of at least two requests in flight over HTTP and at most 1.3 over HTTPS, and \
               CPU time does not explain the additional time. Through the proxy, at least three connections that were \
               ready but unused while a request of another one was in flight. It is not found if the CPU was busy all \
               that time and loads of trust stores explain the delay.",
        saves: "with `--via url`, the time that HTTPS took longer than HTTP, minus its additional CPU time and a load \
                of the trust store for each further connection that HTTP had. Otherwise, the time with a request in \
                flight, minus what the same waits take if they overlap.",
    },
    advice,
    not_judged,
    find,
};

fn not_judged(case: &Case) -> Option<&'static str> {
    if case.is_http_unlike {
        return Some("in the HTTP run the command did not use HTTP");
    }
    if is_hidden_by_cpu(case) {
        return Some("CPU was short, which may be why HTTPS took longer");
    }
    case.concurrency_not_told()
}

/// Whether requests look serialized compared with HTTP, but the command was denied so much CPU that this may be the
/// reason.
fn is_hidden_by_cpu(case: &Case) -> bool {
    let (Some(http), Some(here)) = (case.http, case.concurrency) else { return false };
    let is_short = || case.is_short_of_cpu(&[(0, case.pass.wall_ns)]);
    case.requests() >= ENOUGH && is_like(case, &here) && !is_beyond_cpu(case, longer_ns(case, http)) && is_short()
}

/// Whether sufficiently fewer requests are in flight over HTTPS than over HTTP.
fn is_like(case: &Case, here: &Concurrency) -> bool {
    let mean = case.http_concurrency.map_or(0.0, |http| http.mean);
    mean >= MEANT && (is_serial(here) || here.mean <= OF_HTTP * mean)
}

/// The time that HTTPS took longer than HTTP from the first connection to the last response, beyond its additional CPU
/// time, ns. The times of a program's start and end are left out, because they vary between runs.
fn longer_ns(case: &Case, http: &ObservedRun) -> u64 {
    let more_cpu = Case::cpu_ns(case.pass).saturating_sub(Case::cpu_ns(http));
    active_ns(case.pass).saturating_sub(active_ns(http) + more_cpu)
}

fn active_ns(pass: &ObservedRun) -> u64 {
    active(pass).map_or(0, |(from, until)| until.saturating_sub(from))
}

fn is_beyond_cpu(case: &Case, ns: u64) -> bool {
    ns as f64 >= NOT_CPU * active_ns(case.pass) as f64
}

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let here = case.concurrency?;
    if case.requests() < ENOUGH {
        return None;
    }
    match case.http {
        Some(http) => against_http(case, &here, http),
        None if case.is_url() || !is_serial(&here) || case.pass.levels.open.most < OPEN => None,
        None => alone(case, &here),
    }
}

/// Whether there is only one request at a time over HTTP too.
pub(crate) fn is_serial_over_both(case: &Case) -> bool {
    let serial = |concurrency: Option<Concurrency>| concurrency.as_ref().is_some_and(is_serial);
    serial(case.concurrency) && (case.http.is_none() || serial(case.http_concurrency))
}

fn is_serial(here: &Concurrency) -> bool {
    here.any_ns > 0 && here.mean <= ONE && here.several <= SEVERAL
}

fn against_http(case: &Case, here: &Concurrency, http: &ObservedRun) -> Option<Finding> {
    let mean = case.http_concurrency?.mean;
    let is_one = is_serial(here);
    if !is_like(case, here) || !is_beyond_cpu(case, longer_ns(case, http)) {
        return None;
    }
    // If requests run concurrently, the command opens as many connections as over HTTP, with a trust store load for
    // each.
    let more = http.counts.connections.saturating_sub(case.pass.counts.connections);
    let saves_ns = longer_ns(case, http).saturating_sub(loads::of_connections_ns(case, more));
    let mut evidence = vec![format!(
        "Over HTTP the command had {mean:.1} requests in flight on average and took {}; over HTTPS it had {:.1} and \
         took {}.",
        time(http.wall_ns),
        here.mean,
        time(case.pass.wall_ns)
    )];
    if let (Some(https), Some(http)) = (&case.pass.origin, &http.origin) {
        evidence.push(format!(
            "The origin counted at most {} in flight at once over HTTPS, and {} over HTTP.",
            https.most_in_flight, http.most_in_flight
        ));
    }
    evidence.push(format!(
        "The command used {} more CPU time over HTTPS, which does not explain the difference.",
        time(Case::cpu_ns(case.pass).saturating_sub(Case::cpu_ns(http)))
    ));
    let is_short = case.is_short_of_cpu(&[(0, case.pass.wall_ns)]);
    // Waiting for a CPU may explain it too, as far as HTTPS waited longer for one than HTTP.
    let queued = Case::queued_ns(case.pass).saturating_sub(Case::queued_ns(http));
    let is_clear = is_one && !is_short && is_beyond_cpu(case, longer_ns(case, http).saturating_sub(queued));
    if is_short && !is_one {
        return None;
    }
    Some(Finding {
        code: RULE.code,
        confidence: if is_clear { Confidence::Proven } else { Confidence::Suspected },
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(saves_ns as f64)),
            cpu_ms: None,
            how: "the time that HTTPS took longer than HTTP, minus its additional CPU time".to_owned(),
        }),
        saves_ns,
        concerns: case.requests(),
        advice: advice(),
    })
}

fn alone(case: &Case, here: &Concurrency) -> Option<Finding> {
    let used = case.pass.connections.iter().filter(|connection| connection.exchanged > 0).count() as u64;
    let overlap = case.overlap;
    let unused = share(overlap.unused_ns, overlap.waiting_ns);
    // A single connection that is held back may be a spare one.
    let held_back = overlap::held_back(case.pass, case.pass.counts.waits.p50_ns / 2);
    if case.pass.counts.tls == 0 || used < ENOUGH || unused < UNUSED_SOME || held_back + 1 < ENOUGH {
        return None;
    }
    let mut evidence = vec![
        format!(
            "Up to {:.0} connections were open at once, but only {:.1} requests were in flight on average, and more \
             than one for {} of the time.",
            case.pass.levels.open.most,
            here.mean,
            percent_of(here.several),
        ),
        format!(
            "For {} of the {} with a request in flight, another connection was unused, or its handshake waited for the \
             client, and it carried its first request only later: {held_back} connections in total.",
            percent(overlap.unused_ns, overlap.waiting_ns),
            time(overlap.waiting_ns)
        ),
    ];
    let busy = case.cpu_share().filter(|share| *share >= BUSY);
    if let Some(share) = busy {
        evidence.push(format!(
            "The command used up to {share:.1} cores all that time: a lack of CPU time may be the reason for one \
             request at a time."
        ));
    }
    let concurrency = overlap.most_open as f64;
    let least = case.pass.counts.waits.sum_ns as f64 / concurrency.max(1.0);
    let saves = (here.any_ns as f64 - least).max(0.0);
    // If the CPU is busy while requests are in flight, handshakes may wait just for loads of trust stores, which are a
    // separate finding.
    let is_busy = || case.cpu_within(&overlap::waiting(case.pass)).is_some_and(|share| share >= BUSY);
    if saves <= loads::cpu_ns(case) as f64 && is_busy() {
        return None;
    }
    // Connections that are ready may also be a pool that was opened in advance.
    let is_held = share(overlap.held_ns, overlap.waiting_ns) >= UNUSED;
    let is_clear = busy.is_none() && is_held && !case.is_short_of_cpu(&[(0, case.pass.wall_ns)]);
    Some(Finding {
        code: RULE.code,
        confidence: if is_clear { Confidence::Proven } else { Confidence::Suspected },
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(saves)),
            cpu_ms: None,
            how: format!(
                "the time with a request in flight, minus what the same waits take {concurrency:.1} at a time"
            ),
        }),
        saves_ns: saves as u64,
        concerns: case.requests(),
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Find out what occupies a thread, lock or event loop while TLS waits: a blocking handshake, read or write \
             within asynchronous code, a client behind a lock, or a pool of only one HTTPS connection.",
        ),
        Advice::of(
            Runtime::Python,
            "Python asyncio",
            "Blocking libraries (requests, urllib, http.client) block the event loop: use aiohttp or \
             httpx.AsyncClient, or run them in threads (`asyncio.to_thread`).",
        ),
        Advice::of(
            Runtime::Python,
            "Python gevent",
            "gevent does not patch pyOpenSSL, which therefore blocks all greenlets: use the standard ssl module \
             (urllib3 without `inject_into_urllib3`), and apply gevent's patch before anything imports ssl.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Raise the https agent's `maxSockets`; a synchronous call in a handler blocks the event loop for all \
             requests.",
        ),
        Advice::of(
            Runtime::Go,
            "Go net/http",
            "Raise the transport's `MaxConnsPerHost`, and hold no mutex around `Do` or a body's `Read`.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "Share one `HttpClient` without `synchronized` around `send`; raise the pool's limit of connections per \
             route.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "Don't call blocking TLS (ureq, native-tls over std sockets) within async tasks: use tokio-rustls, \
             tokio-native-tls or reqwest, or spawn_blocking.",
        ),
        Advice::of(Runtime::Curl, "curl", "`--parallel` lets one invocation have several requests in flight."),
        Advice::of(Runtime::Php, "PHP", "Use `curl_multi_exec` with `CURLMOPT_MAX_HOST_CONNECTIONS` above one."),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "A mutex around one `Net::HTTP` object lets through one request at a time: give each thread its own \
             object, or use a connection pool.",
        ),
        Advice::of(
            Runtime::DotNet,
            ".NET",
            "Raise `SocketsHttpHandler.MaxConnectionsPerServer`, and hold no lock around `SendAsync`.",
        ),
    ]
}
