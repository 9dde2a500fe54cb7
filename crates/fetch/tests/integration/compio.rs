//! compio, which is behind a Cargo feature: hyper fetches over it, with tasks and connections that are not `Send`.

use crate::support::{Pins, Server, run};

const STACKS: [&str; 5] = ["plain", "rustls", "rustls-ring", "native-tls", "openssl"];

fn server(stack: &str, pins: Pins) -> Server {
    if stack == "plain" { Server::plain() } else { Server::secure(pins) }
}

#[test]
fn hyper_fetches_over_compio() {
    for stack in STACKS {
        for (kind, requests_each) in [("new-conn", 1), ("keep-alive:3", 3)] {
            let server = server(stack, Pins::default());
            let cell = format!("compio/hyper/{stack}/{kind}");
            let seen = run(&server.job(&cell, 12, 1, 1)).unwrap();
            assert_eq!(seen.right, 12, "{cell}: {:?}", seen.errors);
            let requests: Vec<u64> = server.connections().iter().map(|seen| seen.requests).collect();
            assert!(requests.iter().all(|count| *count <= requests_each), "{cell}: {requests:?}");
            assert!(requests.contains(&requests_each), "{cell}: {requests:?}");
        }
    }
}

#[test]
fn many_slots_share_the_thread() {
    for stack in ["plain", "rustls"] {
        let server = server(stack, Pins::default());
        let cell = format!("compio/hyper/{stack}/keep-alive");
        let seen = run(&server.job(&cell, 200, 8, 1)).unwrap();
        assert_eq!((seen.right, server.connections().len()), (200, 8), "{cell}: {:?}", seen.errors);
    }
}

#[test]
fn pacer_and_heartbeat_reach_the_loop() {
    let server = Server::plain();
    let mut job = server.job("compio/hyper/plain/keep-alive", 20, 2, 1);
    job.workload.rate = Some("100".parse().unwrap());
    let seen = run(&job).unwrap();
    assert_eq!(seen.right, 20, "{:?}", seen.errors);
    assert!(seen.pacer_cpu_ns.is_some_and(|ns| ns > 0) && seen.event_loop.is_some_and(|seen| seen.beats > 0));
}

#[test]
fn a_server_that_must_not_be_trusted_is_refused() {
    let server = Server::secure(Pins { leaf: certificates::Leaf::Untrusted, ..Pins::default() });
    let error = run(&server.job("compio/hyper/rustls/new-conn", 1, 1, 1)).unwrap_err();
    assert!(error.contains(" tls: "), "{error}");
}
