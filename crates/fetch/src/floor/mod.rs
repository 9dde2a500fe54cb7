//! Floors: the least that a cell's work can cost here, run as trials like any other. One file for each kind.
//!
//! `floor/memory/<stack>` is the stack's handshake in memory, `floor/primitives/<stack>` the client's cryptography in
//! it, `floor/sockets/plain` the bare system calls of a request. The first two open no connection. One process does the
//! work of client and server, and their cost is the client's share of its CPU time. Which floor belongs to which cell
//! is decided in [`workload::floor`].

mod counted;
mod handshakes;
mod memory;
mod primitives;
mod sockets;

use measure::result::Terms;
use workload::floor::{MEMORY, PRIMITIVES, SOCKETS};
use workload::{Axes, Cell, Connection, Rtt};

pub use workload::floor::{MODEL, cells_for, net_of, primitives_of, tls_of};

use crate::PrepareError;
use crate::clients::Shared;
use crate::models::Model;

/// A note on a floor; empty for a cell that is no floor.
pub(crate) fn note_of(cell: &Cell) -> &'static str {
    match cell.client.as_str() {
        MEMORY => "the stack's handshake in memory: the CPU of the client's side alone",
        PRIMITIVES => {
            "key exchange, the chain's and the handshake's signatures, key schedule: the client's CPU for these alone"
        }
        SOCKETS => "bare non-blocking sockets and epoll on one thread: system calls and no runtime",
        _ => "",
    }
}

/// The terms of a floor: the sockets floor, which makes requests, has to keep to the rules of any other cell.
pub(crate) fn terms_of(cell: &Cell) -> Terms {
    if cell.client == SOCKETS { Terms::Pinned } else { Terms::Floor }
}

/// The libraries that do a floor's work, with their versions.
pub(crate) fn libraries(cell: &Cell) -> Vec<String> {
    handshakes::stack(cell).map(handshake::Stack::library).into_iter().collect()
}

/// Why there is no such floor; `None` where there is one, provided that the stack supports its handshake.
pub(crate) fn refusal(cell: &Cell) -> Option<String> {
    let kinds: &[Connection] = match cell.client.as_str() {
        MEMORY | PRIMITIVES if !cell.is_tls() => return Some("without TLS there is no handshake".to_owned()),
        MEMORY | PRIMITIVES => &[Connection::NewConn, Connection::Resumed],
        SOCKETS if cell.is_tls() => return Some("bare sockets speak no TLS".to_owned()),
        SOCKETS => &[Connection::NewConn, Connection::KeepAlive],
        other => return Some(format!("there is no floor {other}: there are {MEMORY}, {PRIMITIVES} and {SOCKETS}")),
    };
    if !kinds.contains(&cell.connection) {
        return Some(format!("the floor {} is not made for {} connections", cell.client, cell.connection));
    }
    if cell.is_tls() && handshakes::stack(cell).is_none() {
        return Some(format!("handshakes in memory cannot vary {}", cell.tls));
    }
    if cell.is_tls() && cell.axes != (Axes { rtt: Rtt::NONE, ..cell.axes }) {
        return Some("a handshake in memory crosses no network: omit rtt".to_owned());
    }
    (cell.client == PRIMITIVES).then(|| primitives::missing(cell)).flatten()
}

/// Prepares a floor's cell.
pub(crate) fn prepare(cell: &Cell, shared: &Shared, slots: u32) -> Result<Box<dyn Model>, PrepareError> {
    match cell.client.as_str() {
        MEMORY => memory::prepare(cell),
        PRIMITIVES => primitives::prepare(cell),
        SOCKETS => sockets::prepare(shared, slots),
        _ => Err(PrepareError::NoSuchCell(cell.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(cell: &str) -> String {
        crate::refusal(&cell.parse().unwrap()).unwrap_or_default()
    }

    #[test]
    fn the_floors_of_all_that_runs_run_or_say_why_not() {
        let cells: Vec<Cell> = crate::cells_of(&Connection::NAMED);
        let runs: Vec<Cell> = cells.into_iter().filter(|cell| crate::refusal(cell).is_none()).collect();
        let known = |floor: &Cell| !floor.is_tls() || handshakes::stack(floor).is_some();
        for floor in cells_for(&runs).into_iter().filter(known) {
            assert_eq!(crate::refusal(&floor), None, "{floor}");
        }
    }

    #[test]
    fn what_is_no_floor_is_said() {
        assert!(said("floor/cellar/rustls/new-conn").contains("no floor cellar"));
        assert!(said("floor/memory/plain/new-conn").contains("no handshake"));
        assert!(said("floor/memory/rustls/keep-alive").contains("not made for keep-alive"));
        assert!(said("floor/memory/boringssl/new-conn").contains("no TLS stack"));
        assert!(said("floor/memory/native-tls/resumed").contains("native-tls"));
        assert!(said("floor/memory/rustls-ring/new-conn@group=x25519mlkem768").contains("ML-KEM"));
        assert!(said("floor/memory/rustls/new-conn@rtt=5").contains("rtt"));
        assert!(said("floor/sockets/rustls/new-conn").contains("no TLS"));
        assert!(said("floor/sockets/plain/resumed").contains("not made for resumed"));
        assert!(said("floor/primitives/rustls/new-conn@tls-version=1.2").contains("TLS 1.2"));
    }
}
