//! Every kind of handshake as a user asks for it, against the embedded origin and compared with its ledger.

use crate::common::observed::CpuUse;
use crate::common::{code, folder, result, run, stderr, stdout};
use measure::result::{Trial, Validity};
use params::{Group, TlsVersion};
use workload::{Cell, Connection, catalog};

fn assert_valid(trials: &[Trial]) {
    for trial in trials {
        assert_eq!(trial.verdict, Validity::Valid, "{}", trial.cell);
    }
}

#[test]
fn sessions_are_resumed_clients_made_and_connections_kept_for_so_long() {
    let (_dir, path) = folder();
    let output = run(
        &path,
        "run -f ^(threads/ureq|tokio-current/hyper|tokio-multi/reqwest)/.*/(resumed|new-client|keep-alive:5)$ \
         --origin embedded -n 20 -c 4 --rounds 1 --out r",
    );
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let result = result(&path, "r");
    assert_valid(&result.trials);
    // reqwest keeps no connection for so many requests, and speaks through no OpenSSL of one's own; native-tls resumes
    // nothing.
    let pairs = ["threads/ureq", "tokio-current/hyper", "tokio-multi/reqwest"];
    let of_pair = |cell: &Cell| pairs.contains(&format!("{}/{}", cell.model, cell.client).as_str());
    let mut due = fetch::cells_of(&["resumed", "new-client", "keep-alive:5"].map(|kind| kind.parse().unwrap()));
    due.retain(|cell| of_pair(cell) && fetch::refusal(cell).is_none());
    for stack in catalog::stacks::ALL {
        let of_stack = |cell: &Cell| cell.tls == stack.name;
        let count = result.trials.iter().filter(|trial| of_stack(&trial.cell)).count();
        assert_eq!(count, due.iter().filter(|cell| of_stack(cell)).count(), "{}", stack.name);
        assert!(count >= pairs.len(), "{}", stack.name);
    }
    for trial in &result.trials {
        let ledger = trial.ledger.as_ref().unwrap();
        let tells_tls = trial.cell.is_tls() && trial.times("tls").unwrap().is_some();
        match trial.cell.connection {
            Connection::Resumed => assert_eq!((ledger.handshakes.resumed, ledger.handshakes.full), (20, 0)),
            Connection::NewClient => {
                assert_eq!(ledger.accepts, 20);
                let builds = trial.times("build").unwrap();
                assert_eq!(builds.map(|times| times.len()), Some(20), "{}", trial.cell);
            }
            // The warm-up's connections have requests left.
            _ => assert!((1..=8).contains(&ledger.accepts), "{}: {}", trial.cell, ledger.accepts),
        }
        assert!(!tells_tls || trial.terms.compares());
    }
    let refused: Vec<&str> = result.run.left_out.iter().map(|left| left.what.as_str()).collect();
    assert!(refused.contains(&"tokio-current/hyper/native-tls/resumed"), "{refused:?}");
    assert!(stdout(&output).contains("rust-native-tls#308"), "the reason stands beside the name");
}

#[test]
fn every_value_of_an_axis_is_what_the_origin_saw() {
    let (_dir, path) = folder();
    // Versions by groups, then keys by chains: what they are together changes nothing of what is checked.
    let measured = |name: &str, axes: &str| {
        let output = run(
            &path,
            &format!(
                "run tokio-current/hyper/rustls/new-conn tokio-current/hyper/native-tls/new-conn \
                 serial/ureq/rustls-ring/new-conn serial/ureq/openssl/new-conn {axes} --trust own --origin embedded \
                 -n 4 -c 2 --rounds 1 --out {name}"
            ),
        );
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        let result = result(&path, name);
        assert_valid(&result.trials);
        result
    };
    let keys = measured("keys", "--cert ecdsa-p256,rsa-2048 --chain 1,3");
    assert_eq!(keys.trials.len(), 4 * 4);
    let result = measured("groups", "--tls-version 1.2,1.3 --group x25519,x25519mlkem768,p256");
    // 1.2 with two groups, 1.3 with three; ring has no ML-KEM.
    assert_eq!(result.trials.len(), 4 * 5 - 1);
    for trial in result.trials.iter().chain(&keys.trials) {
        let axes = trial.cell.axes;
        for negotiated in &trial.ledger.as_ref().unwrap().negotiated {
            assert_eq!(negotiated.group, axes.group.registered(), "{}", trial.cell);
            let version = if axes.tls_version == TlsVersion::Tls12 { "TLSv1.2" } else { "TLSv1.3" };
            assert_eq!(negotiated.version, version, "{}", trial.cell);
        }
    }
    let why = |what: &str| {
        let left = result.run.left_out.iter().find(|left| left.what.contains(what));
        left.map(|left| left.why.clone()).unwrap_or_default()
    };
    assert!(why("rustls-ring/new-conn@group=x25519mlkem768").contains("ring"), "{:?}", result.run.left_out);
    assert!(why("rustls/new-conn@tls-version=1.2,group=x25519mlkem768").contains("1.3"));
    assert!(result.trials.iter().any(|trial| trial.cell.axes.group == Group::X25519MlKem768));
}

#[test]
fn round_trips_are_counted_where_the_origin_is_far_away() {
    let (_dir, path) = folder();
    let cpus = CpuUse::since_now();
    let output = run(
        &path,
        "run tokio-current/hyper/plain/new-conn tokio-current/hyper/rustls/new-conn tokio-current/hyper/rustls/resumed \
         --tls-version 1.2,1.3 --rtt 0,400 --origin embedded -n 4 -c 4 --rounds 1 --json --out r",
    );
    let was_busy = cpus.was_busy();
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert_valid(&result(&path, "r").trials);
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let rows = json["sections"][0]["rows"].as_array().unwrap();
    let trips = |cell: &str| {
        let row = rows.iter().find(|row| row["cell"] == cell).unwrap();
        row["figures"]["round_trips"]["median"].as_f64().unwrap()
    };
    let expected = [
        ("tokio-current/hyper/rustls/new-conn@rtt=400", 1.0),
        ("tokio-current/hyper/rustls/new-conn@tls-version=1.2,rtt=400", 2.0),
        ("tokio-current/hyper/rustls/resumed@rtt=400", 1.0),
        ("tokio-current/hyper/rustls/resumed@tls-version=1.2,rtt=400", 1.0),
    ];
    for (cell, due) in expected {
        // Half a trip is 200 ms, enough to tell one trip from two. Where the CPUs are busy with other work, each of the
        // eight crossings waits for a CPU as well, so only fewer trips would be an error.
        let seen = trips(cell);
        assert!(seen > due - 0.5 && (seen < due + 0.5 || was_busy), "{cell}: {seen}");
    }
}

#[test]
fn scenarios_run_by_name_and_by_file() {
    let (_dir, path) = folder();
    let output = run(&path, "run --scenario many-hosts-once --origin embedded -n 20 --rounds 1 --out r");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let of_hosts = result(&path, "r");
    assert_valid(&of_hosts.trials);
    assert_eq!(of_hosts.run.scenario.as_ref().unwrap().name, "many-hosts-once");
    assert_eq!(of_hosts.run.sections[0].workload.hosts.get(), 400);

    let text = "title = 'Mine'\nwhy = 'To see.'\n[[section]]\nname = 's'\npath = '/bytes/1000?seed=1'\nrequests = 8\n\
                concurrency = 2\nrounds = 1\nvaries = ['group']\n\
                cells = ['serial/ureq/plain/new-conn', 'serial/ureq/rustls/new-conn']\nat = ['', 'group=p256']\n";
    std::fs::write(path.join("mine.toml"), text).unwrap();
    let output = run(&path, "run --scenario mine.toml --origin embedded --out mine");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert_valid(&result(&path, "mine").trials);
    let printed = stdout(&output);
    assert!(printed.contains("scenario   Mine") && printed.contains("the usual group"), "{printed}");
}

#[test]
fn what_cannot_be_asked_for_is_refused_by_name() {
    let (_dir, path) = folder();
    let refused = |arguments: &str, words: &str| {
        let output = run(&path, arguments);
        assert_eq!(code(&output), Some(2), "{arguments}: {}", stdout(&output));
        assert!(stderr(&output).contains(words), "{arguments}: {}", stderr(&output));
    };
    refused("run --scenario resumptoin", "resumption");
    refused("run --scenario nowhere.toml", "nowhere.toml");
    refused("run --scenario resumption smol", "cannot be used with");
    refused("run smol --group p384", "x25519mlkem768");
    refused("run smol --rtt 60000", "milliseconds");
    refused("run smol --chain 4", "1, 2, 3");
    refused("run smol rustls --group p256 --origin http://127.0.0.1:1/", "its own");
    refused("run native-tls resumed", "rust-native-tls#308");
    refused("run smol/hyper/rustls/new-conn@grupp=p256", "grupp");
}
