//! Every client over every TLS stack refuses a server that it must not trust, and says that it was the handshake.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::common::each_of;
use measure::protocol::{EngineReply, EngineRequest, Job, Target, VERSION};
use origin::{Authority, EmbeddedProgram, Kind, Launch, Leaf, Origin};
use workload::{Cell, Connection, Workload};

/// What the engine answers to a job of this cell against a server with this leaf.
fn answer(cell: &Cell, leaf: Leaf) -> EngineReply {
    let authority = Authority::create().unwrap();
    let issued = authority.issue(leaf).unwrap();
    let program =
        EmbeddedProgram { exe: env!("CARGO_BIN_EXE_tlstax").into(), leading_args: vec!["serve-embedded".into()] };
    let mut origin = Origin::start(&Launch::new(Kind::Embedded(program), issued.chain_file, issued.key_file)).unwrap();
    let addr = origin.ready().https[0];
    let job = Job {
        protocol: VERSION,
        cell: cell.clone(),
        workload: Workload::of(
            "/get".parse().unwrap(),
            workload::Amount::Requests(1.try_into().unwrap()),
            1.try_into().unwrap(),
        ),
        targets: vec![Target { url: format!("https://localhost:{}/get", addr.port()), host: "localhost".into(), addr }],
        trust_file: Some(authority.trust_file()),
        insecure: false,
        body_file: None,
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
    writeln!(stdin, "{}", serde_json::to_string(&EngineRequest::Job(Box::new(job))).unwrap()).unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(engine.stdout.take().unwrap()), &mut line).unwrap();
    drop(stdin);
    engine.wait().unwrap();
    let served = origin.ledger().unwrap().https.requests;
    let answer = serde_json::from_str(&line).unwrap();
    assert_eq!(served > 0, matches!(answer, EngineReply::Ready(_)), "{cell} {leaf:?}: {line}");
    answer
}

/// Every model and client over every TLS stack that it can run over.
fn cells() -> Vec<Cell> {
    let mut cells = fetch::cells_of(&[Connection::NewConn]);
    cells.retain(|cell| cell.is_tls() && fetch::refusal(cell).is_none());
    cells
}

#[test]
fn a_good_certificate_is_trusted() {
    let cells = cells();
    assert!(
        fetch::cells()
            .iter()
            .filter(|cell| cell.is_tls() && cell.connection == Connection::NewConn)
            .all(|cell| cells.contains(cell))
    );
    each_of(&cells, |_, cell| assert!(matches!(answer(cell, Leaf::Good), EngineReply::Ready(_)), "{cell}"));
}

#[test]
fn an_expired_a_wrong_and_an_untrusted_certificate_are_refused() {
    // What is refused is up to the client and its stack: no model sees a certificate.
    let mut seen = BTreeSet::new();
    let mut cells = cells();
    cells.retain(|cell| seen.insert((cell.client.to_string(), cell.tls.to_string())));
    each_of(&cells, |_, cell| {
        for leaf in [Leaf::Expired, Leaf::WrongName, Leaf::Untrusted] {
            let EngineReply::Failed(reason) = answer(cell, leaf) else { panic!("{cell} trusts {leaf:?}") };
            // ureq's own connector does not tell a failed handshake from a broken exchange.
            let kind = if cell.client == "ureq-stock" { "http: " } else { "tls: " };
            assert!(reason.contains(kind), "{cell} {leaf:?}: {reason}");
        }
    });
}
