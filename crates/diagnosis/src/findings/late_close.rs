//! A response whose end is known only by the connection's close, which comes late: the client has all of it and
//! waits.
//!
//! It looks like an idle connection that the server ends. What tells them apart is what follows: the client goes on
//! as soon as the close has come, where a pool would not have waited for it.

use observation::{Close, Connection, Doing};

use crate::case::{Case, OWN_SERVERS};
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::overlap;
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, time};

/// From a response's last byte to the close, ns: less is how servers close.
const LATE_NS: u64 = 80_000_000;
/// How soon after the close the client must close its side, ns: it was waiting for it.
const REACTS_NS: u64 = 50_000_000;
/// How soon after that it must go on, ns, where it does nothing in between. It may have to make a client and load a
/// trust store before: then it is on a CPU for most of the time.
const GOES_ON_NS: u64 = 50_000_000;
/// The share of the time in between for which it is.
const ON_CPU: f64 = 0.5;
/// And how soon then, ns.
const AT_LAST_NS: u64 = 1_000_000_000;
/// Such connections: fewer are chance.
const ENOUGH: u64 = 3;
/// Of the connections that the server ended late, those after which the client went on.
const MOST: f64 = 0.8;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("late-close"),
    title: "responses end only with a close that comes late",
    failure: false,
    doc: Doc {
        means: "The response has no length of its own (no `Content-Length`, no chunks), so its end is the \
                connection's close, which the server, or a proxy before it, sends late. The client has the whole \
                response and waits.",
        seen: "three connections or more that the server ended 80 ms or later after the last byte of a response, \
               and the client went on as soon as each had ended.",
        saves: "the time from the last byte to the close, as many side by side as there were.",
    },
    advice,
    not_judged: |case| case.is_url().then_some(OWN_SERVERS),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let late: Vec<(u64, u64)> = case.pass.connections.iter().filter_map(ended_late).collect();
    // Where others are at work, something follows any moment: it must follow the close, and not one before it.
    let (beginnings, at_work) = (beginnings(case), at_work(case));
    let is_alone = |closed: u64| {
        let before = at_work.partition_point(|(from, _)| *from < closed);
        before.checked_sub(1).and_then(|at| at_work.get(at)).is_none_or(|(_, until)| *until <= closed)
    };
    let follows = |(last, closed): &&(u64, u64)| {
        let middle = last + (closed - last) / 2;
        goes_on(case, &beginnings, *closed) && (is_alone(*closed) || !goes_on(case, &beginnings, middle))
    };
    let followed: Vec<&(u64, u64)> = late.iter().filter(follows).collect();
    let number = followed.len() as u64;
    if number < ENOUGH || (number as f64) < MOST * late.len() as f64 {
        return None;
    }
    let total: u64 = followed.iter().map(|(last, closed)| closed - last).sum();
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Inferred,
        evidence: vec![format!(
            "{} ended by the server {} after the last byte of the response in the mean, and the client went on at \
             once each time.",
            count(number, "connection"),
            time(total / number.max(1))
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(total as f64)),
            cpu_ms: None,
            how: "from the last byte to the close, together".to_owned(),
        }),
        saves_ns: case.side_by_side(followed.iter().map(|(last, closed)| (*last, *closed)).collect()),
        concerns: number,
        advice: advice(),
    })
}

/// When the last response of a connection that the server ended late was complete, and when the server ended it,
/// where the client closed it at once.
fn ended_late(connection: &Connection) -> Option<(u64, u64)> {
    let last =
        connection.exchanges.last()?.last_ns.filter(|_| connection.exchanged == connection.exchanges.len() as u64)?;
    let ended = connection.ended_ns.filter(|_| matches!(connection.close, Close::Server | Close::ServerWaiting))?;
    let reacts = connection.closed_ns.is_some_and(|closed| closed.saturating_sub(ended) <= REACTS_NS);
    (reacts && ended.saturating_sub(last) >= LATE_NS).then_some((last, ended))
}

/// When connections were opened and requests sent, in order.
fn beginnings(case: &Case) -> Vec<u64> {
    let opened = case.pass.connections.iter().map(|one| one.opened_ns);
    let sent = case.pass.connections.iter().flat_map(|one| &one.exchanges).map(|exchange| exchange.sent_ns);
    let mut all: Vec<u64> = opened.chain(sent).collect();
    all.sort_unstable();
    all
}

/// When some connection was at work, merged.
fn at_work(case: &Case) -> Vec<(u64, u64)> {
    let stretches = case.pass.connections.iter().flat_map(|one| one.stretches(case.pass.wall_ns));
    let at_work = stretches.filter(|one| !matches!(one.doing, Doing::Idle | Doing::Standing));
    overlap::merged(at_work.map(|one| (one.from_ns, one.until_ns)).collect())
}

/// Whether the command opened a connection, sent a request or ended as soon after `ended_ns` as it could; `beginnings`
/// are when it did the first two.
fn goes_on(case: &Case, beginnings: &[u64], ended_ns: u64) -> bool {
    let next = beginnings.get(beginnings.partition_point(|at| *at < ended_ns)).copied().unwrap_or(case.pass.wall_ns);
    let after = next.saturating_sub(ended_ns);
    let was_busy = || case.cpu_within(&[(ended_ns, next)]).is_some_and(|share| share >= ON_CPU);
    after <= GOES_ON_NS || (after <= AT_LAST_NS && was_busy())
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "At the server: send `Content-Length`, or chunks, so that a response ends by itself; or close as soon \
             as it is complete. A TCP proxy before it must pass the end on (half-closed connections) instead of \
             holding it back.",
        ),
        Advice::any(
            "At the client: ask for HTTP/1.1, not 1.0, and don't send `Connection: close` where the server then \
             drops the length.",
        ),
    ]
}
