//! Responses whose end is known only by the connection's close, which comes late: the client has received everything
//! and waits.
//!
//! This looks like an idle connection that the server closes. The difference is what follows: the client continues as
//! soon as the close has arrived, which a client with a connection pool would not have waited for.

use observation::{Close, Connection, Doing};

use crate::case::{Case, OWN_SERVERS};
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::overlap;
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, time};

/// The least time from a response's last byte to the close, ns: servers usually close sooner.
const LATE_NS: u64 = 80_000_000;
/// The most time after the close until the client closes its side, ns, if it was waiting for the close.
const REACTS_NS: u64 = 50_000_000;
/// The most time after that until the client continues, ns, if it is idle in between. If it has to make a client and
/// load a trust store before, it is on a CPU for most of the time.
const GOES_ON_NS: u64 = 50_000_000;
/// The least share of the time in between for which it is on a CPU then.
const ON_CPU: f64 = 0.5;
/// The most time until it continues in that case, ns.
const AT_LAST_NS: u64 = 1_000_000_000;
/// The least number of such connections: fewer are chance.
const ENOUGH: u64 = 3;
/// The least share of connections that the server closed late, after whose close the client continued.
const MOST: f64 = 0.8;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("late-close"),
    title: "responses end only with the connection's close, which comes late",
    failure: false,
    doc: Doc {
        means: "The response does not state its length (no `Content-Length`, no chunks), so it ends only when the \
                connection is closed, which the server, or a proxy in front of it, does late. The client has received \
                the whole response and still waits.",
        seen: "at least three connections that the server closed 80 ms or more after the last byte of a response, \
               after each of which the client continued immediately.",
        saves: "the time from the last byte to the close; times that overlapped count once.",
    },
    advice,
    not_judged: |case| case.is_url().then_some(OWN_SERVERS),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let late: Vec<(u64, u64)> = case.pass.connections.iter().filter_map(ended_late).collect();
    // While other connections are at work, something follows any moment; so it must follow the close, and no earlier
    // event.
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
            "The server closed {} {} after the last byte of the response on average, and the client continued \
             immediately each time.",
            count(number, "connection"),
            time(total / number.max(1))
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(total as f64)),
            cpu_ms: None,
            how: "the sum of the times from the last byte to the close".to_owned(),
        }),
        saves_ns: case.side_by_side(followed.iter().map(|(last, closed)| (*last, *closed)).collect()),
        concerns: number,
        advice: advice(),
    })
}

/// When the last response on a connection was complete and when the server closed it, if the server did so late and the
/// client then closed its side immediately.
fn ended_late(connection: &Connection) -> Option<(u64, u64)> {
    let last =
        connection.exchanges.last()?.last_ns.filter(|_| connection.exchanged == connection.exchanges.len() as u64)?;
    let ended = connection.ended_ns.filter(|_| matches!(connection.close, Close::Server | Close::ServerWaiting))?;
    let reacts = connection.closed_ns.is_some_and(|closed| closed.saturating_sub(ended) <= REACTS_NS);
    (reacts && ended.saturating_sub(last) >= LATE_NS).then_some((last, ended))
}

/// The times at which connections were opened and requests sent, sorted.
fn beginnings(case: &Case) -> Vec<u64> {
    let opened = case.pass.connections.iter().map(|one| one.opened_ns);
    let sent = case.pass.connections.iter().flat_map(|one| &one.exchanges).map(|exchange| exchange.sent_ns);
    let mut all: Vec<u64> = opened.chain(sent).collect();
    all.sort_unstable();
    all
}

/// The spans in which some connection was at work, merged.
fn at_work(case: &Case) -> Vec<(u64, u64)> {
    let stretches = case.pass.connections.iter().flat_map(|one| one.stretches(case.pass.wall_ns));
    let at_work = stretches.filter(|one| !matches!(one.doing, Doing::Idle | Doing::Standing));
    overlap::merged(at_work.map(|one| (one.from_ns, one.until_ns)).collect())
}

/// Whether the command opened a connection, sent a request or ended right after `ended_ns`; `beginnings` are the times
/// at which it did the first two.
fn goes_on(case: &Case, beginnings: &[u64], ended_ns: u64) -> bool {
    let next = beginnings.get(beginnings.partition_point(|at| *at < ended_ns)).copied().unwrap_or(case.pass.wall_ns);
    let after = next.saturating_sub(ended_ns);
    let was_busy = || case.cpu_within(&[(ended_ns, next)]).is_some_and(|share| share >= ON_CPU);
    after <= GOES_ON_NS || (after <= AT_LAST_NS && was_busy())
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "At the server: send `Content-Length` or use chunks, so that the client can tell where a response ends, or \
             close the connection as soon as the response is complete. A TCP proxy in front of it must forward the \
             close immediately (half-closed connections).",
        ),
        Advice::any(
            "At the client: use HTTP/1.1, not 1.0, and don't send `Connection: close` if the server then omits the \
             length.",
        ),
    ]
}
