//! Floors: the least that a cell's work can cost, as cells of a model of their own, and which of them belong to a cell.
//!
//! `floor/memory/<stack>/…` is the stack's handshake in memory, `floor/primitives/<stack>/…` the client's
//! cryptography in it alone, and `floor/sockets/plain/…` the bare system calls of a request. They run as trials in
//! the same rounds as the cells that they belong to. This file only defines their names: their code is in crate
//! `fetch`, the ratios to them are computed in crate `analysis`.

use crate::{Axes, Cell, Connection, Rtt};

/// The model of all floors.
pub const MODEL: &str = "floor";

/// The client of a stack's handshake in memory.
pub const MEMORY: &str = "memory";

/// The client of a handshake's primitives.
pub const PRIMITIVES: &str = "primitives";

/// The client of the bare system calls.
pub const SOCKETS: &str = "sockets";

/// Whether a cell is a floor itself.
pub fn is_floor(cell: &Cell) -> bool {
    cell.model == MODEL
}

/// The handshake in memory that a cell's connections need at least: of its stack, kind and axes. `None` without TLS,
/// and for kept connections, whose handshakes are few or before the measurement.
pub fn tls_of(cell: &Cell) -> Option<Cell> {
    of_handshake(cell, MEMORY)
}

/// The primitives of that handshake; `None` if [`tls_of`] is.
pub fn primitives_of(cell: &Cell) -> Option<Cell> {
    of_handshake(cell, PRIMITIVES)
}

/// The system calls that a cell, or with TLS its plain twin, needs at least. `None` for programs, of which it is not
/// known when they connect.
pub fn net_of(cell: &Cell) -> Option<Cell> {
    let connection = match cell.connection {
        Connection::NewConn | Connection::Resumed | Connection::NewClient => Connection::NewConn,
        Connection::KeepAlive | Connection::KeepAliveFor(_) => Connection::KeepAlive,
        Connection::Own => return None,
    };
    (!is_floor(cell)).then(|| Cell::new(MODEL, SOCKETS, Cell::PLAIN, connection))
}

/// Every floor that belongs to any of these cells, each once, in the order of the cells.
pub fn cells_for(cells: &[Cell]) -> Vec<Cell> {
    let mut floors: Vec<Cell> = Vec::new();
    for floor in cells.iter().flat_map(|cell| [tls_of(cell), primitives_of(cell), net_of(cell)]).flatten() {
        if !floors.contains(&floor) {
            floors.push(floor);
        }
    }
    floors
}

fn of_handshake(cell: &Cell, client: &str) -> Option<Cell> {
    let connection = match cell.connection {
        // A client object per request makes a full handshake each time.
        Connection::NewConn | Connection::NewClient => Connection::NewConn,
        Connection::Resumed => Connection::Resumed,
        Connection::KeepAlive | Connection::KeepAliveFor(_) | Connection::Own => return None,
    };
    let axes = Axes { rtt: Rtt::NONE, ..cell.axes };
    (cell.is_tls() && !is_floor(cell)).then(|| Cell::new(MODEL, client, cell.tls.clone(), connection).at(axes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(name: &str) -> Cell {
        name.parse().unwrap()
    }

    fn floors(name: &str) -> [Option<String>; 3] {
        let cell = cell(name);
        [tls_of(&cell), primitives_of(&cell), net_of(&cell)].map(|floor| floor.map(|floor| floor.to_string()))
    }

    fn some(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn a_handshake_has_the_floors_of_its_stack_kind_and_axes() {
        assert_eq!(
            floors("threads/ureq/openssl/resumed@group=p256,rtt=10"),
            [
                some("floor/memory/openssl/resumed@group=p256"),
                some("floor/primitives/openssl/resumed@group=p256"),
                some("floor/sockets/plain/new-conn"),
            ]
        );
        assert_eq!(floors("threads/ureq/rustls/new-client")[0], some("floor/memory/rustls/new-conn"));
    }

    #[test]
    fn kept_connections_and_plain_ones_have_no_handshake() {
        let kept = [None, None, some("floor/sockets/plain/keep-alive")];
        assert_eq!(floors("smol/hyper/rustls/keep-alive"), kept);
        assert_eq!(floors("smol/hyper/plain/keep-alive:10"), kept);
        assert_eq!(floors("smol/hyper/plain/new-conn@rtt=5"), [None, None, some("floor/sockets/plain/new-conn")]);
    }

    #[test]
    fn floors_and_programs_have_none() {
        assert_eq!(floors("floor/memory/rustls/new-conn"), [None, None, None]);
        assert_eq!(floors("floor/sockets/plain/new-conn"), [None, None, None]);
        assert_eq!(floors("engine/curl/tls/own"), [None, None, None]);
    }

    #[test]
    fn shared_floors_stand_once() {
        let names = ["a/c/plain/new-conn", "a/c/rustls/new-conn", "b/c/rustls/new-conn", "b/c/rustls/keep-alive"];
        let floors: Vec<String> = cells_for(&names.map(cell)).iter().map(Cell::to_string).collect();
        assert_eq!(
            floors,
            [
                "floor/sockets/plain/new-conn",
                "floor/memory/rustls/new-conn",
                "floor/primitives/rustls/new-conn",
                "floor/sockets/plain/keep-alive",
            ]
        );
    }
}
