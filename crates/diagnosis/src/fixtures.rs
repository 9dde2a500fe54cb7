//! Small made-up observations for tests. Times are in ms.

use observation::{
    Close, Connecting, Connection, ConnectionKind, Counts, Cpu, CpuReading, Ended, Exchange, Gauge, Gauges, Handshake,
    Host, Observation, ObserveMode, ObservedRun, Quantiles, Sampling, Transport, TrustStore, Turn,
};
use wire::{ClientHello, HandshakeKind, ServerHello, Side};

use crate::{AT_A_TIME, Code, Diagnosis, Finding, diagnose};

pub(crate) const MS: u64 = 1_000_000;

/// A connection that opens at `opened`, whose handshake ends 5 ms before `ready`, and that carries exchanges with these
/// beginnings and ends.
pub(crate) fn connection(number: u64, opened: u64, ready: u64, exchanges: &[(u64, u64)]) -> Connection {
    let exchange = |&(sent, answered): &(u64, u64)| Exchange {
        sent_ns: sent * MS,
        sent_last_ns: sent * MS,
        longest_gap_ns: 0,
        answered_ns: Some(answered * MS),
        last_ns: Some(answered * MS),
        sent_bytes: 200,
        answer_bytes: 500,
    };
    Connection {
        number,
        way: ConnectionKind::Tunnel,
        host: "a.test:443".to_owned(),
        opened_ns: opened * MS,
        connecting: Connecting { established_ns: Some(opened * MS), ..Connecting::default() },
        handshake: Some(Box::new(handshake("TLSv1.3", opened, ready))),
        exchanges: exchanges.iter().map(exchange).collect(),
        exchanged: exchanges.len() as u64,
        bytes_up: 1_000,
        bytes_down: 1_000,
        ended_ns: None,
        closed_ns: None,
        close: Close::Open,
        irregular: Vec::new(),
        may_be_h2: false,
    }
}

/// A full handshake that the client begins immediately and in which the server takes 1 ms for each turn.
pub(crate) fn handshake(version: &str, opened: u64, ready: u64) -> Handshake {
    let turn = |of, from: u64, until: u64| Turn { of, from_ns: from * MS, until_ns: until * MS };
    let mut turns = vec![
        turn(Side::Client, opened, opened),
        turn(Side::Server, opened, opened + 1),
        turn(Side::Client, opened + 1, ready),
    ];
    if version != "TLSv1.3" {
        turns.push(turn(Side::Server, ready, ready + 1));
    }
    Handshake {
        hello: Some(hello(&["TLSv1.3", "TLSv1.2"])),
        answer: Some(ServerHello {
            version: version.to_owned(),
            suite: "TLS_AES_128_GCM_SHA256".to_owned(),
            group: None,
            alpn: None,
            psk: false,
            promises_ticket: false,
        }),
        kind: Some(HandshakeKind::Full),
        began_ns: Some(opened * MS),
        turns,
        finished_ns: Some(ready * MS),
        ..Handshake::default()
    }
}

pub(crate) fn hello(versions: &[&str]) -> ClientHello {
    ClientHello {
        server_name: None,
        versions: versions.iter().map(|&version| version.to_owned()).collect(),
        groups: Vec::new(),
        key_shares: vec!["x25519mlkem768".to_owned()],
        suites: 3,
        alpn: Vec::new(),
        offers_ticket: false,
        offers_psk: false,
        early_data: false,
        bytes: 300,
    }
}

/// The quantiles of `count` equal durations.
pub(crate) fn quantiles(count: u64, each_ms: u64) -> Quantiles {
    let each = each_ms * MS;
    Quantiles { count, sum_ns: count * each, min_ns: each, p50_ns: each, p99_ns: each, max_ns: each }
}

/// A run with `connections` and the counts that follow from them. Its gauges show one request at a time.
pub(crate) fn pass(transport: Transport, connections: Vec<Connection>) -> ObservedRun {
    let number = connections.len() as u64;
    let exchanges: u64 = connections.iter().map(|connection| connection.exchanged).sum();
    let waits: u64 =
        connections.iter().flat_map(|one| &one.exchanges).filter_map(|one| Some(one.answered_ns? - one.sent_ns)).sum();
    let versions = connections.iter().filter_map(|one| Some(one.handshake.as_ref()?.answer.as_ref()?.version.clone()));
    let counts = Counts {
        connections: number,
        tls: number,
        handshakes: number,
        full: number,
        versions: versions.fold(Default::default(), |mut all, version| {
            *all.entry(version).or_default() += 1;
            all
        }),
        exchanges,
        connect: quantiles(number, 1),
        handshake: quantiles(number, 5),
        server_turns: quantiles(number, 1),
        waits: Quantiles { sum_ns: waits, ..quantiles(exchanges, waits / MS / exchanges.max(1)) },
        ..Counts::default()
    };
    let waiting = Gauge { most: 1.0, mean: 1.0, any_ns: waits, several_ns: 0 };
    let host =
        Host { name: "a.test:443".to_owned(), connections: number, exchanges, handshakes: number, ..Host::default() };
    ObservedRun {
        transport,
        ended: Ended::Code(0),
        wall_ns: 10_000 * MS,
        cpu: cpu(0.1),
        runtimes: Default::default(),
        counts,
        hosts: vec![host],
        levels: Gauges {
            waiting,
            open: Gauge { most: number as f64, ..waiting },
            moment_ns: 20 * MS,
            ..Gauges::default()
        },
        connections,
        origin: None,
        direct: Vec::new(),
        sampling: Sampling::NotAsked,
        no_proxy: None,
        upstream: None,
        left_running: 0,
    }
}

/// Readings of a command that uses this share of a core.
pub(crate) fn cpu(share: f64) -> Cpu {
    let reading = |at_ms: u64| CpuReading {
        at_ns: at_ms * MS,
        cpu_ns: (at_ms as f64 * share * 1e6) as u64,
        ..CpuReading::default()
    };
    Cpu {
        total_ns: (10_000.0 * share * 1e6) as u64,
        processes: 1,
        cpus: 2,
        readings: (0..=100).map(|k| reading(k * 100)).collect(),
    }
}

/// Four connections that open and finish their handshakes together, and whose requests wait for each other.
pub(crate) fn queue() -> Vec<Connection> {
    (0..4).map(|k| connection(k + 1, 0, 5, &[(10 + k * 100, 110 + k * 100)])).collect()
}

/// Samples that show `loads` loads of a trust store for `connections` connections.
pub(crate) fn samples(loads: u64, connections: u64) -> Sampling {
    Sampling::Sampled(store(loads, connections))
}

/// The same, with 100 of 200 samples in the trust store.
pub(crate) fn store(loads: u64, connections: u64) -> TrustStore {
    let (again, for_connections) = (Some(90), Some(0));
    TrustStore { period_ns: MS, samples: 200, in_trust_store: 100, again, for_connections, lost: 0, loads, connections }
}

/// `n` requests of 100 ms, over connections that are opened one after another.
pub(crate) fn one_after_another(n: u64) -> Vec<Connection> {
    let one = |k: u64| {
        let at = k * 110;
        Connection {
            closed_ns: Some((at + 106) * MS),
            close: Close::Client,
            ..connection(k + 1, at, at + 5, &[(at + 5, at + 105)])
        }
    };
    (0..n).map(one).collect()
}

/// `n` requests of 100 ms over one connection.
pub(crate) fn kept(n: u64) -> Vec<Connection> {
    let exchanges: Vec<_> = (0..n).map(|k| (10 + k * 110, 110 + k * 110)).collect();
    vec![connection(1, 0, 5, &exchanges)]
}

pub(crate) fn own(connections: Vec<Connection>) -> ObservedRun {
    pass(Transport::Own, connections)
}

pub(crate) fn proxy(pass: ObservedRun) -> Diagnosis {
    diagnose(&observation(ObserveMode::Proxy, vec![pass]), AT_A_TIME)
}

/// The diagnosis of `https`, with a run over HTTP that has this mean number of requests in flight.
pub(crate) fn url(http_mean: f64, https: ObservedRun) -> Diagnosis {
    against(over_http(http_mean), https)
}

/// A run over HTTP with this mean number of requests in flight.
pub(crate) fn over_http(mean: f64) -> ObservedRun {
    let one = |k: u64| {
        let part = (mean - k as f64).min(1.0);
        Connection { handshake: None, ..connection(k + 1, 0, 5, &[(10, 10 + (part * 100.0) as u64)]) }
    };
    let mut http = pass(Transport::Http, (0..mean.ceil() as u64).map(one).collect());
    http.counts.tls = 0;
    http.origin = Some(ledger::Side { requests: http.counts.exchanges, ..ledger::Side::default() });
    http
}

/// The diagnosis of two runs, over HTTP and over HTTPS.
pub(crate) fn against(http: ObservedRun, https: ObservedRun) -> Diagnosis {
    let fitted = |pass: ObservedRun| ObservedRun { wall_ns: ended(&pass) + 50 * MS, ..pass };
    diagnose(
        &observation(
            ObserveMode::Url,
            vec![fitted(http), fitted(ObservedRun { transport: Transport::Https, ..https })],
        ),
        AT_A_TIME,
    )
}

/// When the last connection received its last response or was closed.
fn ended(pass: &ObservedRun) -> u64 {
    let ends = pass.connections.iter().map(|one| {
        let answered = one.exchanges.iter().filter_map(|exchange| exchange.last_ns).max();
        one.closed_ns.max(answered).unwrap_or(one.opened_ns)
    });
    ends.max().unwrap_or(0)
}

/// The same run with more requests than were kept, and with this mean number in flight.
pub(crate) fn with_mean(mean: f64, mut pass: ObservedRun) -> ObservedRun {
    pass.counts.exchanges += 1;
    pass.levels.waiting.mean = mean;
    pass
}

fn observation(via: ObserveMode, passes: Vec<ObservedRun>) -> Observation {
    Observation {
        format: observation::FORMAT,
        tlstax: "0".to_owned(),
        began: "2026-01-01T00:00:00Z".to_owned(),
        command: vec!["x".to_owned()],
        via,
        service_ns: None,
        passes,
    }
}

impl Diagnosis {
    pub(crate) fn codes(&self) -> Vec<Code> {
        let mut codes: Vec<Code> = self.findings.iter().map(|finding| finding.code).collect();
        codes.sort();
        codes
    }

    /// The findings without those that follow from the form of the tests' connections: requests one after another, each
    /// on its own connection.
    pub(crate) fn others(&self) -> Vec<Code> {
        let mut codes = self.codes();
        codes.retain(|code| ![Code::ONE_AT_A_TIME, Code::NO_REUSE].contains(code));
        codes
    }

    pub(crate) fn finds(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }

    pub(crate) fn finding(&self, code: Code) -> &Finding {
        self.findings.iter().find(|finding| finding.code == code).unwrap()
    }
}
