//! A request waits for a `100 Continue` that the server does not send, until the client stops waiting and sends its
//! body.

use observation::{Connection, Exchange, Runtime};

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, time};

/// How long clients wait for a `100 Continue` by default, ns: .NET (`Expect100ContinueTimeout`), curl
/// (`--expect100-timeout`) and Go (`ExpectContinueTimeout`), Apache HttpClient (`WAIT_FOR_CONTINUE`).
const WAITS_NS: [u64; 3] = [350_000_000, 1_000_000_000, 3_000_000_000];
/// How much later than that a body may follow, as a share of the wait: timers are late, never early.
const LATE: f64 = 0.15;
/// The least number of such requests: a single one may be due to a slow disk.
const ENOUGH: usize = 2;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("expect-continue"),
    title: "uploads wait for a `100 Continue` that does not come",
    failure: false,
    doc: Doc {
        means: "A request announces its body with `Expect: 100-continue` and waits for the server to accept it, but \
                the server does not respond to that. The client sends the body when its timeout expires (1 s in curl \
                and Go, 3 s in Apache HttpClient).",
        seen: "at least two requests that paused between two parts for as long as such a client waits, while the \
               server sent nothing.",
        saves: "the sum of the pauses, divided by the mean number of connections at work at once.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let exchanges = case.pass.connections.iter().flat_map(|connection| &connection.exchanges);
    let mut gaps: Vec<u64> = exchanges.filter_map(pause).collect();
    gaps.extend(case.pass.connections.iter().filter(|one| !case.may_be_h2(one)).filter_map(behind_tickets));
    if gaps.len() < ENOUGH {
        return None;
    }
    let total: u64 = gaps.iter().sum();
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Inferred,
        evidence: vec![format!(
            "{} paused between two parts for {} on average, {} in total, while the server sent nothing.",
            count(gaps.len() as u64, "request"),
            time(total / gaps.len() as u64),
            time(total)
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(total as f64)),
            cpu_ms: None,
            how: "the sum of the pauses".to_owned(),
        }),
        saves_ns: case.saved(total as f64),
        concerns: gaps.len() as u64,
        advice: advice(),
    })
}

/// The same pause in a connection's first request: the server's tickets arrive during the pause and look like a
/// response, and the body looks like another request.
fn behind_tickets(connection: &Connection) -> Option<u64> {
    let [first, second, ..] = connection.exchanges.as_slice() else { return None };
    let is_13 = connection.handshake.as_ref().is_some_and(|handshake| handshake.is_13());
    let gap = second.sent_ns.saturating_sub(first.sent_last_ns);
    let is_soon = first.last_ns.is_some_and(|last| last.saturating_sub(first.sent_last_ns) < gap / 4);
    // A second request after an idle second would have its own head. A body is longer, or is followed by no more
    // requests. Later requests, which no tickets divide, are as long as both parts together.
    let whole = first.sent_bytes + second.sent_bytes;
    let is_like = |later: &Exchange| pause(later).is_some() && later.sent_bytes.abs_diff(whole) <= ALIKE;
    let is_body =
        second.sent_bytes > first.sent_bytes || connection.exchanged == 2 || connection.exchanges.iter().any(is_like);
    let is_whole = is_13 && is_soon && is_body && first.answer_bytes <= TICKETS_BYTES && second.answered_ns.is_some();
    Some(gap).filter(|gap| is_whole && is_patience(*gap))
}

/// By how much a record's header, or a number in a path, may make one request longer than another, bytes.
const ALIKE: u64 = 64;

/// The most bytes of tickets.
const TICKETS_BYTES: u64 = 4_096;

/// The only pause of a request that got a response; a stream with periodic data has many.
fn pause(exchange: &Exchange) -> Option<u64> {
    let all = exchange.sent_last_ns.saturating_sub(exchange.sent_ns);
    let gap = exchange.longest_gap_ns;
    let is_one = gap as f64 >= OF_REQUEST * all as f64 && exchange.answered_ns.is_some();
    Some(gap).filter(|gap| is_one && is_patience(*gap))
}

/// The least share of the pause in the time that it took to send the request.
const OF_REQUEST: f64 = 0.8;

fn is_patience(gap_ns: u64) -> bool {
    WAITS_NS.iter().any(|wait| {
        let late = gap_ns as f64 / *wait as f64;
        (0.99..=1.0 + LATE).contains(&late)
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Don't send `Expect: 100-continue`, or make the server, or the proxy in front of it, respond to it with \
             `100 Continue` or a final status immediately (RFC 9110 §10.1.1).",
        ),
        Advice::of(
            Runtime::Curl,
            "curl, libcurl",
            "`-H 'Expect:'` removes the header; curl adds it for bodies above 1 MB.",
        ),
        Advice::of(
            Runtime::Php,
            "PHP",
            "Set `CURLOPT_HTTPHEADER => ['Expect:']`, or in Guzzle the option `expect => false`.",
        ),
        Advice::of(Runtime::Go, "Go", "Don't set the header, or lower `Transport.ExpectContinueTimeout` (1 s)."),
        Advice::of(
            Runtime::Java,
            "Java",
            "Call `expectContinue(false)`, or in Apache HttpClient `setExpectContinueEnabled(false)`.",
        ),
        Advice::of(Runtime::DotNet, ".NET", "Set `request.Headers.ExpectContinue = false`."),
        Advice::of(
            Runtime::Python,
            "Python",
            "Find out what sets the header: requests, httpx and aiohttp do so only if told to; boto3 does by default.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Don't send the header, or send the body on the `continue` event, with a time limit.",
        ),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "`Net::HTTP#continue_timeout` is nil by default: don't set it, or don't send the header.",
        ),
        Advice::named(
            "nginx, Envoy",
            "They respond to it themselves; a server behind a plain TCP load balancer must do it itself.",
        ),
    ]
}
