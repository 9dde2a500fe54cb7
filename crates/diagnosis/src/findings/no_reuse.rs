//! Connections were opened although an earlier one to the same host had received its response and the server had not
//! closed it.
//!
//! The causes are distinguished as far as possible: the client requests it (`Connection: close`, which the origin of
//! `--via url` counts), it happens over HTTPS only (a new TLS config each time), a pool keeps fewer connections than
//! are used at once, bodies are not read. The origin of `--via url` closes connections only on request.

use observation::{Close, Host, ObservedRun, Runtime};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::{connection_pool, late_close, loads, serialized};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, share, time};

/// The least number of needless connections, over all hosts: one or two are a pool that finds its size.
const ENOUGH: u64 = 3;
/// The least share of the connections beyond those needed at once: most of them, so that it is the rule and not the
/// exception.
const OF_LATER: f64 = 0.5;
/// The least share of the requests to the host: if a connection serves five requests, reuse works.
const OF_REQUESTS: f64 = 0.2;
/// The same for connections that the client closed and then needed: a pool that finds its size closes none.
const OF_REQUESTS_CLOSED: f64 = 0.05;
/// From this many requests per connection over HTTP, the command counts as reusing connections there.
const KEEPS: f64 = 2.0;
/// Up to this many requests per connection over HTTPS, it counts as not reusing them there.
const KEEPS_NOT: f64 = 1.5;
/// With fewer connections over HTTPS for each one over HTTP, HTTPS reuses them as HTTP does.
const AS_HTTP: f64 = 2.0;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("no-reuse"),
    title: "connections are not reused",
    failure: false,
    doc: Doc {
        means: "Connections were opened although an earlier one to the same host had received its response and the \
                server had not closed it. Each costs the time of connecting and a handshake, and with many libraries a \
                load of the trust store.",
        seen: "at least three needless connections, which are at least half of the connections beyond those that were \
               needed at once, and at least one for every five requests (for every twenty if the client had closed \
               them); or a pool that keeps fewer connections than are used at once and closes the others. With `--via \
               url` the origin counts the requests that asked for their connection to be closed, and the run over HTTP \
               shows whether connections are reused there.",
        saves: "connecting and a handshake (medians) for each, divided by the mean number of connections at work at \
                once. With `--via url` it is the CPU time of the handshakes, if that is more and the program is busy, \
                or, if connections are reused over HTTP, the time by which the run after its first response is longer \
                than over HTTP.",
    },
    advice: all_advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counted = case.pass.hosts.iter().map(|host| (host, needless(judge, host)));
    let wasteful: Vec<(&Host, u64)> = counted.filter(|(_, needless)| *needless > 0).collect();
    let needless: u64 = wasteful.iter().map(|(_, needless)| needless).sum();
    if needless < ENOUGH {
        return None;
    }
    let why = Why::of(case, &wasteful);
    let mut evidence: Vec<String> = wasteful.iter().take(5).map(|(host, needless)| about(host, *needless)).collect();
    if wasteful.len() > 5 {
        evidence.push(format!("The same is true of {} more hosts.", wasteful.len() - 5));
    }
    evidence.extend(why.evidence(case));
    let ended: u64 = wasteful.iter().map(|(host, _)| host.after_servers_close).sum();
    let is_told = ended * 2 <= needless;
    let of_pools: u64 =
        wasteful.iter().filter_map(|(host, _)| connection_pool::of(case, host)).map(|pool| pool.requests).sum();
    let set_up = case.set_up_ns(|connection| wasteful.iter().any(|(host, _)| host.name == connection.host));
    // Some libraries load the trust store within the handshake. That belongs to another finding.
    let set_up = set_up.saturating_sub(loads::of_connections_ns(case, 1));
    Some(Finding {
        code: RULE.code,
        confidence: match (case.is_url(), is_told) {
            (true, _) => Confidence::Proven,
            // A late close may be caused by the server only.
            (false, true) if !judge.has(&late_close::RULE) => Confidence::Inferred,
            (false, _) => Confidence::Suspected,
        },
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(needless as f64 * set_up as f64)),
            cpu_ms: None,
            how: format!(
                "{} for connecting and the handshake (medians, without loads of the trust store), for each of \
                 {needless} needless connections",
                time(set_up)
            ),
        }),
        saves_ns: saved(case, needless, set_up, why),
        concerns: needless.max(of_pools),
        advice: why.advice(),
    })
}

/// How much shorter this run is if connections are reused, ns: the time to set up the needless ones, overlapping as
/// they did, or, if that is more, their CPU time in a program that is limited by its CPU. If connections are reused
/// over HTTP, the time after the first response is no longer than there.
fn saved(case: &Case, needless: u64, set_up_ns: u64, why: Why) -> u64 {
    let by_waiting = case.saved(needless as f64 * set_up_ns as f64);
    let Some(http) = case.http else { return by_waiting };
    // Trust stores belong to another finding, and connections that are needed at once make handshakes in any case.
    let more_cpu = case.pass.cpu.total_ns.saturating_sub(http.cpu.total_ns + loads::cpu_ns(case));
    let spare = needless.min(case.pass.counts.connections.saturating_sub(case.needed()));
    let busy = case.cpu_share().unwrap_or(0.0).min(1.0);
    let by_cpu =
        (more_cpu as f64 * share(spare, case.pass.counts.handshakes).min(1.0) * busy / Case::cores(case.pass)) as u64;
    let after_first = |pass: &ObservedRun| {
        let ends = pass.connections.iter().flat_map(|one| &one.exchanges).filter_map(|exchange| exchange.last_ns);
        pass.wall_ns.saturating_sub(ends.min().unwrap_or(pass.wall_ns))
    };
    let as_over_http = match why {
        Why::OverHttpsAlone => {
            let loads_ns = (loads::cpu_ns(case) as f64 / Case::cores(case.pass)) as u64;
            after_first(case.pass).saturating_sub(after_first(http) + loads_ns)
        }
        _ => 0,
    };
    by_waiting.max(by_cpu).max(as_over_http).min(case.pass.wall_ns)
}

/// The number of needless connections to `host`, if that is the rule.
fn needless(judge: &Judge, host: &Host) -> u64 {
    let case = &judge.case;
    // If requests are serialized, some end before others, which were meant to run at the same time, open their
    // connections.
    let wanted = match judge.has(&serialized::RULE) {
        true => case.overlap_of(host).most_open,
        false => case.needed_of(host),
    };
    let later = host.connections.saturating_sub(wanted);
    let ended_late = if judge.has(&late_close::RULE) { host.cut_idle } else { 0 };
    let told = host.could_have_reused + host.after_servers_close + ended_late;
    let needless = told.max(left_by_client(case, host)).min(later);
    if let Some(pool) = connection_pool::of(case, host) {
        // Each of them costs a new connection as soon as requests come less evenly.
        return needless.max(pool.turned_out);
    }
    let closed = host.could_have_reused.saturating_sub(host.beside_idle).min(needless);
    let is_usual =
        share(needless, host.exchanges) >= OF_REQUESTS || share(closed, host.exchanges) >= OF_REQUESTS_CLOSED;
    let is_rule = later > 0 && share(needless, later) >= OF_LATER && is_usual;
    if is_rule { needless } else { 0 }
}

/// The number of connections that the client closed after use before it opened its last one to `host`.
fn left_by_client(case: &Case, host: &Host) -> u64 {
    let to_host = || case.pass.connections.iter().filter(|connection| connection.host == host.name);
    let Some(last) = to_host().map(|connection| connection.opened_ns).max() else { return 0 };
    let is_left =
        |close: Close, closed_ns: Option<u64>| close == Close::Client && closed_ns.is_some_and(|closed| closed <= last);
    to_host().filter(|one| one.exchanged > 0 && is_left(one.close, one.closed_ns)).count() as u64
}

fn about(host: &Host, needless: u64) -> String {
    let mut said = format!(
        "{}: {} for {}; {needless} of them were not needed",
        host.name,
        count(host.connections, "connection"),
        count(host.exchanges, "request"),
    );
    if host.beside_idle > 0 {
        said += &format!(", {} were opened while another one was idle", host.beside_idle);
    }
    said + "."
}

/// Why connections are not reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// This many requests asked for their connection to be closed.
    RequestedClose(u64),
    /// Over HTTP they are reused.
    OverHttpsAlone,
    /// The client's pool keeps this many connections, and more requests are in flight at once.
    PoolTooSmall {
        kept: u64,
        at_once: u64,
        turned_out: u64,
    },
    /// Most were opened while another was idle.
    Beside,
    /// The server closed this many right after its response.
    ByServer(u64),
    NotTold,
}

impl Why {
    fn of(case: &Case, wasteful: &[(&Host, u64)]) -> Why {
        let needless: u64 = wasteful.iter().map(|(_, needless)| needless).sum();
        let asked = case.pass.origin.as_ref().map_or(0, |origin| origin.asked_to_close);
        if asked * 2 >= needless {
            return Why::RequestedClose(asked);
        }
        if is_over_https_alone(case) {
            return Why::OverHttpsAlone;
        }
        if let Some((host, pool)) = wasteful.iter().find_map(|(host, _)| Some((host, connection_pool::of(case, host)?)))
        {
            return Why::PoolTooSmall { kept: pool.kept, at_once: case.needed_of(host), turned_out: pool.turned_out };
        }
        let ended: u64 = wasteful.iter().map(|(host, _)| host.after_servers_close).sum();
        if ended * 2 > needless {
            return Why::ByServer(ended);
        }
        let beside: u64 = wasteful.iter().map(|(host, _)| host.beside_idle).sum();
        if beside * 2 >= needless { Why::Beside } else { Why::NotTold }
    }

    fn evidence(self, case: &Case) -> Option<String> {
        match self {
            Why::RequestedClose(asked) => Some(format!(
                "{asked} of {} requests asked for their connection to be closed (`Connection: close`).",
                case.requests()
            )),
            Why::OverHttpsAlone => case.http.map(|http| {
                format!(
                    "Over HTTP the same command reuses its connections ({} for {}): over HTTPS something creates a new \
                     TLS config for each request.",
                    count(http.counts.connections, "connection"),
                    count(http.counts.exchanges, "request")
                )
            }),
            Why::PoolTooSmall { kept, at_once, turned_out } => Some(format!(
                "The client's pool keeps {} but uses up to {at_once} at once: {turned_out} were closed as soon as they \
                 had received their response.",
                count(kept, "connection")
            )),
            Why::ByServer(ended) => Some(format!(
                "The server closed {} right after its response, by itself or because the client asked for it.",
                count(ended, "connection")
            )),
            Why::NotTold if !case.is_url() => {
                Some("Whether the server asked for the close (`Connection: close`) is not visible.".to_owned())
            }
            Why::Beside | Why::NotTold => None,
        }
    }

    fn advice(self) -> Vec<Advice> {
        let mut all = vec![match self {
            Why::RequestedClose(_) => Advice::any(
                "Stop sending `Connection: close`: look for that header in the program, for HTTP/1.0, and for a client \
                 whose keep-alive is turned off.",
            ),
            Why::OverHttpsAlone => Advice::any(
                "Create the TLS config (context, agent, socket factory) once and use it for all requests: pools reuse \
                 a connection only for the same TLS config.",
            ),
            Why::PoolTooSmall { at_once, .. } => {
                Advice::any(&format!("Let the client's pool keep as many connections as are used at once: {at_once}."))
            }
            Why::ByServer(_) => Advice::any(
                "Turn on keep-alive at the server, or find out what asks it to close connections. Some libraries don't \
                 reuse connections through a proxy: `--via url` shows whether that is the reason.",
            ),
            Why::Beside => Advice::any(
                "New connections were opened while others were idle: read every response body to its end, or close it, \
                 and check that not every request creates its own client.",
            ),
            Why::NotTold => Advice::any(
                "Create one client (session, agent, pool) and use it for all requests. Some libraries don't reuse \
                 connections through a proxy: `--via url` shows whether that is the reason.",
            ),
        }];
        if let Why::RequestedClose(_) = self {
            all.push(Advice::of(
                Runtime::Python,
                "Python urllib.request",
                "It sends `Connection: close` with every request: use `http.client`, urllib3, or a requests `Session`.",
            ));
        }
        all.extend(by_language());
        all
    }
}

/// Whether connections are reused over HTTP and not over HTTPS.
fn is_over_https_alone(case: &Case) -> bool {
    case.http.is_some_and(|http| {
        let per_connection = share(http.counts.exchanges, http.counts.connections);
        let here = share(case.pass.counts.exchanges, case.pass.counts.connections);
        let is_each = per_connection >= KEEPS && here <= KEEPS_NOT;
        is_each && case.pass.counts.connections as f64 >= AS_HTTP * http.counts.connections as f64
    })
}

fn all_advice() -> Vec<Advice> {
    Why::NotTold.advice()
}

fn by_language() -> Vec<Advice> {
    vec![
        Advice::any(
            "If there is one client already, its own limits may close idle connections. Raise its keep-alive timeout \
             above its pauses (by default, httpx's `keepalive_expiry` is 5 s, undici's `keepAliveTimeout` 4 s, \
             aiohttp's `keepalive_timeout` 15 s), and the number of connections that it keeps above its concurrency.",
        ),
        Advice::of(
            Runtime::Python,
            "Python requests",
            "`requests.get` opens a connection each time: create one `requests.Session()`, and set its HTTPAdapter's \
             `pool_maxsize` to the number of threads that share it.",
        ),
        Advice::of(
            Runtime::Python,
            "Python aiohttp, httpx",
            "Use one `ClientSession`, `Client` or `AsyncClient` for the program, not one for each request.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Give `https.request` an `https.Agent({ keepAlive: true })` (the global agent reuses connections since \
             Node 19), and read every response body to its end, also with `fetch`.",
        ),
        Advice::of(
            Runtime::Go,
            "Go net/http",
            "Read each body to the end and close it, share one `http.Client`, and raise the transport's \
             `MaxIdleConnsPerHost` (2 by default) to the concurrency.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust reqwest, ureq, hyper",
            "Build the `Client` or `Agent` once and clone it: clones share \
             the pool.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "Share one `HttpClient`; with `HttpURLConnection` read the body and the error stream to their ends.",
        ),
        Advice::of(
            Runtime::DotNet,
            ".NET",
            "Use one static `HttpClient`, or `IHttpClientFactory`, instead of an `HttpClient` for each request, and \
             dispose every response.",
        ),
        Advice::of(
            Runtime::Curl,
            "curl",
            "Use one invocation with many URLs (`--parallel` for several at once) instead of many invocations.",
        ),
        Advice::of(
            Runtime::Php,
            "PHP",
            "Keep one handle of `curl_init`, or one `curl_multi` for all batches; `file_get_contents` opens a \
             connection each time.",
        ),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "Requests within one block of `Net::HTTP.start` share its connection; open-uri and `Net::HTTP.get` open \
             one each time.",
        ),
        Advice::of(Runtime::Wget, "wget", "One `wget -i LIST` reuses its connections; several invocations share none."),
    ]
}
