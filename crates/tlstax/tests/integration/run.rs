//! `tlstax run`, `show` and `list` as a user types them, against the embedded origin.

use crate::common::{code, folder, result, run, stderr, stdout};
use measure::result::{Flag, Validity};

#[test]
fn every_cell_of_the_table_is_valid() {
    let (_dir, path) = folder();
    let output = run(&path, "run --all --origin embedded -n 40 -c 4 --rounds 1 --seed 7 --out r");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    assert_eq!(result.trials.len(), fetch::cells().len());
    for trial in &result.trials {
        assert_eq!(trial.verdict, Validity::Valid, "{}", trial.cell);
        assert_eq!(trial.right, 40);
        let ledger = trial.ledger.as_ref().unwrap();
        assert_eq!(ledger.requests, 40, "{}", trial.cell);
        assert!(ledger.most_in_flight <= 4);
        assert!(trial.client.cpu_ns > 0 && trial.origin.cpu_ns > 0 && trial.peak_memory_bytes > trial.recorder_bytes);
        assert!(trial.client_in_flight.unwrap() <= 4);
        let is_async = ["tokio", "smol", "async"].iter().any(|name| trial.cell.model.starts_with(name));
        // So few requests can be over before the first beat.
        assert!(trial.event_loop.is_none() || is_async, "{}", trial.cell);
        let untold = &trial.engine.as_ref().unwrap().cannot_measure;
        assert_eq!(trial.times("wait").unwrap().is_none(), untold.contains(&"wait".to_owned()), "{}", trial.cell);
        let handshook = trial.times("tls").unwrap().is_some();
        let fresh = trial.cell.connection == workload::Connection::NewConn;
        assert_eq!(handshook, trial.cell.is_tls() && fresh && untold.is_empty(), "{}", trial.cell);
        if trial.cell.is_tls() && fresh && trial.terms.compares() {
            assert_eq!(ledger.offered.keys().collect::<Vec<_>>(), ["x25519"], "{}", trial.cell);
        }
    }
    assert!(result.trials.iter().any(|trial| trial.event_loop.is_some()));
    assert!(result.run.ended.is_some() && !result.run.interrupted);
    let shown = run(&path, "show r");
    let printed = stdout(&output);
    assert!(printed.starts_with(&stdout(&shown)), "show prints what run printed");
    assert!(printed.contains("OpenSSL") && printed.contains("x25519") && printed.contains("embedded"));
}

#[test]
fn an_accept_for_every_request_of_a_new_conn_trial() {
    let (_dir, path) = folder();
    run(&path, "run -f ^tokio-current/hyper/rustls/new-conn$ --origin embedded -n 300 -c 16 --rounds 2 --out r");
    for trial in result(&path, "r").trials {
        let ledger = trial.ledger.unwrap();
        assert_eq!((ledger.accepts, ledger.requests, ledger.handshakes.full), (300, 300, 300));
    }
}

#[test]
fn models_wait_as_they_must() {
    let (_dir, path) = folder();
    let output =
        run(&path, "run rustls new-conn --path /delay/0.3 -n 8 -c 8 --workers 2 --rounds 1 --origin embedded --out r");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    for trial in result(&path, "r").trials {
        let most = trial.ledger.unwrap().most_in_flight;
        let expected = match trial.cell.model.as_str() {
            "serial" => 1,
            "rayon" => 2,
            // A handshake takes a few ms of CPU: on a busy machine, too, the last request is there before the first is
            // answered.
            _ => 8,
        };
        assert_eq!((most, trial.client_in_flight), (expected, Some(expected)), "{}", trial.cell);
        assert_eq!(trial.flags.contains(&Flag::FewInFlight), expected < 8, "{}", trial.cell);
    }
}

#[test]
fn the_same_seed_gives_the_same_order() {
    let (_dir, path) = folder();
    let order = |name: &str| {
        run(&path, &format!("run serial new-conn --origin embedded -n 3 --rounds 3 --seed 5 --out {name}"));
        result(&path, name).trials.iter().map(|trial| trial.cell.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(order("a"), order("b"));
}

#[test]
fn a_summary_leaves_as_json_and_csv() {
    let (_dir, path) = folder();
    let output = run(&path, "run serial plain rustls new-conn --origin embedded -n 5 --rounds 1 --out r --json");
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(json["sections"][0]["rows"].as_array().unwrap().len(), 2);
    let csv = stdout(&run(&path, "show r --csv"));
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.lines().nth(2).unwrap().starts_with("new-conn,serial/ureq/rustls/new-conn,1,"));
}

#[test]
fn bytes_are_checked_by_their_length() {
    let (_dir, path) = folder();
    let output = run(
        &path,
        "run tokio-current serial rustls --path /bytes/70000?seed=1 -n 20 -c 4 --rounds 1 --origin embedded --out r",
    );
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
}

#[test]
fn cells_are_listed_with_their_libraries() {
    let (_dir, path) = folder();
    let listed = stdout(&run(&path, "list"));
    let count = |of: fn(&workload::Cell) -> bool| fetch::cells().iter().filter(|cell| of(cell)).count();
    let new = count(|cell| cell.connection == workload::Connection::NewConn);
    assert_eq!(listed.lines().filter(|line| line.contains("/new-conn")).count(), new);
    assert!(listed.contains("OpenSSL") && listed.contains("aws-lc-rs"));
    assert!(listed.contains("RUSTSEC-2025-0052"), "async-std is said to be discontinued");
    let json: serde_json::Value = serde_json::from_str(&stdout(&run(&path, "list rayon --json"))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), count(|cell| cell.model == "rayon"));
}
