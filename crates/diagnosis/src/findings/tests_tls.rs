//! Findings about handshakes, sessions, certificates and alerts.

use observation::{Connection, Handshake, ObservedRun, Turn};
use wire::{Chain, HandshakeKind, LeafKey, Side};

use crate::fixtures::{MS, handshake, hello, kept, one_after_another, own, proxy, url};
use crate::{Code, Confidence, Diagnosis};

/// Ten connections, of which the first `changed` have changed handshakes.
fn with(changed: usize, change: impl Fn(&mut Handshake)) -> ObservedRun {
    let mut connections: Vec<Connection> = one_after_another(10);
    let handshakes = connections.iter_mut().filter_map(|connection| connection.handshake.as_deref_mut());
    handshakes.take(changed).for_each(change);
    own(connections)
}

fn old(one: &mut Handshake) {
    *one = handshake("TLSv1.2", one.began_ns.unwrap() / MS, one.finished_ns.unwrap() / MS);
}

#[test]
fn tls12_is_found_from_a_tenth_on_and_whose_doing_it_is() {
    let evidence = |found: &Diagnosis| found.finding(Code::TLS12).evidence[1].clone();
    let servers = proxy(with(1, old));
    assert_eq!(servers.others(), [Code::TLS12]);
    assert!(evidence(&servers).contains("the server did not accept it"));
    let clients = proxy(with(10, |one| {
        old(one);
        one.hello = Some(hello(&["TLSv1.2"]));
    }));
    assert!(evidence(&clients).contains("client did not offer"));
    let mut rare = with(1, old);
    rare.counts.handshakes = 11;
    assert_eq!(proxy(rare).others(), []);
    assert_eq!(proxy(with(0, old)).others(), []);
}

#[test]
fn tls12_saves_a_round_trip_of_each_full_handshake_of_its_own() {
    let resumed = |one: &mut Handshake| {
        old(one);
        one.kind = Some(HandshakeKind::Resumed);
    };
    let saves = |pass: ObservedRun| proxy(pass).finding(Code::TLS12).saves_ns;
    let full = saves(with(10, old));
    assert!(full > 0);
    assert_eq!(saves(with(10, resumed)), 0);
    let mut others_resumed = with(10, old);
    others_resumed.counts.full = 1;
    assert_eq!(saves(others_resumed), full, "what handshakes of TLS 1.3 were does not matter");
}

fn full_again(mut pass: ObservedRun, full_again: u64, resumed: u64, tickets: u64) -> ObservedRun {
    let host = &mut pass.hosts[0];
    (host.full_again, host.resumed, host.tickets) = (full_again, resumed, tickets);
    pass
}

#[test]
fn full_handshakes_again_are_found_where_the_server_gives_sessions() {
    let again = |full, resumed, tickets| full_again(with(0, old), full, resumed, tickets);
    assert_eq!(url(1.0, again(3, 0, 0)).others(), [Code::NO_RESUMPTION]);
    assert_eq!(url(1.0, again(2, 0, 0)).others(), []);
    assert_eq!(url(1.0, again(9, 1, 0)).others(), [], "a tenth is resumed");
    assert_eq!(proxy(again(11, 1, 0)).finding(Code::NO_RESUMPTION).confidence, Confidence::Proven);
    assert_eq!(proxy(again(3, 0, 1)).others(), [Code::NO_RESUMPTION], "a ticket was seen");
}

#[test]
fn whether_tls13_gives_sessions_is_not_visible_and_that_is_said() {
    let found = proxy(full_again(with(0, old), 9, 0, 0));
    assert_eq!(found.others(), []);
    assert!(
        found.notes.iter().any(|note| note.contains("a.test:443") && note.contains("encrypts")),
        "{:?}",
        found.notes
    );
}

#[test]
fn a_pool_that_opens_its_connections_one_by_one_has_nothing_to_resume() {
    let one = kept(5).remove(0);
    let pool: Vec<Connection> = (1..=4).map(|number| Connection { number, ..one.clone() }).collect();
    let pass = full_again(own(pool), 3, 0, 0);
    assert_eq!(url(4.0, pass.clone()).others(), []);
    let mut of_others = pass;
    for connection in of_others.connections.iter_mut().skip(1) {
        connection.host = "b.test:443".to_owned();
    }
    assert_eq!(
        url(4.0, of_others).others(),
        [Code::NO_RESUMPTION],
        "it needed one at once; what another host did is not its"
    );
}

#[test]
fn a_second_hello_is_found_from_a_tenth_on() {
    let retried = |of: u64| {
        let mut pass = with(1, |one| one.retried = true);
        (pass.counts.retried, pass.counts.tls) = (1, of);
        proxy(pass).others()
    };
    assert_eq!(retried(10), [Code::HELLO_RETRY]);
    assert_eq!(retried(11), []);
}

#[test]
fn a_turn_too_many_is_found_in_three_handshakes_and_a_second_hello_is_none() {
    let turn = Turn { of: Side::Server, from_ns: 0, until_ns: MS };
    let more = |changed, retried| {
        proxy(with(changed, |one| {
            one.turns.push(turn);
            one.retried = retried;
        }))
        .others()
    };
    assert_eq!(more(3, false), [Code::EXTRA_ROUND_TRIPS]);
    assert_eq!(more(2, false), []);
    assert_eq!(more(3, true), []);
}

fn chain(certificates: u32, bytes: u32, kind: &str) -> impl Fn(&mut Handshake) {
    let leaf = Some(LeafKey { kind: kind.to_owned(), bits: 2_048 });
    move |one| {
        old(one);
        one.chain = Some(Chain { certificates, bytes, leaf: leaf.clone() });
        one.server_flight_bytes = u64::from(bytes);
    }
}

#[test]
fn long_chains_are_found_in_clear_by_number_and_size() {
    let found = |certificates, bytes| proxy(with(10, chain(certificates, bytes, "ECDSA P-256"))).others();
    assert_eq!(found(3, 6_000), [Code::TLS12]);
    assert_eq!(found(4, 6_000), [Code::TLS12, Code::LONG_CHAIN]);
    assert_eq!(found(3, 6_001), [Code::TLS12, Code::LONG_CHAIN]);
}

#[test]
fn a_flight_beyond_the_first_window_is_inferred_in_tls13() {
    let flight = |bytes| proxy(with(10, |one| one.server_flight_bytes = bytes));
    assert_eq!(flight(14_480).others(), []);
    let found = flight(14_481);
    assert_eq!(found.finding(Code::LONG_CHAIN).confidence, Confidence::Inferred);
    assert_eq!(url(1.0, with(10, |one| one.server_flight_bytes = 20_000)).others(), [], "the origin's own");
}

#[test]
fn an_rsa_key_is_found_where_certificates_are_in_clear() {
    assert_eq!(proxy(with(10, chain(2, 3_000, "RSA"))).others(), [Code::TLS12, Code::RSA_LEAF]);
    assert_eq!(proxy(with(10, chain(2, 3_000, "ECDSA P-256"))).others(), [Code::TLS12]);
    assert_eq!(url(1.0, with(10, chain(2, 3_000, "RSA"))).others(), [Code::TLS12]);
}

#[test]
fn distrust_is_told_by_its_alert_and_the_usual_end_is_none() {
    let alert = |name: &str| {
        let mut pass = own(kept(5));
        pass.counts.alerts.insert(name.to_owned(), 1);
        url(1.0, pass)
    };
    let found = alert("client unknown_ca");
    assert_eq!(found.others(), [Code::ALERTS]);
    let finding = found.finding(Code::ALERTS);
    assert_eq!(finding.confidence, Confidence::Proven);
    assert!(finding.advice.iter().any(|advice| advice.text.contains("REQUESTS_CA_BUNDLE")));
    assert_eq!(alert("client close_notify").others(), []);
}

#[test]
fn a_hidden_alert_is_inferred_and_proven_where_the_origin_names_it() {
    let mut pass = own(kept(5));
    pass.counts.hidden_alerts = 1;
    assert_eq!(proxy(pass.clone()).finding(Code::ALERTS).confidence, Confidence::Inferred);
    let failures = [("remote error: tls: unknown certificate authority".to_owned(), 1)].into();
    pass.origin = Some(ledger::Side { requests: 5, failures, ..ledger::Side::default() });
    assert_eq!(url(1.0, pass).finding(Code::ALERTS).confidence, Confidence::Proven);
}
