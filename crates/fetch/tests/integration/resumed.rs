//! Resumed sessions: all handshakes but the first of each slot, each by the slot's own ticket.

use std::collections::HashSet;

use params::TlsVersion;

use crate::support::{Pins, Server, pairs, run, secure_stacks};
use workload::Terms;
use workload::catalog::Need;

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls12, TlsVersion::Tls13];

/// Every client over every stack that can.
fn cells() -> Vec<(TlsVersion, String)> {
    let mut cells = Vec::new();
    for version in VERSIONS {
        for (pair, client) in pairs() {
            for stack in secure_stacks() {
                let cell = format!("{pair}/{}/resumed@tls-version={version}", stack.name);
                let resumes = !stack.lacks.iter().any(|lack| lack.need == Need::Resumption);
                match fetch::refusal(&cell.parse().unwrap()) {
                    None => cells.push((version, cell)),
                    // reqwest over OpenSSL, and stock clients.
                    Some(reason) => assert!(!resumes || client.terms != Terms::Pinned, "{cell}: {reason}"),
                }
            }
        }
    }
    cells
}

fn server(version: TlsVersion) -> Server {
    Server::secure(Pins { version, tickets: true, ..Pins::default() })
}

#[test]
fn all_but_the_first_of_each_slot_are_resumed() {
    for (version, cell) in cells() {
        let server = server(version);
        assert_eq!(run(&server.job(&cell, 40, 3, 1)).unwrap().right, 40, "{cell}");
        let slots = if cell.starts_with("serial") { 1 } else { 3 };
        let connections = server.connections();
        assert_eq!(connections.len(), 40 + slots, "{cell}");
        assert!(connections.iter().all(|seen| seen.requests == 1), "{cell}");
        assert_eq!(server.resumed(), 40, "{cell}: all that were not to warm up");
    }
}

#[test]
fn a_ticket_stays_with_its_slot() {
    for (version, cell) in cells() {
        let server = server(version);
        // A port for each slot, so that the server can tell them apart; one host, so that a client cannot.
        assert_eq!(run(&server.job_of_ports(&cell, 40, 4)).unwrap().right, 40, "{cell}");
        let connections = server.connections();
        let port_of = |number| connections.iter().find(|seen| seen.number == number).map(|seen| seen.port);
        let mut used = HashSet::new();
        for seen in connections.iter().filter(|seen| seen.resumed) {
            let parent = seen.parent.unwrap();
            assert_eq!(port_of(parent), Some(seen.port), "{cell}");
            assert!(used.insert(parent) || version == TlsVersion::Tls12, "{cell}: a ticket was used twice");
        }
    }
}

#[test]
fn nothing_is_resumed_unless_asked_for() {
    for stack in secure_stacks() {
        for kind in ["new-conn", "keep-alive", "keep-alive:2"] {
            for client in ["threads/ureq", "tokio-multi/hyper"] {
                let cell = format!("{client}/{}/{kind}", stack.name);
                let server = server(TlsVersion::Tls13);
                assert_eq!(run(&server.job(&cell, 12, 2, 1)).unwrap().right, 12, "{cell}");
                assert_eq!(server.resumed(), 0, "{cell}");
            }
        }
    }
}
