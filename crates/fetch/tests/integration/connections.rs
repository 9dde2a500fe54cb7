//! When connections are closed: the server counts them, and the requests over each.

use crate::support::{Pins, Server, pairs, run};
use workload::{Terms, catalog};

/// Every model with those of its clients that can be configured to close a connection after a number of requests.
fn told() -> impl Iterator<Item = String> {
    pairs().into_iter().filter(|(_, client)| client.terms == Terms::Pinned).map(|(pair, _)| pair)
}

#[test]
fn a_connection_for_so_many_requests_ends_with_the_last() {
    for stack in catalog::stacks::ALL {
        for pair in told() {
            let server = if stack.library.is_none() { Server::plain() } else { Server::secure(Pins::default()) };
            let cell = format!("{pair}/{}/keep-alive:3", stack.name);
            // With several slots, their shares of the requests may be unequal; one slot makes them all.
            assert_eq!(run(&server.job(&cell, 10, 1, 1)).unwrap().right, 10, "{cell}");
            let requests: Vec<u64> = server.connections().iter().map(|seen| seen.requests).collect();
            assert_eq!(requests, [3, 3, 3, 2], "{cell}: ten, and one to warm up");
        }
    }
}

#[test]
fn each_slot_counts_for_itself() {
    for client in ["threads/ureq", "tokio-multi/hyper"] {
        let server = Server::secure(Pins::default());
        let cell = format!("{client}/rustls/keep-alive:5");
        // A host for each slot, so that the server can tell them apart.
        assert_eq!(run(&server.job(&cell, 101, 4, 4)).unwrap().right, 101, "{cell}");
        for slot in 0..4 {
            let host = format!("host-{slot}.tlstax.test");
            let of_slot: Vec<_> = server.connections().into_iter().filter(|seen| seen.host == host).collect();
            let made: u64 = of_slot.iter().map(|seen| seen.requests).sum();
            assert_eq!(of_slot.len() as u64, made.div_ceil(5), "{cell}, slot {slot}: {made} requests");
            let (_, all_but_last) = of_slot.split_last().unwrap();
            assert!(all_but_last.iter().all(|seen| seen.requests == 5), "{cell}, slot {slot}: {of_slot:?}");
        }
    }
}

#[test]
fn one_request_each_is_a_new_connection_each() {
    for pair in told() {
        let server = Server::secure(Pins::default());
        let cell = format!("{pair}/openssl/keep-alive:1");
        assert_eq!(run(&server.job(&cell, 10, 2, 1)).unwrap().right, 10, "{cell}");
        assert!(server.connections().iter().all(|seen| seen.requests == 1), "{cell}");
    }
}

#[test]
fn only_the_request_that_opened_a_connection_reports_its_set_up() {
    for pair in told() {
        let server = Server::secure(Pins::default());
        let cell = format!("{pair}/rustls/keep-alive:2");
        let seen = run(&server.job(&cell, 10, 1, 1)).unwrap();
        let opened = seen.sample.iter().filter(|line| line.connected > 0 && line.secured > 0).count();
        // The first goes over the connection that was opened to warm up.
        assert_eq!((seen.right, seen.sample.len(), opened), (10, 10, 5), "{cell}");
        assert!(seen.sample.iter().all(|line| (line.connected > 0) == (line.secured > 0)), "{cell}");
    }
}
