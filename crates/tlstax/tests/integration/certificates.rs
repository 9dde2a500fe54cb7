//! Every client over every TLS stack refuses a server that it must not trust, and says that it was the handshake.

use std::io::Write;
use std::process::{Command, Stdio};

use measure::protocol::{Answer, Job, Order, Target, VERSION};
use origin::{Authority, EmbeddedProgram, Kind, Launch, Leaf, Origin};
use workload::Workload;

/// What the engine answers to a job against a server with this leaf.
fn answer(model_and_client: &str, tls: &str, leaf: Leaf) -> Answer {
    let authority = Authority::create().unwrap();
    let issued = authority.issue(leaf).unwrap();
    let program =
        EmbeddedProgram { exe: env!("CARGO_BIN_EXE_tlstax").into(), leading_args: vec!["serve-embedded".into()] };
    let mut origin = Origin::start(&Launch::new(Kind::Embedded(program), issued.chain_file, issued.key_file)).unwrap();
    let addr = origin.ready().https[0];
    let job = Job {
        protocol: VERSION,
        cell: format!("{model_and_client}/{tls}/new-conn").parse().unwrap(),
        workload: Workload {
            path: "/get".parse().unwrap(),
            amount: workload::Amount::Requests(1.try_into().unwrap()),
            rate: None,
            concurrency: 1.try_into().unwrap(),
            server: workload::Server::Httpbin,
            hosts: workload::Hosts::MIN,
        },
        targets: vec![Target { url: format!("https://localhost:{}/get", addr.port()), host: "localhost".into(), addr }],
        trust_file: Some(authority.trust_file()),
        groups: vec!["x25519".into()],
        workers: 1,
        seed: 1,
    };
    let mut engine = Command::new(env!("CARGO_BIN_EXE_tlstax"))
        .arg("engine")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = engine.stdin.take().unwrap();
    writeln!(stdin, "{}", serde_json::to_string(&Order::Job(Box::new(job))).unwrap()).unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(engine.stdout.take().unwrap()), &mut line).unwrap();
    drop(stdin);
    engine.wait().unwrap();
    let served = origin.ledger().unwrap().https.requests;
    let answer = serde_json::from_str(&line).unwrap();
    assert_eq!(served > 0, matches!(answer, Answer::Ready(_)), "{model_and_client} {tls} {leaf:?}: {line}");
    answer
}

const CLIENTS: [&str; 7] = [
    "serial/ureq",
    "threads/ureq-stock",
    "tokio-current/hyper",
    "tokio-current/reqwest",
    "tokio-multi/reqwest-stock",
    "smol/hyper",
    "async-std/hyper",
];
const STACKS: [&str; 4] = ["rustls", "rustls-ring", "native-tls", "openssl"];

/// Every client over every stack that it can speak through.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = CLIENTS.into_iter().flat_map(|client| STACKS.map(|tls| (client, tls)));
    all.filter(|(client, tls)| fetch::refusal(&format!("{client}/{tls}/new-conn").parse().unwrap()).is_none())
}

#[test]
fn a_good_certificate_is_trusted() {
    assert!(pairs().count() > CLIENTS.len() * 2);
    for (client, tls) in pairs() {
        assert!(matches!(answer(client, tls, Leaf::Good), Answer::Ready(_)), "{client} {tls}");
    }
}

#[test]
fn an_expired_a_wrong_and_an_untrusted_certificate_are_refused() {
    for (client, tls) in pairs() {
        for leaf in [Leaf::Expired, Leaf::WrongName, Leaf::Untrusted] {
            let Answer::Failed(reason) = answer(client, tls, leaf) else { panic!("{client} {tls} trusts {leaf:?}") };
            // ureq's own connector does not tell a failed handshake from a broken exchange.
            let kind = if client == "threads/ureq-stock" { "http: " } else { "tls: " };
            assert!(reason.contains(kind), "{client} {tls} {leaf:?}: {reason}");
        }
    }
}
