//! Why a cell cannot run here, as a sentence that names the library and its linked version where that decides.
//!
//! What a library lacks is in the catalog; this module compares it with what a cell needs.

use params::{Group, TlsVersion};
use workload::catalog::{self, Client, Need, Stack};
use workload::{Cell, Connection, Terms};

use crate::{floor, libraries, registry, talk};

/// Why `cell` cannot run here; `None` for one that can.
pub fn refusal(cell: &Cell) -> Option<String> {
    if cell.model == talk::MODEL {
        return of_stage(cell);
    }
    if cell.model == floor::MODEL {
        return of_floor(cell);
    }
    let Some(pair) = registry::pair(cell) else {
        return Some(format!("the table has no model {} with the client {}", cell.model, cell.client));
    };
    let Some(stack) = registry::stack(cell) else {
        return Some(format!("the table has no TLS stack {}", cell.tls));
    };
    let (client, stack) = (pair.client, stack.entry);
    of_terms(cell, client, stack).or_else(|| of_connection(cell, client, stack)).or_else(|| of_handshake(cell, stack))
}

/// Why `cell`, which can otherwise run here, cannot have that many requests in flight; `None` if it can.
pub fn crowded(cell: &Cell, slots: u32) -> Option<String> {
    catalog::model_named(&cell.model).and_then(|model| (model.crowded)(slots))
}

/// Why `cell` can neither start requests at a rate nor end after a time; `None` for one that can.
pub fn unpaced(cell: &Cell) -> Option<&'static str> {
    match cell.model.as_str() {
        floor::MODEL => {
            Some("a floor makes one request after another as fast as it can: --rate and --duration do not apply")
        }
        talk::MODEL => Some(
            "a stage of the talk makes the number of requests that the talk showed: --rate and --duration do not apply",
        ),
        _ => None,
    }
}

/// Why `cell` makes no other request than a GET without a body; `None` for one that makes any.
pub fn only_gets(cell: &Cell) -> Option<&'static str> {
    match cell.model.as_str() {
        floor::MODEL => Some("a floor makes the least request there is: it knows no -H, --method and --body"),
        talk::MODEL => Some("a stage of the talk says what the talk's did: it knows no -H, --method and --body"),
        _ => None,
    }
}

fn of_stage(cell: &Cell) -> Option<String> {
    if !talk::is_stage(cell) {
        return Some(format!("the talk has no stage {}/{}/{}", cell.client, cell.tls, cell.connection));
    }
    let varied = !cell.axes.is_default();
    varied.then(|| "a stage of the talk has the handshake that the talk showed: it cannot be varied".to_owned())
}

fn of_floor(cell: &Cell) -> Option<String> {
    let Some(stack) = registry::stack(cell) else {
        return Some(format!("the table has no TLS stack {}", cell.tls));
    };
    let (stack, resumes) = (stack.entry, cell.connection == Connection::Resumed);
    floor::refusal(cell)
        .or_else(|| resumes.then(|| lacking(stack, Need::Resumption)).flatten())
        .or_else(|| of_handshake(cell, stack))
}

/// What clients that connect to TLS stacks in their own way cannot do.
fn of_terms(cell: &Cell, client: &Client, stack: &Stack) -> Option<String> {
    match client.terms {
        Terms::Pinned | Terms::Command | Terms::Floor => None,
        Terms::Pooled => lacking(stack, Need::Reqwest),
        Terms::Stock if stack.stock.is_none() => {
            Some(format!("{} supports rustls and native-tls by itself, but not {}", cell.client, stack.name))
        }
        Terms::Stock if cell.axes != cell.axes.without_tls() => {
            Some(format!("{} keeps its defaults: what it negotiates cannot be varied", cell.client))
        }
        Terms::Stock => None,
    }
}

fn of_connection(cell: &Cell, client: &Client, stack: &Stack) -> Option<String> {
    match cell.connection {
        Connection::Resumed if !cell.is_tls() => Some("without TLS there is no session to resume".to_owned()),
        Connection::Resumed if client.terms == Terms::Stock => {
            Some(format!("{} keeps its defaults: resumption cannot be chosen", cell.client))
        }
        Connection::Resumed => lacking(stack, Need::Resumption),
        Connection::KeepAliveFor(_) => match client.terms {
            Terms::Pinned | Terms::Command | Terms::Floor => None,
            Terms::Pooled => {
                Some(format!("{} keeps connections in a pool: when it closes them cannot be chosen", cell.client))
            }
            Terms::Stock => {
                Some(format!("{} keeps its defaults: when it closes connections cannot be chosen", cell.client))
            }
        },
        Connection::Own => Some("only a program given by --engine decides about its connections itself".to_owned()),
        Connection::NewConn | Connection::NewClient | Connection::KeepAlive => None,
    }
}

fn of_handshake(cell: &Cell, stack: &Stack) -> Option<String> {
    let group = cell.axes.group;
    if group == Group::X25519MlKem768 && cell.axes.tls_version == TlsVersion::Tls12 {
        return Some("X25519MLKEM768 is a group of TLS 1.3: TLS 1.2 has no way to use it".to_owned());
    }
    lacking(stack, Need::Group(group))
}

/// What the library behind a stack lacks, with its version.
fn lacking(stack: &Stack, need: Need) -> Option<String> {
    let reason = stack.lacks(need, ::openssl::version::number())?;
    let library = stack.library.as_ref().map_or_else(|| stack.name.to_owned(), libraries::of_stack);
    Some(format!("{library} {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(cell: &str) -> String {
        refusal(&cell.parse().unwrap()).unwrap_or_default()
    }

    #[test]
    fn the_matrix_runs_and_so_do_the_stages() {
        let cells = [registry::cells(), talk::cells()].concat();
        for cell in cells {
            assert_eq!(refusal(&cell), None, "{cell}");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_said() {
        assert!(said("serial/hyper/rustls/new-conn").contains("no model serial with the client hyper"));
        assert!(said("serial/ureq/boringssl/new-conn").contains("no TLS stack boringssl"));
        assert!(said("talk/9-recv/rustls/new-conn").contains("no stage 9-recv"));
        assert!(said("serial/ureq/rustls/own").contains("--engine"));
    }

    #[test]
    fn a_pool_of_thousands_of_threads_is_refused_and_other_models_are_not() {
        let said = |cell: &str, slots| crowded(&cell.parse().unwrap(), slots);
        for connection in ["new-conn", "keep-alive"] {
            let pool = format!("rayon-pool/ureq/rustls/{connection}");
            assert_eq!(said(&pool, 1_024), None);
            for slots in [1_025, 4_096, u32::MAX] {
                let words = said(&pool, slots).unwrap();
                assert!(words.contains(&slots.to_string()) && words.contains("-c 1024 at most"), "{words}");
            }
        }
        let crowds = |cell: &Cell| crowded(cell, 4_096).is_some();
        assert!(registry::cells().iter().all(|cell| crowds(cell) == (cell.model == "rayon-pool")));
    }

    #[test]
    fn stages_are_not_varied() {
        assert!(said("talk/1-recv/rustls/new-conn@group=p256").contains("talk"));
        assert!(said("talk/1-recv/rustls/new-conn@rtt=10").contains("talk"));
    }

    #[test]
    fn reqwest_stands_on_two_libraries_only() {
        let words = said("tokio-multi/reqwest/openssl/new-conn");
        assert!(words.contains("reqwest") && words.contains("OpenSSL 3"), "{words}");
        assert_eq!(said("tokio-multi/reqwest/rustls-ring/new-conn"), "");
    }

    #[test]
    fn stock_clients_keep_their_defaults() {
        assert!(said("threads/ureq-stock/openssl/new-conn").contains("not openssl"));
        assert!(said("tokio-multi/reqwest-stock/rustls-ring/new-conn").contains("not rustls-ring"));
        assert!(said("threads/ureq-stock/rustls/new-conn@group=p256").contains("what it negotiates"));
        assert!(said("threads/ureq-stock/rustls/new-conn@trust=own").contains("what it negotiates"));
        assert!(said("threads/ureq-stock/rustls/new-conn@group=x25519mlkem768").contains("what it negotiates"));
        assert_eq!(said("threads/ureq-stock/rustls/new-conn@rtt=10"), "");
    }

    #[test]
    fn pools_do_not_close_after_a_number_of_requests() {
        assert!(said("tokio-multi/reqwest/rustls/keep-alive:10").contains("a pool"));
        assert!(said("threads/ureq-stock/plain/keep-alive:10").contains("keeps its defaults"));
        assert_eq!(said("threads/ureq/plain/keep-alive:10"), "");
    }

    #[test]
    fn sessions_are_not_resumed_everywhere() {
        let words = said("tokio-multi/hyper/native-tls/resumed");
        assert!(words.contains("native-tls 0.") && words.contains("rust-native-tls#308"), "{words}");
        assert!(said("serial/ureq/plain/resumed").contains("without TLS"));
        assert!(said("tokio-multi/reqwest-stock/rustls/resumed").contains("resumption"));
        for stack in ["rustls", "rustls-ring", "openssl"] {
            assert_eq!(said(&format!("serial/ureq/{stack}/resumed@tls-version=1.2")), "");
        }
        let cells = registry::cells_of(&[Connection::Resumed]);
        assert!(!cells.is_empty() && cells.iter().all(Cell::is_tls));
    }

    #[test]
    fn the_hybrid_group_is_not_everywhere() {
        let words = said("serial/ureq/rustls-ring/new-conn@group=x25519mlkem768");
        assert!(words.contains("ML-KEM") && words.contains("ring 0."), "{words}");
        let words = said("serial/ureq/rustls/new-conn@tls-version=1.2,group=x25519mlkem768");
        assert!(words.contains("group of TLS 1.3"), "{words}");
        assert_eq!(said("serial/ureq/rustls/new-conn@group=x25519mlkem768"), "");
        let can = ::openssl::version::number() >= 0x3050_0000;
        for stack in ["openssl", "native-tls"] {
            let words = said(&format!("serial/ureq/{stack}/new-conn@group=x25519mlkem768"));
            assert_eq!(words.is_empty(), can, "{words}");
            assert!(can || words.contains("since 3.5"), "{words}");
        }
    }
}
