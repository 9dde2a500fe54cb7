//! Connections were opened although an earlier one to the same host had done its work and the server had not ended it.
//!
//! Beside an idle one: its body was not read to the end, or each request has a client of its own. After the client
//! closed one: it does not keep connections. Encrypted as they are, a server's `Connection: close` that the client
//! obeys looks the same. After the server closed one as soon as it had answered: it does not keep connections, or the client
//! had asked for that; which of them TLS hides. The origin of `--via url` never ends a connection that it is not asked to.

use observation::Host;

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::serialized;
use crate::words::{count, share, time};

/// Connections that need not have been, of all hosts together: one or two are a pool that finds its size.
const ENOUGH: u64 = 3;
/// Of the connections beyond those needed at once: most of them, so it is the rule and not the exception.
const OF_LATER: f64 = 0.5;

pub(crate) fn find(case: &Case) -> Option<Finding> {
    let hosts: Vec<&Host> = case.pass.hosts.iter().filter(|host| is_wasteful(case, host)).collect();
    let needless: u64 = hosts.iter().map(|host| needless(host)).sum();
    if needless < ENOUGH {
        return None;
    }
    let ended: u64 = hosts.iter().map(|host| host.after_servers_close).sum();
    let beside: u64 = hosts.iter().map(|host| host.beside_idle).sum();
    let mut evidence: Vec<String> = hosts.iter().take(5).map(|host| about(host)).collect();
    if hosts.len() > 5 {
        evidence.push(format!("So it was with {} hosts more.", hosts.len() - 5));
    }
    if ended > 0 && case.is_url() {
        evidence
            .push(format!("The client asked for {} to be ended (`Connection: close`).", count(ended, "connection")));
    } else if ended > 0 {
        evidence.push(format!(
            "The server ended {} as soon as it had answered: of its own accord, or because the client asked for it.",
            count(ended, "connection")
        ));
    } else if !case.is_url() {
        evidence.push("Whether the server asked for it (`Connection: close`) is not visible.".to_owned());
    }
    let is_told = ended * 2 <= needless;
    let set_up = case.set_up_ns(|connection| hosts.iter().any(|host| host.name == connection.host));
    Some(Finding {
        code: Code::NoReuse,
        confidence: match (case.is_url(), is_told) {
            (true, _) => Confidence::Proven,
            (false, true) => Confidence::Inferred,
            (false, false) => Confidence::Suspected,
        },
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(needless as f64 * set_up as f64)),
            cpu_ms: None,
            how: format!("{} for connecting and the handshake (medians), {needless} times too often", time(set_up)),
        }),
        advice: advice(beside * 2 >= needless),
    })
}

fn is_wasteful(case: &Case, host: &Host) -> bool {
    // Where requests are let through one by one, some are done before others that were meant to be beside them open their
    // connections.
    let wanted = match serialized(case) {
        Some(_) => case.overlap_of(host).most_open,
        None => case.needed_of(host),
    };
    let later = host.connections.saturating_sub(wanted);
    later > 0 && share(needless(host), later) >= OF_LATER
}

/// Connections that came after one that had done its work.
fn needless(host: &Host) -> u64 {
    host.could_have_reused + host.after_servers_close
}

fn about(host: &Host) -> String {
    let mut said = format!(
        "{}: {} for {}; {} opened after an earlier one had done its work",
        host.name,
        count(host.connections, "connection"),
        count(host.exchanges, "request"),
        needless(host)
    );
    if host.beside_idle > 0 {
        said += &format!(", {} of them while one stood idle beside", host.beside_idle);
    }
    said + "."
}

/// `beside`: most were opened while one stood idle.
fn advice(beside: bool) -> Vec<Advice> {
    let mut all = vec![Advice::any(
        "Make one client (session, agent, pool) and use it for all requests; let connections live between them.",
    )];
    if beside {
        all.push(Advice::any(
            "Connections stood idle beside new ones: read every body to its end, or close it, \
             and check that requests do not each have a client of their own.",
        ));
    }
    all.extend([
        Advice::any(
            "Where there is one client, its own limits may end idle connections: raise how long it keeps them above its \
             pauses (httpx `keepalive_expiry` 5 s, undici `keepAliveTimeout` 4 s, aiohttp `keepalive_timeout` 15 s unless \
             set), and how many above its concurrency.",
        ),
        Advice::of(
            "Python requests",
            "`requests.get` opens a connection each time: make one \
             `requests.Session()`, and give its HTTPAdapter a `pool_maxsize` of as many threads as share it.",
        ),
        Advice::of(
            "Python aiohttp, httpx",
            "One `ClientSession`, `Client` or `AsyncClient` for the program, not \
             one for each request.",
        ),
        Advice::of(
            "Node.js",
            "Give `https.request` an `https.Agent({ keepAlive: true })` (the global agent keeps \
             connections since Node 19), and consume every response, with `fetch` too.",
        ),
        Advice::of(
            "Go net/http",
            "Read each body to the end and close it, share one `http.Client`, and raise the \
             transport's `MaxIdleConnsPerHost` (2 unless set) to the concurrency.",
        ),
        Advice::of(
            "Rust reqwest, ureq, hyper",
            "Build the `Client` or `Agent` once and clone it: clones share \
             the pool.",
        ),
        Advice::of(
            "Java",
            "Share one `HttpClient`; with `HttpURLConnection` read the body, the error stream too, \
             to its end.",
        ),
        Advice::of(
            ".NET",
            "One static `HttpClient`, or `IHttpClientFactory`, instead of an `HttpClient` for each request; dispose \
             of every response.",
        ),
        Advice::of(
            "curl",
            "One invocation with many URLs (`--parallel` for several at once) instead of many \
             invocations.",
        ),
    ]);
    all
}
