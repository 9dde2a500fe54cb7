//! Adds a connection that has ended to the exact counts.

use wire::{HandshakeKind, Protocol, Side};

use crate::connection::{Connection, Handshake};
use crate::recorder::{HELD_NS, Totals, count};

/// Adds everything about `connection` that is counted once, when it ends.
pub(crate) fn account(totals: &mut Totals, connection: &Connection, protocol: Protocol) {
    let counts = &mut totals.counts;
    count(&mut counts.closes, connection.close);
    counts.bytes_up += connection.bytes_up;
    counts.bytes_down += connection.bytes_down;
    counts.may_be_h2 += u64::from(connection.may_be_h2);
    counts.other += u64::from(protocol == Protocol::Other);
    if let Some(handshake) = &connection.handshake {
        of_handshake(totals, &connection.host, handshake);
    }
}

fn of_handshake(totals: &mut Totals, host: &str, handshake: &Handshake) {
    totals.counts.tls += 1;
    totals.counts.retried += u64::from(handshake.retried);
    totals.counts.hidden_alerts += u64::from(handshake.hidden_alert);
    for turn in &handshake.turns {
        match turn.of {
            Side::Client => {
                totals.histograms.client_turns.add(turn.ns());
                if turn.ns() >= HELD_NS {
                    totals.histograms.held.add(turn.ns());
                }
            }
            Side::Server => totals.histograms.server_turns.add(turn.ns()),
        }
    }
    let Some(finished) = handshake.finished_ns else {
        totals.counts.unfinished += 1;
        return;
    };
    totals.histograms.handshake.add(finished.saturating_sub(handshake.began_ns.unwrap_or(finished)));
    let counts = &mut totals.counts;
    counts.handshakes += 1;
    match handshake.kind {
        Some(HandshakeKind::Full) => counts.full += 1,
        Some(HandshakeKind::Resumed) => counts.resumed += 1,
        None => {}
    }
    if let Some(answer) = &handshake.answer {
        count(&mut counts.versions, answer.version.clone());
        count(&mut counts.suites, answer.suite.clone());
    }
    if let Some(group) = &handshake.group {
        count(&mut counts.groups, group.clone());
    }
    let Some(host) = totals.host(host) else { return };
    host.handshakes += 1;
    host.resumed += u64::from(handshake.kind == Some(HandshakeKind::Resumed));
    host.full_again += u64::from(handshake.kind == Some(HandshakeKind::Full) && handshake.could_resume);
    host.tickets += u64::from(handshake.ticket);
    let offered = handshake.hello.as_ref().is_some_and(|hello| hello.offers_psk || hello.offers_ticket);
    host.offered_session += u64::from(offered);
}
