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
        means: "Connections were handshaken and never carried a request: each costs both sides a handshake for \
                nothing.",
        seen: "three connections or more without a request, and a fifth of all. \
               Over HTTP/2 those on which the client sent no more than its opening: inferred by length.",
        saves: "the client's part of the handshakes.",
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
        evidence: vec![format!("{} of {all} were handshaken and carried no request.", count(unused, "connection"))],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(total)),
            cpu_ms: None,
            how: format!("{} of the client's in each handshake", time(each)),
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
            "Look for connections that are opened ahead of need, raced against a pooled one, or given up because \
             another became free; bound how many are opened at once.",
        ),
        Advice::of(
            Runtime::Go,
            "Go net/http",
            "A dial goes on when another connection takes its request: set `MaxConnsPerHost`; with HTTP/2 let one \
             request open the connection before the others begin.",
        ),
        Advice::of(Runtime::Java, "Java", "Lower the pool's minimum of idle connections."),
        Advice::of(
            Runtime::Python,
            "Python",
            "Don't open pools' connections ahead; with aiohttp lower `TCPConnector(limit=…)`.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "With `http2.connect` make one session and wait for `connect` before others are made.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "hyper's pool races a new connection against one that becomes free: bound the concurrency.",
        ),
    ]
}
