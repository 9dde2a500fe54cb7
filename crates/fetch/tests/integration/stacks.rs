//! Every TLS stack under our clients: it negotiates each group that it supports, under both versions of TLS, and
//! refuses servers that it must not trust.

use certificates::Leaf;
use params::{Group, TlsVersion};

use crate::support::{Pins, Server, clients, run, secure_stacks};

#[test]
fn each_group_is_spoken_where_it_is_not_refused() {
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        for group in Group::ALL {
            let server = Server::secure(Pins { version, group, ..Pins::default() });
            for stack in secure_stacks() {
                let usual = group == Group::X25519 && version == TlsVersion::Tls13;
                let told = !stack.groups_from_environment || usual;
                for client in clients().into_iter().filter(|_| told) {
                    let cell = format!("{client}/{}/new-conn@tls-version={version},group={group}", stack.name);
                    if fetch::refusal(&cell.parse().unwrap()).is_none() {
                        let before = server.connections().len();
                        assert_eq!(run(&server.job(&cell, 4, 2, 3)).unwrap().right, 4, "{cell}");
                        let connections = server.connections().split_off(before);
                        assert!(connections.len() >= 4, "{cell}");
                        assert!(connections.iter().all(|seen| seen.group == group.registered()), "{cell}");
                        assert!(connections.iter().all(|seen| !seen.resumed && seen.requests == 1), "{cell}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_kept_connection_carries_every_request_of_its_slot() {
    for stack in secure_stacks() {
        for client in ["threads/ureq", "async-std/hyper"] {
            let server = Server::secure(Pins::default());
            let cell = format!("{client}/{}/keep-alive", stack.name);
            assert_eq!(run(&server.job(&cell, 20, 2, 1)).unwrap().right, 20, "{cell}");
            let requests: Vec<u64> = server.connections().iter().map(|seen| seen.requests).collect();
            assert_eq!((requests.len(), requests.iter().sum()), (2, 22), "{cell}");
        }
    }
}

#[test]
fn servers_that_must_not_be_trusted_are_refused() {
    for leaf in [Leaf::Untrusted, Leaf::WrongName, Leaf::Expired] {
        let server = Server::secure(Pins { leaf, ..Pins::default() });
        for stack in secure_stacks() {
            for client in clients() {
                let cell = format!("{client}/{}/new-conn", stack.name);
                if fetch::refusal(&cell.parse().unwrap()).is_none() {
                    let error = run(&server.job(&cell, 1, 1, 1)).unwrap_err();
                    assert!(error.contains(" tls: "), "{cell} {leaf:?}: {error}");
                }
            }
        }
        assert!(server.connections().iter().all(|seen| seen.requests == 0), "{leaf:?}");
    }
}

#[test]
fn a_thousand_hosts_are_each_asked_for_by_name() {
    for cell in ["rayon/ureq/openssl/new-conn", "tokio-multi/reqwest/rustls-ring/new-conn"] {
        let server = Server::secure(Pins::default());
        assert_eq!(run(&server.job(cell, 1200, 4, 1000)).unwrap().right, 1200, "{cell}");
        let mut hosts: Vec<String> = server.connections().into_iter().map(|seen| seen.host).collect();
        hosts.sort();
        hosts.dedup();
        assert_eq!(hosts.len(), 1000, "{cell}");
    }
}
