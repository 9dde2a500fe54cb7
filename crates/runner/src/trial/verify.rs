//! Checks whether a trial did its work: counts its responses, and compares them with the origin's ledger.
//!
//! Each broken rule gives one sentence. A trial with any of them is invalid, and none of its figures is a result.

use ledger::{Negotiated, Side};
use measure::histogram;
use measure::protocol::Seen;
use measure::recorder::FROM_START;
use measure::result::{Handshake, Terms};
use params::TlsVersion;
use workload::{Body, Cell, Connection, Requests, Workload};

/// The evidence of a trial.
pub(crate) struct Evidence<'a> {
    pub(crate) cell: &'a Cell,
    pub(crate) workload: &'a Workload,
    pub(crate) seen: &'a Seen,
    /// The origin's counts on the cell's transport in the measured part.
    pub(crate) measured: &'a Side,
    /// Its counts there while the engine warmed up.
    pub(crate) warm_up: &'a Side,
    /// Its counts on the other transport from start to end.
    pub(crate) other: &'a Side,
    /// What every handshake must have negotiated.
    pub(crate) pinned: &'a Handshake,
    /// The terms of the cell.
    pub(crate) terms: Terms,
}

/// The rules that are broken, one sentence each; none for a valid trial.
pub(crate) fn broken_rules(evidence: &Evidence<'_>) -> Vec<String> {
    let mut broken = broken_answers(evidence.workload, evidence.seen);
    if evidence.terms == Terms::Floor {
        broken.extend(floor(evidence));
        return broken;
    }
    broken.extend(requests(evidence));
    if !evidence.terms.compares() {
        return broken;
    }
    broken.extend(connections(evidence));
    if evidence.cell.is_tls() {
        broken.extend(handshakes(evidence));
        broken.extend(negotiated(evidence));
    }
    broken
}

/// The number of requests: N, or for a duration, as many as the engine reports.
fn asked(workload: &Workload, seen: &Seen) -> u64 {
    workload.requests().map_or_else(|| told(seen), Requests::get)
}

/// The number of requests that the engine reports.
fn told(seen: &Seen) -> u64 {
    seen.errors.values().fold(seen.right, |sum, error| sum.saturating_add(error.count))
}

/// The rules that can be checked without a ledger.
pub(crate) fn broken_answers(workload: &Workload, seen: &Seen) -> Vec<String> {
    let asked = asked(workload, seen);
    let wrong = seen.errors.iter();
    let mut broken: Vec<String> = wrong
        .map(|(kind, error)| format!("{} of {asked} requests failed ({kind}): {}", error.count, error.first))
        .collect();
    let told = told(seen);
    if told != asked {
        broken.push(format!("the engine reports {told} requests instead of {asked}"));
    }
    if told == 0 {
        broken.push("the engine reports no request".to_owned());
    }
    if seen.late.is_some_and(|late| late > told) {
        broken.push(format!("the engine reports {told} requests, and more that were late"));
    }
    for (name, text) in &seen.histograms {
        match histogram::decode(text) {
            Ok(times) if ["total", FROM_START].contains(&name.as_str()) && times.len() != seen.right => {
                let count = times.len();
                broken
                    .push(format!("the latency histogram {name} has {count} requests, but {} were right", seen.right));
            }
            Ok(_) => {}
            Err(error) => broken.push(format!("the histogram {name:?}: {error}")),
        }
    }
    broken
}

/// The rules of a floor, which opens no connection and reports its client's cost itself.
fn floor(evidence: &Evidence<'_>) -> Vec<String> {
    let Evidence { measured, warm_up, other, seen, .. } = evidence;
    let mut broken = Vec::new();
    let sum = |count: fn(&Side) -> u64| count(measured) + count(warm_up) + count(other);
    let (accepts, requests) = (sum(|side| side.accepts), sum(|side| side.requests));
    if accepts > 0 || requests > 0 {
        broken
            .push(format!("the origin saw {accepts} connections and {requests} requests of a floor, which makes none"));
    }
    if seen.client_cpu_ns.is_none_or(|ns| ns == 0) {
        broken.push("the engine does not report the cost of the client's side".to_owned());
    }
    broken
}

fn requests(evidence: &Evidence<'_>) -> Vec<String> {
    let asked = asked(evidence.workload, evidence.seen);
    let served = evidence.measured.requests;
    let mut broken = Vec::new();
    if served != asked {
        broken.push(format!("the origin served {served} requests instead of {asked}"));
    }
    if let Body::Sized { length, .. } = evidence.workload.expectation().body {
        let (sent, due) = (evidence.measured.body_bytes, length.saturating_mul(asked));
        if sent != due {
            broken.push(format!("the origin sent {sent} bytes of bodies instead of {due}"));
        }
    }
    let Side { accepts, requests, .. } = evidence.other;
    if *accepts > 0 || *requests > 0 {
        broken.push(format!("the origin's other transport saw {accepts} connections and {requests} requests"));
    }
    broken
}

fn connections(evidence: &Evidence<'_>) -> Option<String> {
    let asked = asked(evidence.workload, evidence.seen);
    let kind = evidence.cell.connection;
    let slots = u64::from(evidence.workload.slots());
    // A pool may have opened one more connection while it waited for another to be returned: a tolerance of 1 % of the
    // slots, and one per thousand requests, whose cost is negligible even with handshakes.
    let spare = if evidence.terms == Terms::Pooled { slots.div_ceil(100) + asked / 1000 } else { 0 };
    let accepts = evidence.measured.accepts;
    let all = evidence.warm_up.accepts + accepts;
    match kind {
        Connection::NewConn | Connection::Resumed | Connection::NewClient => (accepts != asked).then(|| {
            format!("the origin accepted {accepts} connections, {} makes one for each of {asked} requests", kind.name())
        }),
        Connection::KeepAlive if all > slots + spare => {
            Some(format!("the origin accepted {all} connections, keep-alive opens {} at most", slots + spare))
        }
        // The warm-up opens them all: the handshake of one opened in the measured part would count as the cost of kept
        // ones.
        Connection::KeepAlive => (accepts > spare)
            .then(|| format!("{accepts} connections were opened in the measured part, keep-alive opens them before")),
        Connection::KeepAliveFor(each) => {
            let requests = evidence.warm_up.requests + evidence.measured.requests;
            let least = requests.div_ceil(u64::from(each.get()));
            // Each slot's last connection may carry fewer requests.
            let most = requests / u64::from(each.get()) + slots + spare;
            let kind = kind.name();
            (!(least..=most).contains(&all))
                .then(|| format!("the origin accepted {all} connections, {kind} opens {least} to {most}"))
        }
        Connection::Own => None,
    }
}

fn handshakes(evidence: &Evidence<'_>) -> Vec<String> {
    let made = evidence.measured.handshakes;
    let kind = evidence.cell.connection;
    let asked = asked(evidence.workload, evidence.seen);
    let mut broken = Vec::new();
    let full = matches!(kind, Connection::NewConn | Connection::NewClient);
    if full && made.full != asked {
        let kind = kind.name();
        broken.push(format!("the origin saw {} full handshakes, {kind} makes one for each of {asked}", made.full));
    }
    let resumed = made.resumed + evidence.warm_up.handshakes.resumed;
    match kind {
        // The first handshake of each slot, which must be full, belongs to the warm-up.
        Connection::Resumed if made.resumed != asked => broken.push(format!(
            "the origin saw {} resumed and {} full handshakes, resumed resumes each of {asked}",
            made.resumed, made.full
        )),
        Connection::Resumed => {}
        _ if resumed > 0 => broken.push(format!("{resumed} sessions were resumed")),
        _ => {}
    }
    if made.failed > 0 {
        let reasons: Vec<&str> = evidence.measured.failures.keys().map(String::as_str).collect();
        broken.push(format!("{} handshakes failed: {}", made.failed, reasons.join("; ")));
    }
    broken
}

fn negotiated(evidence: &Evidence<'_>) -> Vec<String> {
    let all = || evidence.warm_up.negotiated.iter().chain(&evidence.measured.negotiated);
    let mut broken: Vec<String> = all()
        .filter(|found| !is_pinned(found, evidence))
        .map(|found| {
            let Negotiated { version, suite, group, alpn, count } = found;
            format!("{count} handshakes negotiated {version} {suite} {group} {alpn:?}, which is not what was pinned")
        })
        .collect();
    if all().next().is_none() {
        broken.push("the origin saw no handshake at all".to_owned());
    }
    broken
}

fn is_pinned(found: &Negotiated, evidence: &Evidence<'_>) -> bool {
    let pinned = evidence.pinned;
    // A client that offers no protocol gets HTTP/1.1 too (RFC 7301 §3.1): older libraries of other languages cannot
    // offer any.
    let unoffered = evidence.terms == Terms::Pooled && found.alpn.is_empty();
    // A session of TLS 1.2 is resumed without a key exchange (RFC 5246 §7.3).
    let unexchanged = evidence.cell.connection == Connection::Resumed
        && evidence.cell.axes.tls_version == TlsVersion::Tls12
        && found.group.is_empty();
    found.version == pinned.version
        && found.suite == pinned.suite
        && (found.group == pinned.group || unexchanged)
        && (found.alpn == pinned.alpn || unoffered)
}

#[cfg(test)]
mod tests {
    use ledger::Handshakes;
    use measure::protocol::ErrorCount;

    use super::*;

    const N: u64 = 10;

    fn pinned() -> Handshake {
        Handshake {
            version: "TLSv1.3".into(),
            suite: "TLS_AES_128_GCM_SHA256".into(),
            group: "x25519".into(),
            alpn: "http/1.1".into(),
            certificate: "ECDSA P-256".into(),
        }
    }

    fn settled(group: &str, count: u64) -> Negotiated {
        let Handshake { version, suite, alpn, .. } = pinned();
        Negotiated { version, suite, group: group.into(), alpn, count }
    }

    fn honest() -> Side {
        Side {
            accepts: N,
            requests: N,
            handshakes: Handshakes { full: N, resumed: 0, failed: 0 },
            negotiated: vec![settled("x25519", N)],
            ..Side::default()
        }
    }

    fn seen() -> Seen {
        Seen { right: N, ..Seen::default() }
    }

    fn judge(cell: &str, seen: &Seen, measured: &Side, warm_up: &Side, other: &Side) -> Vec<String> {
        judge_on(Terms::Pinned, cell, seen, measured, warm_up, other)
    }

    fn judge_on(terms: Terms, cell: &str, seen: &Seen, measured: &Side, warm_up: &Side, other: &Side) -> Vec<String> {
        judge_of(workload::Amount::Requests(N.try_into().unwrap()), terms, cell, seen, measured, warm_up, other)
    }

    fn judge_of(
        amount: workload::Amount,
        terms: Terms,
        cell: &str,
        seen: &Seen,
        measured: &Side,
        warm_up: &Side,
        other: &Side,
    ) -> Vec<String> {
        let workload = Workload::of("/get".parse().unwrap(), amount, 4.try_into().unwrap());
        let cell = &cell.parse().unwrap();
        broken_rules(&Evidence { cell, workload: &workload, seen, measured, warm_up, other, pinned: &pinned(), terms })
    }

    fn new_conn(seen: &Seen, measured: &Side) -> Vec<String> {
        judge("m/c/rustls/new-conn", seen, measured, &Side::default(), &Side::default())
    }

    fn one(broken: Vec<String>, words: &str) {
        assert!(broken.len() == 1 && broken[0].contains(words), "{broken:?} should say only {words:?}");
    }

    #[test]
    fn honest_work_breaks_no_rule() {
        assert_eq!(new_conn(&seen(), &honest()), Vec::<String>::new());
        let kept = Side { requests: N, ..Side::default() };
        let opened = Side { accepts: 4, requests: 4, negotiated: vec![settled("x25519", 4)], ..Side::default() };
        assert_eq!(judge("m/c/rustls/keep-alive", &seen(), &kept, &opened, &Side::default()), Vec::<String>::new());
    }

    #[test]
    fn a_request_that_was_never_made_is_missed() {
        one(new_conn(&Seen { right: N - 1, ..Seen::default() }, &honest()), "reports 9 requests");
        let cached = Side { requests: N - 1, ..honest() };
        one(new_conn(&seen(), &cached), "served 9 requests");
    }

    #[test]
    fn what_was_made_in_a_time_is_held_against_the_ledger() {
        let second = workload::Amount::Duration(1_000_000_000.try_into().unwrap());
        let none = Side::default();
        let judged = |seen: &Seen, measured: &Side| {
            judge_of(second, Terms::Pinned, "m/c/rustls/new-conn", seen, measured, &none, &none)
        };
        assert_eq!(judged(&seen(), &honest()), Vec::<String>::new());
        one(judged(&seen(), &Side { requests: N - 1, ..honest() }), "served 9 requests instead of 10");
        let nothing = Side { negotiated: vec![settled("x25519", 1)], ..Side::default() };
        one(judged(&Seen::default(), &nothing), "reports no request");
        one(judged(&Seen { late: Some(N + 1), ..seen() }, &honest()), "and more that were late");
    }

    #[test]
    fn wrong_answers_are_told_by_kind() {
        let errors = [("status".to_owned(), ErrorCount { count: 1, first: "503 instead of 200".into() })];
        one(new_conn(&Seen { right: N - 1, errors: errors.into(), ..Seen::default() }, &honest()), "(status): 503");
        let lying = [("total".to_owned(), "nonsense".to_owned())];
        one(new_conn(&Seen { histograms: lying.into(), ..seen() }, &honest()), "HdrHistogram");
    }

    #[test]
    fn kept_and_resumed_connections_are_no_new_ones() {
        one(new_conn(&seen(), &Side { accepts: 1, ..honest() }), "accepted 1 connections");
        let resumed = Handshakes { full: 1, resumed: N - 1, failed: 0 };
        assert_eq!(new_conn(&seen(), &Side { handshakes: resumed, ..honest() }).len(), 2);
        let failed = Handshakes { full: N, resumed: 0, failed: 1 };
        one(new_conn(&seen(), &Side { handshakes: failed, ..honest() }), "1 handshakes failed");
    }

    #[test]
    fn more_connections_than_slots_are_no_keep_alive() {
        let side = |accepts| Side { accepts, requests: N, ..Side::default() };
        let broken = judge("m/c/plain/keep-alive", &seen(), &side(0), &side(5), &Side::default());
        one(broken, "keep-alive opens 4 at most");
        let broken = judge("m/c/plain/keep-alive", &seen(), &side(1), &side(3), &Side::default());
        one(broken, "opened in the measured part");
    }

    #[test]
    fn resumed_sessions_are_all_resumed() {
        let resumed = Handshakes { full: 0, resumed: N, failed: 0 };
        let first = Side { handshakes: Handshakes { full: 4, resumed: 0, failed: 0 }, ..honest() };
        let judged = |measured: &Side| judge("m/c/rustls/resumed", &seen(), measured, &first, &Side::default());
        assert_eq!(judged(&Side { handshakes: resumed, ..honest() }), Vec::<String>::new());
        let one_full = Handshakes { full: 1, resumed: N - 1, failed: 0 };
        one(judged(&Side { handshakes: one_full, ..honest() }), "1 full");
    }

    #[test]
    fn connections_of_so_many_requests_are_counted_over_warm_up_and_all() {
        let side = |accepts, requests| Side { accepts, requests, ..Side::default() };
        let judged =
            |accepts| judge("m/c/plain/keep-alive:2", &seen(), &side(accepts, N), &side(4, 4), &Side::default());
        // 14 requests, two to a connection, by four slots: 7 connections if none is left over.
        for accepts in 3..=7 {
            assert_eq!(judged(accepts), Vec::<String>::new(), "{accepts}");
        }
        one(judged(2), "keep-alive:2 opens 7 to 11");
        one(judged(8), "keep-alive:2 opens 7 to 11");
    }

    #[test]
    fn another_handshake_than_the_pinned_one_is_told() {
        let mixed = vec![settled("x25519", N - 1), settled("secp256r1", 1)];
        one(new_conn(&seen(), &Side { negotiated: mixed, ..honest() }), "secp256r1");
        one(new_conn(&seen(), &Side { negotiated: Vec::new(), ..honest() }), "no handshake at all");
    }

    #[test]
    fn a_floor_leaves_no_trace_and_tells_its_cost() {
        let blank = Side::default();
        let judged = |seen: &Seen, measured: &Side, other: &Side| {
            judge_on(Terms::Floor, "floor/memory/rustls/new-conn", seen, measured, &Side::default(), other)
        };
        let told = Seen { client_cpu_ns: Some(1_000), ..seen() };
        assert_eq!(judged(&told, &blank, &blank), Vec::<String>::new());
        one(judged(&seen(), &blank, &blank), "the cost of the client's side");
        one(judged(&told, &Side { accepts: 1, ..Side::default() }, &blank), "1 connections");
        one(judged(&told, &blank, &Side { requests: 2, ..Side::default() }), "2 requests");
        one(judged(&Seen { right: N - 1, ..told }, &blank, &blank), "reports 9 requests");
    }

    #[test]
    fn the_other_transport_stays_blank() {
        let broken = judge("m/c/rustls/new-conn", &seen(), &honest(), &Side::default(), &honest());
        one(broken, "other transport");
    }
}
