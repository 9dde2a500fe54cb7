//! Sections of cells that are chosen by their names, of all cells, and of the telling cells of the default run; and their
//! floors.

use measure::result::Section;
use workload::{Amount, Cell, Connection, Path, Requests, Variable};

use crate::plan::sections::workload_options::WorkloadOptions;

/// Requests of a trial with new connections: enough for a good part of a second if they are expensive.
const NEW_CONN_REQUESTS: Requests = Requests::new(800).unwrap();

/// Requests of a trial with kept connections: each costs a tenth or less.
const KEEP_ALIVE_REQUESTS: Requests = Requests::new(8_000).unwrap();

/// Requests of a trial with a new client for each, which takes tens of milliseconds in some libraries.
const NEW_CLIENT_REQUESTS: Requests = Requests::new(100).unwrap();

/// Requests of trials of a run without arguments, which is to answer in about 20 s: over new connections, over kept
/// ones, and waiting for a slow origin.
const QUICK_REQUESTS: Requests = Requests::new(400).unwrap();
const QUICK_KEPT_REQUESTS: Requests = Requests::new(4_000).unwrap();
const QUICK_WAITING: Requests = Requests::new(32).unwrap();

/// Requests of a trial that waits for a slow origin: each slot once.
const WAITING_REQUESTS: Requests = Requests::new(64).unwrap();

/// The default number of rounds: enough for a range, not for an interval.
const ROUNDS: u32 = 3;

/// Service time of the slow origin, seconds.
const DELAY: f64 = 0.1;

/// The chosen cells, in a section for each kind of connection: their requests differ so much in cost that the same
/// number would be too many for one or too few for the other.
pub fn by_connection(cells: &[Cell], options: &WorkloadOptions) -> Vec<Section> {
    let of_kind = |(kind, requests): (Connection, Requests)| {
        let chosen: Vec<Cell> = cells.iter().filter(|cell| alike(cell.connection) == kind).cloned().collect();
        match chosen.is_empty() {
            true => Vec::new(),
            false => {
                let sections = options.sections(&kind.name(), &Path::get(), requests, ROUNDS, &chosen);
                let several = chosen.iter().any(|cell| cell.connection != chosen[0].connection);
                let varies = if several { vec![Variable::Connection] } else { Vec::new() };
                sections.into_iter().map(|section| Section { varies: varies.clone(), ..section }).collect()
            }
        }
    };
    let kinds = [
        (Connection::NewConn, NEW_CONN_REQUESTS),
        (Connection::KeepAlive, KEEP_ALIVE_REQUESTS),
        (Connection::NewClient, NEW_CLIENT_REQUESTS),
        // A program may open a connection, or start a process, per request.
        (Connection::Own, NEW_CONN_REQUESTS),
    ];
    kinds.into_iter().flat_map(of_kind).collect()
}

/// The kind that represents all kinds of about the same cost, which share a section.
fn alike(kind: Connection) -> Connection {
    match kind {
        Connection::Resumed => Connection::NewConn,
        Connection::KeepAliveFor(_) => Connection::KeepAlive,
        kind => kind,
    }
}

/// All cells; and beside the cost of a request, how models wait: over one TLS stack, since all stacks wait alike.
pub fn everything(cells: &[Cell], options: &WorkloadOptions) -> Vec<Section> {
    let waits = |cell: &&Cell| cell.tls == "rustls" && cell.connection == Connection::NewConn;
    let waiting: Vec<Cell> = cells.iter().filter(waits).cloned().collect();
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let mut sections = by_connection(cells, options);
    if options.path.is_none() && options.amount.is_none() && options.rates.is_empty() && !waiting.is_empty() {
        sections.extend(options.sections("waiting", &Path::delay(DELAY), WAITING_REQUESTS, rounds, &waiting));
    }
    sections
}

/// The cells of a run without arguments: the cost of a request, that of libraries as shipped, and how models wait.
pub fn telling(cells: &[Cell], options: &WorkloadOptions) -> Vec<Section> {
    let named = |names: &[&str]| -> Vec<Cell> {
        let is = |cell: &&Cell| names.contains(&cell.to_string().as_str());
        cells.iter().filter(is).cloned().collect()
    };
    let quick = |names: &[&str], requests| {
        let amount = options.amount.or(options.rates.is_empty().then_some(Amount::Requests(requests)));
        by_connection(&named(names), &WorkloadOptions { amount, ..options.clone() })
    };
    let mut sections = [quick(&NEW_CONN, QUICK_REQUESTS), quick(&KEEP_ALIVE, QUICK_KEPT_REQUESTS)].concat();
    // A user who names a path wants that one and no other.
    if options.path.is_none() {
        sections.extend(options.sections("waiting", &Path::delay(DELAY), QUICK_WAITING, 1, &named(&WAITING)));
    }
    sections
}

/// Adds the available floors of a section's cells. Floors say nothing about waiting for a slow origin, so such a
/// section gets none.
pub fn add_floors(section: &mut Section) {
    if section.workload.path.delay_seconds() == 0.0 {
        let floors = fetch::floor::cells_for(&section.cells);
        section.cells.extend(floors.into_iter().filter(|floor| fetch::refusal(floor).is_none()));
    }
}

const NEW_CONN: [&str; 9] = [
    "threads/ureq/plain/new-conn",
    "threads/ureq/rustls/new-conn",
    "threads/ureq/native-tls/new-conn",
    "tokio-current/hyper/plain/new-conn",
    "tokio-current/hyper/rustls/new-conn",
    "tokio-current/hyper/native-tls/new-conn",
    "threads/ureq-stock/rustls/new-conn",
    "tokio-multi/reqwest-stock/rustls/new-conn",
    "tokio-multi/hyper-util-stock/rustls/new-conn",
];

const KEEP_ALIVE: [&str; 2] = ["tokio-current/hyper/plain/keep-alive", "tokio-current/hyper/rustls/keep-alive"];

const WAITING: [&str; 4] = [
    "threads/ureq/rustls/new-conn",
    "rayon/ureq/rustls/new-conn",
    "tokio-current/hyper/rustls/new-conn",
    "tokio-multi/hyper/rustls/new-conn",
];

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use workload::{Concurrency, Rate};

    use super::*;

    #[test]
    fn the_telling_cells_are_in_the_table() {
        let sections = telling(&fetch::cells(), &WorkloadOptions::default());
        let counts: Vec<usize> = sections.iter().map(|section| section.cells.len()).collect();
        assert_eq!(counts, [NEW_CONN.len(), KEEP_ALIVE.len(), WAITING.len()]);
    }

    #[test]
    fn everything_is_every_cell_and_how_models_wait() {
        let cells = fetch::cells();
        let sections = everything(&cells, &WorkloadOptions::default());
        let names: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["new-conn", "keep-alive", "waiting"]);
        assert_eq!(sections[0].cells.len() + sections[1].cells.len(), cells.len());
        let options = WorkloadOptions { path: Some(Path::get()), ..WorkloadOptions::default() };
        assert_eq!(everything(&cells, &options).len(), 2, "whoever names a path wants that one and no other");
    }

    #[test]
    fn what_is_asked_for_holds_in_every_section() {
        let options = WorkloadOptions {
            amount: Requests::new(7).map(Amount::Requests),
            rounds: Some(2),
            ..WorkloadOptions::default()
        };
        let sections = by_connection(&fetch::cells(), &options);
        assert_eq!(sections.len(), 2);
        assert!(sections.iter().all(|section| section.workload.requests() == Requests::new(7) && section.rounds == 2));
        assert_eq!(sections.iter().map(|section| section.cells.len()).sum::<usize>(), fetch::cells().len());
    }

    #[test]
    fn a_sweep_has_a_section_for_each_concurrency_and_enough_requests_for_it() {
        let concurrency = [1, 10_000].map(|c| Concurrency::new(c).unwrap()).to_vec();
        let cells: Vec<Cell> = vec!["smol/hyper/rustls/new-conn".parse().unwrap()];
        let sections = by_connection(&cells, &WorkloadOptions { concurrency, ..WorkloadOptions::default() });
        let told: Vec<(&str, u64)> = sections
            .iter()
            .map(|section| (section.name.as_str(), section.workload.requests().unwrap().get()))
            .collect();
        assert_eq!(told, [("new-conn c=1", 800), ("new-conn c=10000", 10_000)]);
    }

    #[test]
    fn a_rate_makes_a_number_of_requests_and_a_section_for_each_concurrency() {
        let concurrency = [1, 8].map(|c| Concurrency::new(c).unwrap()).to_vec();
        let cells: Vec<Cell> = vec!["smol/hyper/rustls/new-conn".parse().unwrap()];
        let rates: Vec<Rate> = ["0.5", "1000"].map(|rate| rate.parse().unwrap()).to_vec();
        let told = |amount: Option<Amount>, rates: &[Rate]| -> Vec<(String, Amount)> {
            let options = WorkloadOptions {
                amount,
                rates: rates.to_vec(),
                concurrency: concurrency.clone(),
                ..WorkloadOptions::default()
            };
            let sections = by_connection(&cells, &options).into_iter();
            sections.map(|section| (section.name, section.workload.amount)).collect()
        };
        let requests = |n| Amount::Requests(Requests::new(n).unwrap());
        let second = Amount::Duration(NonZeroU64::new(1_000_000_000).unwrap());
        let names =
            ["new-conn c=1 rate=0.5", "new-conn c=1 rate=1000", "new-conn c=8 rate=0.5", "new-conn c=8 rate=1000"];
        let both = told(Some(second), &rates);
        assert_eq!(both.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
        assert_eq!(both.iter().map(|(_, amount)| *amount).collect::<Vec<_>>(), [1, 1000, 1, 1000].map(requests));
        assert_eq!(told(Some(requests(9)), &rates)[1].1, requests(9));
        assert_eq!(told(None, &rates[1..]), [1, 8].map(|c| (format!("new-conn c={c}"), requests(2_000))));
        assert_eq!(told(Some(second), &[])[0].1, second);
    }
}
