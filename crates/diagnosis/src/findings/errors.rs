//! Requests without an answer, hosts that were not reached, handshakes that were broken off. One is enough: a failure
//! costs more than any handshake.
//!
//! Handshakes that an alert ended are `alerts`'. Where HTTP/2 may be spoken the last frames of a connection look like a
//! request without an answer, so its connections are left out. What is encrypted is inferred.

use observation::{Close, Connection};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::findings::alerts;
use crate::words::were;

pub(crate) fn find(case: &Case) -> Option<Finding> {
    let counts = &case.pass.counts;
    let mut evidence: Vec<String> = counts
        .not_reached
        .iter()
        .map(|(reason, times)| format!("{} not carried on: {reason}.", were(*times, "connection")))
        .collect();
    let closes = |how| counts.closes.get(&how).copied().unwrap_or(0);
    let broken =
        (closes(Close::ClientHandshaking) + closes(Close::ServerHandshaking)).saturating_sub(alerts::seen(case));
    if broken > 0 {
        let by_client = closes(Close::ClientHandshaking) >= closes(Close::ServerHandshaking);
        let who = if by_client { "client" } else { "server" };
        evidence.push(format!("{} broken off without an alert, mostly by the {who}.", were(broken, "handshake")));
    }
    let is_proven = !evidence.is_empty();
    let unanswered = unanswered(case);
    if let Some(number) = unanswered {
        evidence.push(about_unanswered(case, number));
    }
    let perhaps = counts.perhaps_unanswered.min(unanswered.unwrap_or(0));
    if perhaps > 0 {
        evidence.push(format!(
            "To {perhaps} of them the server sent no more than what may be its tickets, or a short answer after which the \
             client kept the connection idle: TLS 1.3 hides which."
        ));
    }
    if evidence.is_empty() {
        return None;
    }
    let is_clear = is_proven || counts.tls == 0;
    let all_perhaps = unanswered == Some(perhaps);
    Some(Finding {
        code: Code::Errors,
        confidence: match (is_clear, all_perhaps) {
            (true, _) => Confidence::Proven,
            (false, true) => Confidence::Suspected,
            (false, false) => Confidence::Inferred,
        },
        evidence,
        cost: None,
        advice: vec![Advice::any(
            "Look at the command's own messages first, and at timeouts on either side that are shorter than the \
             answer takes.",
        )],
    })
}

/// Requests without an answer; `None` where there are none. Those that the end of the pass cut off are not counted.
fn unanswered(case: &Case) -> Option<u64> {
    let counts = &case.pass.counts;
    let all = match counts.may_be_h2 {
        0 => counts.unanswered,
        _ => plain(case).map(without_answer).sum(),
    };
    let cut_off: u64 = plain(case).filter(|connection| connection.close == Close::Open).map(without_answer).sum();
    Some(all.saturating_sub(cut_off)).filter(|unanswered| *unanswered > 0)
}

fn about_unanswered(case: &Case, unanswered: u64) -> String {
    let counts = &case.pass.counts;
    let closed = |how: Close| match counts.may_be_h2 {
        0 => counts.closes.get(&how).copied().unwrap_or(0),
        _ => plain(case).filter(|connection| connection.close == how).count() as u64,
    };
    format!(
        "{} never answered; the server ended {} of these connections, the client {}.",
        were(unanswered, "request"),
        closed(Close::ServerWaiting),
        closed(Close::ClientWaiting)
    )
}

fn plain<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Connection> {
    case.pass.connections.iter().filter(|connection| !connection.may_be_h2)
}

fn without_answer(connection: &Connection) -> u64 {
    connection.exchanges.iter().filter(|one| one.answered_ns.is_none()).count() as u64
}
