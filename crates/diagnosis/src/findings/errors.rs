//! Requests without a response, hosts that were not reached, aborted handshakes. One suffices: a failure costs more
//! than any handshake.
//!
//! Handshakes that ended with an alert belong to `alerts`. Connections that may use HTTP/2 are left out, because their
//! last frames look like a request without a response. Requests and handshakes in progress when a command ended
//! successfully are only a note. For encrypted connections the finding is inferred.

use observation::{Close, Connection, Ended, Exchange};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::findings::{alerts, trust};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, were};

/// A command counts as ending during this time before its end.
const ENDING_NS: u64 = 50_000_000;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("errors"),
    title: "requests or connections failed",
    failure: true,
    doc: Doc {
        means: "Requests had no response, hosts were not reached, or handshakes were aborted.",
        seen: "at least one. With `--via url` a response is missing only if the origin's ledger says so. Otherwise a \
               request counts as unanswered if the server sent no more than what may be its session tickets before the \
               connection closed, except if the request was sent after the server had closed the connection and was \
               answered on another one.",
        saves: "no time is estimated: a failure is not a matter of time.",
    },
    advice: all_advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    let mut evidence: Vec<String> = counts
        .not_reached
        .iter()
        .map(|(reason, times)| format!("{} could not be forwarded: {reason}.", count(*times, "connection")))
        .collect();
    let closes = |how| counts.closes.get(&how).copied().unwrap_or(0);
    let at_end = at_end(case);
    let by_client = closes(Close::ClientHandshaking).saturating_sub(at_end.handshakes);
    let broken = (by_client + closes(Close::ServerHandshaking)).saturating_sub(alerts::seen(case));
    if broken > 0 {
        let by_client = by_client >= closes(Close::ServerHandshaking);
        let who = if by_client { "client" } else { "server" };
        evidence.push(format!("{} aborted without an alert, mostly by the {who}.", were(broken, "handshake")));
    }
    let in_silence = in_silence(case).min(broken);
    if in_silence > 0 {
        evidence.push(format!(
            "{in_silence} of them were aborted as soon as the client had received the server's certificate: it may not \
             trust it."
        ));
    }
    let is_proven = !evidence.is_empty();
    let unanswered = unanswered(case, at_end.requests);
    if let Some(number) = unanswered {
        evidence.push(about_unanswered(case, number));
    }
    let perhaps = counts.perhaps_unanswered.min(unanswered.unwrap_or(0));
    if perhaps > 0 {
        evidence.push(format!(
            "For {perhaps} of them the server sent only a few bytes. They may be its session tickets, or a short \
             response after which the client kept the connection idle: TLS 1.3 hides which."
        ));
    }
    if evidence.is_empty() {
        return None;
    }
    let is_clear = is_proven || counts.tls == 0;
    let is_given_up = case.pass.ended == Ended::Code(0)
        && unanswered.is_none()
        && counts.not_reached.is_empty()
        && closes(Close::ServerHandshaking) == 0
        && in_silence == 0;
    let all_perhaps = unanswered == Some(perhaps);
    Some(Finding {
        code: RULE.code,
        confidence: match (is_clear, all_perhaps) {
            // A client may abort a handshake that it no longer needs; a command that ended successfully missed nothing.
            _ if is_given_up => Confidence::Suspected,
            (true, _) => Confidence::Proven,
            (false, true) => Confidence::Suspected,
            (false, false) => Confidence::Inferred,
        },
        evidence,
        cost: None,
        saves_ns: 0,
        concerns: broken + unanswered.unwrap_or(0) + counts.not_reached.values().sum::<u64>(),
        advice: advice(case, in_silence > 0, broken),
    })
}

/// The number of handshakes that the client aborted after it had received the certificate.
fn in_silence(case: &Case) -> u64 {
    let broken = case.pass.connections.iter().filter(|one| one.close == Close::ClientHandshaking);
    broken.filter(|connection| trust::left_in_silence(connection)).count() as u64
}

fn advice(case: &Case, is_distrust: bool, broken: u64) -> Vec<Advice> {
    let mut all = vec![of_the_command()];
    if case.pass.counts.not_reached.keys().any(|reason| is_of_a_name(reason)) {
        all.push(of_names());
    }
    if broken > 0
        && let Some(hello) = dropped_hello(case)
    {
        all.push(of_dropped(&hello));
    }
    if case.pass.counts.sent_into_closed > 0 {
        all.push(of_a_race());
    }
    if is_distrust {
        all.extend(trust::advice(case));
    }
    all
}

fn all_advice() -> Vec<Advice> {
    let mut all = vec![
        of_the_command(),
        of_names(),
        of_dropped("A ClientHello was sent, and the server sent nothing back."),
        of_a_race(),
    ];
    all.extend(trust::all_advice());
    all
}

fn of_the_command() -> Advice {
    Advice::any(
        "Look at the command's own messages first, then for timeouts on either side that are shorter than the time \
         that the response takes.",
    )
}

fn is_of_a_name(reason: &str) -> bool {
    ["resolv", "name or service", "name resolution", "no such host", "nodename"]
        .iter()
        .any(|part| reason.contains(part))
}

fn of_names() -> Advice {
    Advice::any(
        "A name did not resolve. Compare `getent hosts NAME` with the name that the command uses; look for a typing \
         error, a search domain that is missing in a container, and `/etc/resolv.conf`. If a name fails only now and \
         then, the resolver may be overloaded (`ndots`, many lookups).",
    )
}

fn of_a_race() -> Advice {
    Advice::any(
        "Requests were sent on connections that the server was just closing. Let the client close idle connections \
         before the server does, and retry such a request once on a new connection (RFC 9110 §9.2.2 allows it for \
         GET).",
    )
}

/// A sentence on ClientHellos that got no response.
fn dropped_hello(case: &Case) -> Option<String> {
    let dropped = case.pass.connections.iter().find_map(|connection| {
        let handshake = connection.handshake.as_deref()?;
        let is_dropped = handshake.finished_ns.is_none() && handshake.answer.is_none() && connection.bytes_down == 0;
        handshake.hello.as_ref().filter(|_| is_dropped)
    })?;
    let segments = u64::from(dropped.bytes).div_ceil(SEGMENT);
    let groups = dropped.key_shares.iter().chain(&dropped.groups);
    let is_hybrid = groups.into_iter().any(|group| group.to_lowercase().contains("mlkem"));
    Some(format!(
        "A ClientHello of {} bytes was sent in {segments} TCP segment{}, and the server sent nothing back; it {} a \
         post-quantum group.",
        dropped.bytes,
        if segments == 1 { "" } else { "s" },
        if is_hybrid { "offers" } else { "does not offer" }
    ))
}

/// The payload of a TCP segment on Ethernet with timestamps, bytes.
const SEGMENT: u64 = 1_448;

fn of_dropped(said: &str) -> Advice {
    Advice::any(&format!(
        "{said} Some middleboxes expect a ClientHello in one segment and drop larger ones: try without X25519MLKEM768 \
         (OpenSSL: `Groups = X25519`; Go: `GODEBUG=tlsmlkem=0`), and over another network."
    ))
}

/// What was in progress when a successful command ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AtEnd {
    /// Requests.
    pub(crate) requests: u64,
    /// Handshakes.
    pub(crate) handshakes: u64,
}

/// Counts what was in progress when the command ended. An ending process closes its connections, and so does a client
/// that is about to end: it had given up on their responses, or never meant to wait for them.
pub(crate) fn at_end(case: &Case) -> AtEnd {
    let mut all = AtEnd::default();
    if case.pass.ended != Ended::Code(0) {
        return all;
    }
    let sent = case.pass.connections.iter().flat_map(|one| &one.exchanges).map(|exchange| exchange.sent_ns);
    let last_sent = sent.max().unwrap_or(0);
    for connection in &case.pass.connections {
        // A client that closes its connections when everything has been sent is about to end too.
        let is_out = |closed: u64| {
            closed.saturating_add(ENDING_NS) >= case.pass.wall_ns
                || (closed > last_sent && connection.exchanges.iter().all(|one| one.sent_ns < closed))
        };
        let is_late = connection.closed_ns.is_some_and(is_out);
        match connection.close {
            Close::ClientWaiting if is_late && !case.may_be_h2(connection) => {
                all.requests += without_answer(connection)
            }
            Close::ClientHandshaking if is_late => all.handshakes += 1,
            _ => {}
        }
    }
    all
}

/// The number of requests without a response; `None` if there are none. Those that the end of the run cut off are not
/// counted, nor are `at_end`.
fn unanswered(case: &Case, at_end: u64) -> Option<u64> {
    if let Some(origin) = &case.pass.origin {
        // The origin responds to every request that it has read, so only responses that the client did not wait for are
        // missing.
        let left = case.pass.connections.iter().filter(|one| one.close == Close::ClientWaiting).map(without_answer);
        let left = left.sum::<u64>().saturating_sub(at_end).min(origin.requests);
        let is_lost = case.pass.ended != Ended::Code(0) || !are_as_many_answered(case);
        return Some(left).filter(|left| *left > 0 && is_lost);
    }
    let all = match case.h2() {
        0 => case.pass.counts.unanswered,
        _ => plain(case).map(without_answer).sum(),
    };
    let cut_off: u64 = plain(case).filter(|connection| connection.close == Close::Open).map(without_answer).sum();
    Some(all.saturating_sub(cut_off + at_end + repeated(case))).filter(|unanswered| *unanswered > 0)
}

/// The number of requests that were sent after the server had closed their connection, and were repeated as the first
/// request of a new one: a race that the client is prepared for. 0 if the command failed.
pub(crate) fn repeated(case: &Case) -> u64 {
    if case.pass.ended != Ended::Code(0) {
        return 0;
    }
    let mut anew: Vec<(&Connection, &Exchange)> = plain(case)
        .filter_map(|connection| Some((connection, connection.exchanges.first()?)))
        .filter(|(_, first)| first.answered_ns.is_some())
        .collect();
    let mut repeated = 0;
    for connection in plain(case) {
        let is_servers = matches!(connection.close, Close::Server | Close::ServerWaiting);
        let Some(ended) = connection.ended_ns.filter(|_| is_servers) else { continue };
        let lost = connection.exchanges.last().filter(|last| last.answered_ns.is_none() && last.sent_ns >= ended);
        let Some(lost) = lost else { continue };
        let is_again = |(other, first): &(&Connection, &Exchange)| {
            let is_soon = other.opened_ns.checked_sub(lost.sent_ns).is_some_and(|after| after <= REPEATED_NS);
            is_soon && other.host == connection.host && first.sent_bytes.abs_diff(lost.sent_bytes) <= ALIKE
        };
        // Each new connection accounts for one.
        if let Some(at) = anew.iter().position(is_again) {
            anew.swap_remove(at);
            repeated += 1;
        }
    }
    repeated
}

/// The most time until a client repeats a lost request, ns.
const REPEATED_NS: u64 = 1_000_000_000;
/// The most by which a repeated request may differ in length, bytes: because of a number in it, and padding.
const ALIKE: u64 = 32;

/// Whether the origin counted no more requests than responses were seen.
fn are_as_many_answered(case: &Case) -> bool {
    let answered = case.pass.counts.exchanges.saturating_sub(case.pass.counts.unanswered);
    case.pass.origin.as_ref().is_some_and(|origin| origin.requests <= answered)
}

fn about_unanswered(case: &Case, unanswered: u64) -> String {
    let closed = |how: Close| plain(case).filter(|one| one.close == how && without_answer(one) > 0).count() as u64;
    let server = closed(Close::ServerWaiting);
    let client = closed(Close::ClientWaiting).saturating_sub(at_end(case).requests);
    let who = match (server, client) {
        (0, 0) => String::new(),
        (0, _) => ": the client closed these connections".to_owned(),
        (_, 0) => ": the server closed these connections".to_owned(),
        _ => format!(": the server closed {}, the client {client}", count(server, "connection")),
    };
    format!("{} had no response{who}.", count(unanswered, "request"))
}

fn plain<'a>(case: &'a Case) -> impl Iterator<Item = &'a Connection> {
    case.pass.connections.iter().filter(|connection| !case.may_be_h2(connection))
}

fn without_answer(connection: &Connection) -> u64 {
    // If not all exchanges were kept, the connection ended in the last one.
    let hidden = connection.exchanged > connection.exchanges.len() as u64 && connection.close == Close::ClientWaiting;
    connection.exchanges.iter().filter(|one| one.answered_ns.is_none()).count() as u64 + u64::from(hidden)
}
