//! Both origins keep the same ledger: the same checks for each.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::support::{AUTHORITY, Connection, TlsClient, eventually, kinds, start};
use ledger::{Handshakes, Ledger, Negotiated, Side};
use origin::{Origin, Pins};
use params::{Group, TlsVersion};
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs::kx_group;

/// What the HTTPS side counted during `work`, and the reading at its end.
fn seen(origin: &mut Origin, work: impl FnOnce(&[SocketAddr])) -> (Side, Ledger) {
    let before = origin.mark().unwrap();
    let ports = origin.ready().https.clone();
    work(&ports);
    let after = origin.ledger().unwrap();
    (after.https.since(&before.https), after)
}

fn negotiated(version: &str, suite: &str, group: &str, count: u64) -> Negotiated {
    let [version, suite, group, alpn] = [version, suite, group, "http/1.1"].map(str::to_owned);
    Negotiated { version, suite, group, alpn, count }
}

#[test]
fn requests_and_connections_are_counted_on_their_side() {
    for kind in kinds() {
        let mut origin = start(kind, Pins::default());
        let mut bytes = 0;
        let (https, after) = seen(&mut origin, |ports| {
            for port in ports {
                let mut connection = TlsClient::usual().connect(*port);
                for target in ["/get", "/bytes/1000", "/status/404"] {
                    bytes += connection.get(target).body.len() as u64;
                }
            }
        });
        assert_eq!((https.accepts, https.requests, https.body_bytes), (2, 6, bytes));
        assert_eq!(https.handshakes, Handshakes { full: 2, resumed: 0, failed: 0 });
        assert_eq!(https.negotiated, [negotiated("TLSv1.3", "TLS_AES_128_GCM_SHA256", "x25519", 2)]);
        assert_eq!(https.offered, BTreeMap::from([("x25519,secp256r1".to_owned(), 2)]));
        assert_eq!((https.most_in_flight, https.failures.len()), (1, 0));
        assert_eq!(after.http, Side::default());

        let connections: Vec<u64> = https.log.iter().map(|served| served.connection).collect();
        assert_eq!(connections, [1, 1, 1, 2, 2, 2]);
        assert!(https.log.iter().all(|served| served.arrived_ns <= served.answered_ns));
        assert!(https.log.iter().all(|served| served.answered_ns <= after.now_ns));
        assert!(https.log.is_sorted_by_key(|served| served.arrived_ns));
        eventually("closed connections are no longer open", || origin.ledger().unwrap().https.open == 0);

        Connection::plain(origin.ready().http[0]).get("/get");
        let http = origin.ledger().unwrap().http;
        assert_eq!((http.accepts, http.requests, http.handshakes), (1, 1, Handshakes::default()));
        assert_eq!(http.log[0].connection, 3, "connections are numbered over both transports");
    }
}

#[test]
fn most_in_flight_is_what_the_client_had_in_flight_and_starts_anew_at_a_mark() {
    for kind in kinds() {
        let mut origin = start(kind, Pins::default());
        for concurrent in [5, 2] {
            let (https, _) = seen(&mut origin, |ports| {
                std::thread::scope(|scope| {
                    for index in 0..concurrent {
                        let port = ports[index % ports.len()];
                        scope.spawn(move || TlsClient::usual().connect(port).get("/delay/0.2"));
                    }
                });
            });
            let concurrent = concurrent as u64;
            assert_eq!((https.requests, https.most_in_flight), (concurrent, concurrent));
            assert_eq!((https.most_open, https.log.len() as u64), (concurrent, concurrent));
            eventually("closed connections are no longer open", || origin.ledger().unwrap().https.open == 0);
        }
        let marked = origin.mark().unwrap().https;
        assert_eq!((marked.most_in_flight, marked.most_open, marked.log.len(), marked.requests), (0, 0, 0, 7));
    }
}

/// A client in a closed loop sends its next request as soon as it has a response. If the old one still counted, there
/// would be more in flight than the client's limit.
#[test]
fn a_closed_loop_never_seems_to_exceed_itself() {
    for kind in kinds() {
        let mut origin = start(kind, Pins::default());
        let (https, _) = seen(&mut origin, |ports| {
            // The requests alternate over two connections, because on one the origin reads no request too early.
            let mut connections = [0, 1].map(|index| TlsClient::usual().connect(ports[index]));
            for index in 0..2000 {
                connections[index % 2].get("/get");
            }
        });
        assert_eq!((https.requests, https.most_in_flight, https.log.len()), (2000, 1, ledger::LOG_ROWS));
    }
}

#[test]
fn failed_handshakes_are_counted_with_a_reason() {
    for kind in kinds() {
        let name = kind.name();
        let mut origin = start(kind, Pins::default());
        let stranger = origin::Authority::create().unwrap();
        seen(&mut origin, |ports| {
            let distrusting =
                TlsClient::new(&stranger.root_file(), &[kx_group::X25519], Resumption::disabled()).connect(ports[0]);
            assert!({ distrusting }.request("GET", "/get").is_err());
            let of_another_group =
                TlsClient::new(&AUTHORITY.root_file(), &[kx_group::SECP256R1], Resumption::disabled());
            assert!(of_another_group.connect(ports[0]).request("GET", "/get").is_err());
            assert!(Connection::plain(ports[0]).request("GET", "/get").map_or(400, |reply| reply.status) == 400);
        });
        // The last one may not be counted yet: the client doesn't wait for that.
        eventually("three handshakes failed", || origin.ledger().unwrap().https.handshakes.failed == 3);
        let https = origin.ledger().unwrap().https;
        assert_eq!(https.failures.values().sum::<u64>(), 3, "{name}: {:?}", https.failures);
        assert_eq!(https.failures.len(), 3, "{name}: each has a reason of its own: {:?}", https.failures);
        assert!(!https.failures.keys().any(|reason| reason.contains("127.0.0.1")), "{:?}", https.failures);
        let offered = BTreeMap::from([("secp256r1".to_owned(), 1), ("x25519".to_owned(), 1)]);
        assert_eq!((https.offered, https.requests, https.handshakes.full), (offered, 0, 0));
    }
}

#[test]
fn what_is_pinned_is_what_is_negotiated() {
    let suite13 = "TLS_AES_128_GCM_SHA256";
    let suite12 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    let cases = [
        (TlsVersion::Tls13, Group::X25519, suite13),
        (TlsVersion::Tls13, Group::X25519MlKem768, suite13),
        (TlsVersion::Tls13, Group::Secp256r1, suite13),
        (TlsVersion::Tls12, Group::X25519, suite12),
        (TlsVersion::Tls12, Group::Secp256r1, suite12),
    ];
    // The client offers all groups, and sends a key share for one that not every origin accepts. That costs a second
    // hello, but is still one full handshake.
    let groups = [kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1];
    let client = TlsClient::new(&AUTHORITY.root_file(), &groups, Resumption::disabled());
    for kind in kinds() {
        for (tls_version, group, suite) in cases {
            let pins = Pins { tls_version, groups: vec![group], ..Pins::default() };
            let mut origin = start(kind.clone(), pins);
            let (https, _) = seen(&mut origin, |ports| {
                client.connect(ports[0]).get("/get");
            });
            let version = format!("TLSv{tls_version}");
            assert_eq!(https.negotiated, [negotiated(&version, suite, group.registered(), 1)]);
            assert_eq!(https.handshakes, Handshakes { full: 1, resumed: 0, failed: 0 });
            assert_eq!(https.offered, BTreeMap::from([("x25519mlkem768,x25519,secp256r1".to_owned(), 1)]));
        }
    }
}

#[test]
fn sessions_are_resumed_only_where_there_are_tickets() {
    for kind in kinds() {
        for (tls_version, tickets) in [
            (TlsVersion::Tls13, true),
            (TlsVersion::Tls12, true),
            (TlsVersion::Tls13, false),
            (TlsVersion::Tls12, false),
        ] {
            let mut origin = start(kind.clone(), Pins { tls_version, tickets, ..Pins::default() });
            let client = TlsClient::new(&AUTHORITY.root_file(), &[kx_group::X25519], Resumption::in_memory_sessions(8));
            let (https, _) = seen(&mut origin, |ports| {
                // Other ports are used too, because clients rotate over them.
                for port in [ports[0], ports[0], ports[1], ports[0]] {
                    client.connect(port).get("/get");
                }
            });
            let resumed = if tickets { 3 } else { 0 };
            let expected = Handshakes { full: 4 - resumed, resumed, failed: 0 };
            assert_eq!(https.handshakes, expected, "{} TLS {tls_version}", kind.name());
            // A resumed session has no key exchange in TLS 1.2; in TLS 1.3 it has one.
            let groups: Vec<_> = https.negotiated.iter().map(|n| (n.group.as_str(), n.count)).collect();
            if tickets && tls_version == TlsVersion::Tls12 {
                assert_eq!(groups, [("", 3), ("x25519", 1)]);
            } else {
                assert_eq!(groups, [("x25519", 4)]);
            }
        }
    }
}
