//! Describes one connection in a sentence.

use observation::{Close, Connection, Doing, ObservedRun};
use wire::HandshakeKind;

use super::drawn::{self, Drawn, parts};
use super::sanitize::{NAME, sanitize};
use crate::format::{grouped, time};

/// The host, the time in each state, and how the connection ended: the text alternative of its lane.
pub(crate) fn told(connection: &Connection, end_ns: u64) -> String {
    let host =
        if connection.host.is_empty() { String::new() } else { format!(" to {}", sanitize(&connection.host, NAME)) };
    let mut told = format!("connection {}{host}, opened after {}: ", connection.number, ns(connection.opened_ns));
    let parts = parts(connection, end_ns);
    for what in drawn::ALL {
        let spent: u64 = parts
            .iter()
            .filter(|part| part.what == what)
            .map(|part| part.until_ns.saturating_sub(part.from_ns))
            .fold(0, u64::saturating_add);
        if spent > 0 {
            let of = if what == Drawn::Doing(Doing::Handshake) { negotiated(connection) } else { String::new() };
            told.push_str(&format!("{}{of} {}, ", what.name(), ns(spent)));
        }
    }
    let requests = match connection.exchanged {
        1 => "1 request".to_owned(),
        some => format!("{} requests", grouped(some as f64)),
    };
    told + &format!("{requests}, {}", ended(connection))
}

/// Whether the connections of `pass` went to several hosts, so that each must be named.
pub(crate) fn names_hosts(pass: &ObservedRun) -> bool {
    pass.hosts.len() > 1
}

/// The host of a connection, in at most `letters` characters. The port of HTTPS is omitted.
pub(crate) fn place(connection: &Connection, letters: usize) -> String {
    sanitize(connection.host.strip_suffix(":443").unwrap_or(&connection.host), letters)
}

/// What was negotiated, as ` (TLSv1.3, resumed)`.
fn negotiated(connection: &Connection) -> String {
    let Some(handshake) = &connection.handshake else { return String::new() };
    let version = handshake.answer.as_ref().map(|answer| sanitize(&answer.version, 20));
    let kind = handshake.kind.map(|kind| match kind {
        HandshakeKind::Full => "full".to_owned(),
        HandshakeKind::Resumed => "resumed".to_owned(),
    });
    let retried = handshake.retried.then(|| "second ClientHello".to_owned());
    let words: Vec<String> = version.into_iter().chain(kind).chain(retried).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

fn ended(connection: &Connection) -> String {
    match (&connection.connecting.failure, connection.closed_ns) {
        (Some(failure), _) => format!("not reached: {}", sanitize(failure, NAME)),
        (None, Some(at)) => format!("{} after {}", closed(connection.close), ns(at)),
        (None, None) => closed(connection.close).to_owned(),
    }
}

/// The way in which a connection ended, in words.
pub(crate) fn closed(close: Close) -> &'static str {
    match close {
        Close::Open => "open at the end",
        Close::Client => "closed by the client",
        Close::ClientWaiting => "closed by the client while it was waiting for a response",
        Close::ClientHandshaking => "closed by the client during the handshake",
        Close::Server => "closed by the server",
        Close::ServerWaiting => "closed by the server while the client was waiting for a response",
        Close::ServerHandshaking => "closed by the server during the handshake",
        Close::NotReached => "host not reached",
    }
}

fn ns(ns: u64) -> String {
    time(ns as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::fixtures::serialized;

    #[test]
    fn a_lane_tells_its_figures() {
        let observation = serialized(10);
        let told = told(&observation.passes[1].connections[2], u64::MAX);
        assert_eq!(
            told,
            "connection 3 to api.example.com:443, opened after 104 ms: connecting 1.0 ms, handshake (TLSv1.3, full) \
             5.0 ms, open, unused 400 ms, waiting for response 200 ms, receiving response 1.0 ms, 1 request, closed by \
             the client after 711 ms"
        );
    }
}
