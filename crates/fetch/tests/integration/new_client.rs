//! A client object per request: a full handshake each, and a trust store that is read anew each time.

use crate::support::{Pins, Server, pairs, run, trust_file_in};
use measure::histogram;
use workload::{Terms, catalog};

/// Every client over every stack that can, with a server.
fn each(examine: impl Fn(&str, &Server)) {
    for stack in catalog::stacks::ALL {
        let server = || match stack.library {
            None => Server::plain(),
            Some(_) => Server::secure(Pins { tickets: true, ..Pins::default() }),
        };
        for (pair, client) in pairs() {
            let cell = format!("{pair}/{}/new-client", stack.name);
            match fetch::refusal(&cell.parse().unwrap()) {
                None => examine(&cell, &server()),
                // reqwest over OpenSSL, and stock clients over stacks that they do not bring.
                Some(reason) => assert!(!stack.core && client.terms != Terms::Pinned, "{cell}: {reason}"),
            }
        }
    }
}

#[test]
fn every_request_has_a_client_of_its_own() {
    each(|cell, server| {
        // Stock clients look names up.
        let seen = run(&server.job_of_ports(cell, 8, 2)).unwrap();
        assert_eq!(seen.right, 8, "{cell}: {:?}", seen.errors);
        let connections = server.connections();
        assert!(connections.len() > 8 && connections.iter().all(|seen| seen.requests == 1), "{cell}");
        // The server did offer tickets.
        assert_eq!(server.resumed(), 0, "{cell}");
        let built = histogram::decode(&seen.histograms["build"]).unwrap();
        assert_eq!(built.len(), 8, "{cell}");
        assert!(seen.sample.iter().all(|line| line.start <= line.built && line.built <= line.done), "{cell}");
    });
}

#[test]
fn only_a_client_of_its_own_is_built() {
    let server = Server::secure(Pins::default());
    for kind in ["new-conn", "keep-alive"] {
        let seen = run(&server.job(&format!("threads/ureq/rustls/{kind}"), 8, 2, 1)).unwrap();
        assert!(!seen.histograms.contains_key("build"), "{kind}");
        assert!(seen.sample.iter().all(|line| line.built == 0), "{kind}");
    }
}

#[test]
fn the_trust_store_is_read_for_each_request() {
    let folder = tempfile::tempdir().unwrap();
    each(|cell, server| {
        let mut job = server.job_of_ports(cell, 4, 1);
        if job.trust_file.is_none() {
            return;
        }
        let file = trust_file_in(folder.path());
        job.trust_file = Some(file.clone());
        let mut prepared = fetch::Prepared::new(&job).unwrap();
        let mut run = || {
            let recorder = prepared.recorder();
            prepared.run(&recorder);
            prepared.seen(&recorder).unwrap()
        };
        assert_eq!(run().right, 4, "{cell}");
        std::fs::write(&file, "no certificates").unwrap();
        assert_eq!(run().errors["build"].count, 4, "{cell}: nothing in it");
        std::fs::remove_file(&file).unwrap();
        let seen = run();
        assert_eq!((seen.right, seen.errors["build"].count), (0, 4), "{cell}: gone");
        assert!(seen.errors["build"].first.contains("trust.pem"), "{cell}: {}", seen.errors["build"].first);
        trust_file_in(folder.path());
        assert_eq!(run().right, 4, "{cell}: back again");
    });
}

#[test]
fn other_kinds_read_it_once() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["new-conn", "resumed", "keep-alive:2"] {
        let server = Server::secure(Pins { tickets: true, ..Pins::default() });
        let mut job = server.job(&format!("tokio-multi/hyper/openssl/{kind}"), 6, 2, 1);
        job.trust_file = Some(trust_file_in(folder.path()));
        let mut prepared = fetch::Prepared::new(&job).unwrap();
        std::fs::remove_file(folder.path().join("trust.pem")).unwrap();
        let recorder = prepared.recorder();
        prepared.run(&recorder);
        assert_eq!(prepared.seen(&recorder).unwrap().right, 6, "{kind}");
    }
}
