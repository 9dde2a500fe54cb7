//! There are more requests than an HTTP/2 server allows at once on a connection (SETTINGS_MAX_CONCURRENT_STREAMS, RFC
//! 9113 §5.1.2): the client opens further connections, or lets requests wait.

use observation::{Connection, Doing, Host, Runtime};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::count;

/// The least number of connections to one host at once: HTTP/2 needs one, and a second may be opened before the first
/// is known to use HTTP/2.
const ENOUGH: u64 = 4;
/// The length of an acknowledgement of settings or a window update, records included, bytes: every HTTP/1.1 request is
/// longer.
const FRAME: u64 = 48;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("stream-limit"),
    title: "several HTTP/2 connections to one host at once",
    failure: false,
    doc: Doc {
        means: "The client had more requests than the server allows at once on an HTTP/2 connection, and opened \
                further connections.",
        seen: "at least four connections to one host at once, on which records had the length of HTTP/2 frames. It is \
               only suspected, because a client may have other reasons not to share a connection.",
        saves: "not known: how long requests waited for a stream is encrypted.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let (host, most) = case.pass.hosts.iter().map(|host| (host, at_once(case, host))).max_by_key(|(_, most)| *most)?;
    // Processes don't share connections.
    if most < ENOUGH || case.pass.cpu.processes >= most {
        return None;
    }
    let unused = case.unused();
    let mut evidence = vec![format!(
        "Up to {} to {} were open at once, although HTTP/2 needs only one.",
        count(most, "connection"),
        host.name
    )];
    if unused > 0 {
        evidence.push(format!(
            "{} of {} carried no request.",
            unused,
            count(case.pass.counts.connections, "connection")
        ));
    }
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Suspected,
        evidence,
        cost: None,
        saves_ns: 0,
        concerns: case.pass.counts.connections,
        advice: advice(),
    })
}

/// The most connections to `host` at once that use HTTP/2.
fn at_once(case: &Case, host: &Host) -> u64 {
    let to_host = case.pass.connections.iter().filter(|one| one.host == host.name && speaks_h2(case, one));
    let mut steps: Vec<(u64, i64)> = Vec::new();
    for connection in to_host {
        let stretches = connection.stretches(case.pass.wall_ns);
        let open = stretches.iter().filter(|one| one.doing != Doing::Connecting);
        let from = open.clone().map(|one| one.from_ns).min();
        let until = open.map(|one| one.until_ns).max();
        if let (Some(from), Some(until)) = (from, until) {
            steps.extend([(from, 1), (until, -1)]);
        }
    }
    steps.sort_unstable();
    let mut now = 0;
    let most = steps.into_iter().fold(0_i64, |most, (_, by)| {
        now += by;
        most.max(now)
    });
    u64::try_from(most).unwrap_or(0)
}

/// Whether a frame was sent on `connection` that is too short for an HTTP/1.1 request.
fn speaks_h2(case: &Case, connection: &Connection) -> bool {
    let is_frame = |length: u64| length > 0 && length <= FRAME;
    case.may_be_h2(connection) && connection.exchanges.iter().any(|exchange| is_frame(exchange.sent_bytes))
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Raise the server's limit of concurrent streams (nginx: `http2_max_concurrent_streams`, 128 by default), \
             or make the client send no more requests at once than the limit allows.",
        ),
        Advice::of(
            Runtime::Go,
            "Go net/http",
            "Limit the requests in flight; with `http2.Transport.StrictMaxConcurrentStreams` they wait instead of \
             opening connections.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Read `session.remoteSettings.maxConcurrentStreams` and open at most as many streams at once.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust hyper, reqwest",
            "hyper uses one connection and lets requests wait: limit the concurrency.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "`HttpClient` fails beyond the limit (\"too many concurrent streams\"): limit the concurrency.",
        ),
        Advice::of(Runtime::Python, "Python httpx", "`Limits(max_connections=…)` limits the requests in flight."),
    ]
}
