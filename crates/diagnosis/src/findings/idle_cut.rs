//! The server closed connections after use that the client needed again soon: its idle timeout is shorter than the
//! client's pauses, or its limit of requests per connection is too low.

use observation::Runtime;

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::late_close;
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, share, time, were};

/// The least number of connections that were opened within two minutes of such a close, or that a request was sent on
/// after it: a single one is chance.
const ENOUGH: u64 = 2;
/// The least share of all connections: fewer cost next to nothing.
const OF_CONNECTIONS: f64 = 0.05;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("idle-cut"),
    title: "the server closes idle connections that are needed again",
    failure: false,
    doc: Doc {
        means: "The server closed connections that the client needed again soon: its idle timeout is shorter than the \
                client's pauses, or its limit of requests per connection is too low.",
        seen: "at least two connections, and a twentieth of all, were opened within two minutes after such a close, or \
               requests were sent on connections that the server had closed.",
        saves: "the time of connecting and of the handshake for each.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    let reopened: u64 = case.pass.hosts.iter().map(|host| host.reopened).sum();
    let cut: u64 = case.pass.hosts.iter().map(|host| host.cut_idle).sum();
    let lost = counts.sent_into_closed;
    let most = reopened.max(lost);
    if judge.has(&late_close::RULE) || most < ENOUGH || share(most, counts.connections) < OF_CONNECTIONS {
        return None;
    }
    let mut evidence = vec![format!(
        "The server closed {} after use; within two minutes after that, {} opened again.",
        count(cut, "connection"),
        were(reopened, "connection")
    )];
    if lost > 0 {
        evidence
            .push(format!("{} used after the server had closed it: the request was lost.", were(lost, "connection")));
    }
    let cut_by = |name: &str| case.pass.hosts.iter().any(|host| host.name == name && host.cut_idle > 0);
    let set_up = case.set_up_ns(|connection| cut_by(&connection.host));
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(most as f64 * set_up as f64)),
            cpu_ms: None,
            how: format!("{} for connecting and the handshake (medians), for each connection", time(set_up)),
        }),
        saves_ns: case.saved(most as f64 * set_up as f64),
        concerns: most,
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Raise the server's keep-alive timeout above the client's pauses, and its limit of requests per \
             connection. If you can't change the server, let the client close idle connections before the server does, \
             so that no request is lost.",
        ),
        Advice::named(
            "nginx",
            "Set `keepalive_timeout` (75 s by default) and `keepalive_requests` (1,000 by default).",
        ),
        Advice::of(Runtime::Go, "Go net/http", "Set `Transport.IdleConnTimeout` below the server's timeout."),
        Advice::of(
            Runtime::Python,
            "Python",
            "Set httpx's `keepalive_expiry` or aiohttp's `keepalive_timeout` below the server's timeout; urllib3 and \
             requests check that a pooled connection is still open before they use it.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Set undici's `keepAliveTimeout`, or an agent's `timeout`, below the server's timeout.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "Set `-Djdk.httpclient.keepalive.timeout=SECONDS` (for `HttpURLConnection`: \
             `-Dhttp.keepAlive.time.server=SECONDS`) below the server's timeout.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "Set reqwest's `pool_idle_timeout` or ureq's `max_idle_age` below the server's timeout.",
        ),
    ]
}
