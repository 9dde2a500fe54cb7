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
    evidence.extend(unanswered(case));
    if evidence.is_empty() {
        return None;
    }
    Some(Finding {
        code: Code::Errors,
        confidence: if is_proven || counts.tls == 0 { Confidence::Proven } else { Confidence::Inferred },
        evidence,
        cost: None,
        advice: vec![Advice::any(
            "Look at the command's own messages first, and at timeouts on either side that are shorter than the \
             answer takes.",
        )],
    })
}

/// Requests that the end of the pass cut off are not counted.
fn unanswered(case: &Case) -> Option<String> {
    let counts = &case.pass.counts;
    let plain = || case.pass.connections.iter().filter(|connection| !connection.may_be_h2);
    let closed = |how: Close| match counts.may_be_h2 {
        0 => counts.closes.get(&how).copied().unwrap_or(0),
        _ => plain().filter(|connection| connection.close == how).count() as u64,
    };
    let all = match counts.may_be_h2 {
        0 => counts.unanswered,
        _ => plain().map(without_answer).sum(),
    };
    let cut_off: u64 = plain().filter(|connection| connection.close == Close::Open).map(without_answer).sum();
    let unanswered = all.saturating_sub(cut_off);
    (unanswered > 0).then(|| {
        format!(
            "{} never answered; the server ended {} of these connections, the client {}.",
            were(unanswered, "request"),
            closed(Close::ServerWaiting),
            closed(Close::ClientWaiting)
        )
    })
}

fn without_answer(connection: &Connection) -> u64 {
    connection.exchanges.iter().filter(|one| one.answered_ns.is_none()).count() as u64
}
