//! The sections of a profile. A profiled trial makes enough requests for one to four seconds of CPU time, which are a
//! thousand samples and more.

use measure::result::Section;
use workload::{Cell, Concurrency, Connection, Path, Requests, Workload, catalog};

/// Over kept connections a request costs 15–40 µs.
const KEPT: Requests = Requests::new(100_000).unwrap();

/// Over a new connection without TLS it costs 25–150 µs.
const PLAIN: Requests = Requests::new(40_000).unwrap();

/// A handshake of rustls costs 300–400 µs.
const HANDSHAKE: Requests = Requests::new(6_000).unwrap();

/// A handshake of OpenSSL costs half as much again.
const OPENSSL: Requests = Requests::new(4_000).unwrap();

/// A client that parses its trust store costs milliseconds.
const NEW_CLIENT: Requests = Requests::new(300).unwrap();

/// The sections of a profile: one for each number of requests. They include the plain twins of the https cells among
/// `chosen`.
pub fn sections(chosen: &[Cell], requests: Option<Requests>, concurrency: Concurrency, path: &Path) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for cell in with_twins(chosen) {
        let requests = requests.unwrap_or_else(|| enough(&cell)).max(Requests::from(concurrency));
        match sections.iter_mut().find(|section| section.workload.amount == workload::Amount::Requests(requests)) {
            Some(section) => section.cells.push(cell),
            None => sections.push(Section {
                name: format!("profile n={}", requests.get()),
                varies: Vec::new(),
                workload: Workload::of(path.clone(), workload::Amount::Requests(requests), concurrency),
                rounds: 1,
                cells: vec![cell],
            }),
        }
    }
    sections
}

/// The cells, each preceded by its plain twin, without duplicates.
pub fn with_twins(chosen: &[Cell]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for cell in chosen.iter().flat_map(|cell| cell.plain_twin().into_iter().chain([cell.clone()])) {
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    cells
}

fn enough(cell: &Cell) -> Requests {
    match cell.connection {
        Connection::NewClient => NEW_CLIENT,
        Connection::KeepAlive | Connection::KeepAliveFor(_) => KEPT,
        Connection::NewConn | Connection::Resumed | Connection::Own => match catalog::stack_named(&cell.tls) {
            _ if !cell.is_tls() => PLAIN,
            Some(stack) if stack.is_openssl() => OPENSSL,
            _ => HANDSHAKE,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(name: &str) -> Cell {
        name.parse().unwrap()
    }

    #[test]
    fn an_https_cell_brings_its_plain_twin_once() {
        let chosen = [cell("m/c/rustls/new-conn"), cell("m/c/native-tls/new-conn"), cell("m/c/plain/new-conn")];
        let names: Vec<String> = with_twins(&chosen).iter().map(Cell::to_string).collect();
        assert_eq!(names, ["m/c/plain/new-conn", "m/c/rustls/new-conn", "m/c/native-tls/new-conn"]);
    }

    #[test]
    fn sections_have_names_of_their_own_and_enough_requests() {
        let chosen = [cell("m/c/rustls/new-conn"), cell("m/c/rustls-ring/new-conn"), cell("m/c/openssl/keep-alive")];
        let told = |requests| -> Vec<(String, usize)> {
            let sections = sections(&chosen, requests, Concurrency::new(64).unwrap(), &Path::get());
            sections.into_iter().map(|section| (section.name, section.cells.len())).collect()
        };
        let told_by_default = told(None);
        assert_eq!(
            told_by_default,
            [("profile n=40000".to_owned(), 1), ("profile n=6000".to_owned(), 2), ("profile n=100000".to_owned(), 2)]
        );
        assert_eq!(told(Requests::new(3)), [("profile n=64".to_owned(), 5)], "a request for each slot at least");
    }
}
