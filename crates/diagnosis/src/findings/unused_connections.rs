//! Connections that finished their handshake and never carried a request: opened in advance, raced, or abandoned.

use observation::Runtime;

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::stream_limit;
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, share, time};

/// The least number of such connections: fewer are spare ones.
const ENOUGH: u64 = 3;
/// The least share of all connections.
const OF_CONNECTIONS: f64 = 0.2;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("unused-connections"),
    title: "connections are opened and never used",
    failure: false,
    doc: Doc {
        means: "Connections completed their handshake but never carried a request: each costs both sides a handshake \
                for nothing.",
        seen: "at least three connections without a request, and a fifth of all. With HTTP/2 it is inferred from the \
               length: the client sent no more than its connection preface.",
        saves: "the time that the client spent on these handshakes.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let unused = case.unused();
    let all = case.pass.connections.len() as u64;
    if unused < ENOUGH || share(unused, all) < OF_CONNECTIONS {
        return None;
    }
    let counts = &case.pass.counts;
    let each = counts.client_turns.sum_ns / counts.handshakes.max(1);
    let total = (each * unused) as f64;
    let is_plain = case.h2() == 0;
    Some(Finding {
        code: RULE.code,
        confidence: if is_plain { Confidence::Proven } else { Confidence::Inferred },
        evidence: vec![format!(
            "{} of {all} completed their handshake but carried no request.",
            count(unused, "connection")
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(total)),
            cpu_ms: None,
            how: format!("{} of the client's time in each handshake", time(each)),
        }),
        // If the cause is a limit of streams, requests wait as well, and it is not known how long.
        saves_ns: if judge.has(&stream_limit::RULE) { 0 } else { case.saved(total) },
        concerns: unused,
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Look for connections that are opened in advance, that race against a pooled one, or that are abandoned \
             because another became free. Limit the number of connections that are opened at once.",
        ),
        Advice::of(
            Runtime::Go,
            "Go net/http",
            "A dial continues even if another connection takes its request: set `MaxConnsPerHost`; with HTTP/2 let one \
             request open the connection before the others begin.",
        ),
        Advice::of(Runtime::Java, "Java", "Lower the pool's minimum of idle connections."),
        Advice::of(
            Runtime::Python,
            "Python",
            "Don't open a pool's connections in advance; with aiohttp lower `TCPConnector(limit=…)`.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "With `http2.connect` create one session and wait for its `connect` event before creating others.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "hyper's pool races a new connection against one that becomes free: limit the concurrency.",
        ),
    ]
}
