//! Floors: handshakes and primitives of every stack that report the client's cost, and bare sockets against a server
//! that counts.

use crate::support::{Server, run, secure_stacks};
use fetch::floor::{net_of, primitives_of, tls_of};
use workload::Cell;

#[test]
fn every_handshake_has_its_floors() {
    let server = Server::plain();
    let places = ["", "@group=p256", "@cert=rsa-2048,chain=3", "@chain=1,trust=own", "@tls-version=1.2"];
    for stack in secure_stacks().filter(|stack| stack.in_memory.is_some()) {
        for kind in ["new-conn", "resumed"] {
            for place in places {
                let cell: Cell = format!("threads/ureq/{}/{kind}{place}", stack.name).parse().unwrap();
                if fetch::refusal(&cell).is_some() {
                    continue;
                }
                let cost = |floor: Cell| {
                    if let Some(reason) = fetch::refusal(&floor) {
                        assert!(place.contains("1.2") && floor.client == "primitives", "{floor}: {reason}");
                        return None;
                    }
                    let seen = run(&server.job(&floor.to_string(), 5, 2, 1)).unwrap();
                    assert_eq!((seen.right, seen.errors.len(), seen.histograms.len()), (5, 0, 0), "{floor}");
                    seen.client_cpu_ns.filter(|ns| *ns > 0).or_else(|| panic!("{floor} tells no cost"))
                };
                let whole = cost(tls_of(&cell).unwrap());
                let parts = cost(primitives_of(&cell).unwrap());
                assert!(whole.is_some() && (parts.is_some() || place.contains("1.2")), "{cell}");
            }
        }
    }
    assert!(server.connections().is_empty(), "handshakes in memory connect to nobody");
}

#[test]
fn bare_sockets_make_every_request() {
    for (kind, connections, requests_each) in [("new-conn", 42, 1), ("keep-alive", 4, 11)] {
        let server = Server::plain();
        let floor = net_of(&format!("smol/hyper/plain/{kind}").parse().unwrap()).unwrap();
        let seen = run(&server.job_of_ports(&floor.to_string(), 40, 4)).unwrap();
        assert_eq!((seen.right, seen.errors.len(), seen.client_cpu_ns), (40, 0, None), "{kind}");
        assert_eq!(seen.most_in_flight, Some(4), "{kind}");
        let seen = server.connections();
        assert_eq!(seen.len(), connections, "{kind}");
        // The first slot that is free makes the next request, so a slot's share may vary.
        let least = if kind == "new-conn" { requests_each } else { 1 };
        assert!(seen.iter().all(|connection| connection.requests >= least), "{kind}");
        assert_eq!(
            seen.iter().map(|connection| connection.requests).sum::<u64>(),
            if kind == "new-conn" { 42 } else { 44 }
        );
    }
}

#[test]
fn a_server_that_is_gone_is_an_error_of_each_request() {
    let server = Server::plain();
    let mut job = server.job_of_ports("floor/sockets/plain/new-conn", 10, 4);
    let gone = fixtures::RefusingPort::take();
    job.targets.iter_mut().for_each(|target| target.addr = gone.addr());
    let error = run(&job).unwrap_err();
    assert!(error.contains("warming up failed") && error.contains("connect"), "{error}");
}
