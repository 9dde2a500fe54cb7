//! Made-up observations for tests: the same requests over HTTP and HTTPS, where those over HTTPS run one by one or all
//! at once.

use std::collections::BTreeMap;

use diagnosis::{Account, Advice, Code, Conclusion, Confidence, Cost, Diagnosis, Finding, Part, Spent};
use observation::{
    Close, Connecting, Connection, ConnectionKind, Counts, Cpu, CpuReading, Direct, Ended, Exchange, FORMAT, Gauge,
    Gauges, Handshake, Host, MOST_CONNECTIONS, MOST_EXCHANGES, Moment, Observation, ObserveMode, ObservedRun, Runtime,
    Sampling, Transport,
};
use wire::{HandshakeKind, ServerHello};

pub(crate) const MS: u64 = 1_000_000;

/// The time that the origin takes for a response.
const SERVICE: u64 = 200 * MS;

/// The time at which the command opens its first connection.
const START: u64 = 100 * MS;

/// Over HTTPS, requests are sent one after another, although all connections are open.
pub(crate) fn serialized(connections: u64) -> Observation {
    observation(connections, |number| START + 10 * MS + SERVICE * (number - 1))
}

/// Over HTTPS, each request is sent as soon as its connection is open.
pub(crate) fn concurrent(connections: u64) -> Observation {
    observation(connections, |_| START + 10 * MS)
}

/// The diagnosis of a serialized client.
pub(crate) fn diagnosis() -> Diagnosis {
    let advice = |runtime: Option<Runtime>, of: Option<&str>, text: &str| Advice {
        of: of.map(str::to_owned),
        runtime,
        text: text.to_owned(),
    };
    let spent = |part, ns, at_once| Spent { part, ns, at_once };
    Diagnosis {
        account: Some(Account {
            sentence: "HTTPS requests wait for each other, one at a time. Fixed, about 300 ms instead of 2.10 s."
                .to_owned(),
            wall_ns: 2_100 * MS,
            mended_ns: Some(300 * MS),
            parts: vec![spent(Part::Start, 100 * MS, None), spent(Part::Responses, 2_000 * MS, Some(1.0))],
        }),
        verdict: Conclusion::Found,
        findings: vec![Finding {
            code: Code::SERIALIZED,
            confidence: Confidence::Proven,
            evidence: vec![
                "10 connections were open at once over HTTPS, and one request was in flight at a time: 1.0 on average, \
                 against 10 over HTTP."
                    .to_owned(),
                "Connections were unused for 9.1 s in total while a request was in flight.".to_owned(),
            ],
            cost: Some(Cost {
                wall_ms: Some(180_000.0),
                cpu_ms: None,
                how: "the time that requests took beyond what they would have at 10 in flight".to_owned(),
            }),
            saves_ns: 1_800 * MS,
            concerns: 10,
            advice: vec![
                advice(None, None, "Do not hold a lock across a request."),
                advice(Some(Runtime::Python), Some("gevent"), "Patch before ssl is imported."),
            ],
        }],
        notes: vec!["What requests asked for is encrypted.".to_owned()],
        not_judged: Vec::new(),
    }
}

/// Text that would do harm if it were not escaped.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[2J\u{202e}\"'&:443";

/// The same with [`HOSTILE`] in every text that comes from a network or a user.
pub(crate) fn hostile() -> (Observation, Diagnosis) {
    let (mut observation, mut diagnosis) = (serialized(10), diagnosis());
    let hostile = || HOSTILE.to_owned();
    observation.command.push(hostile());
    observation.began = hostile();
    for pass in &mut observation.passes {
        pass.transport = Transport::Own;
        pass.hosts.push(Host { name: hostile(), connections: 1, ..Host::default() });
        let counts = &mut pass.counts;
        for names in [&mut counts.versions, &mut counts.suites, &mut counts.groups, &mut counts.alerts] {
            names.insert(hostile(), 1);
        }
        counts.not_reached.insert(hostile(), 1);
        pass.direct.push(Direct { address: hostile(), udp: true, met: 1 });
        pass.sampling = Sampling::Impossible(hostile());
        for connection in &mut pass.connections {
            connection.host = hostile();
            connection.connecting.failure = Some(hostile());
        }
    }
    let finding = &mut diagnosis.findings[0];
    finding.evidence.push(hostile());
    finding.advice.push(Advice { of: Some(hostile()), runtime: None, text: hostile() });
    diagnosis.notes.push(hostile());
    (observation, diagnosis)
}

/// A command that opened no connection.
pub(crate) fn nothing() -> (Observation, Diagnosis) {
    let mut observation = serialized(1);
    for pass in &mut observation.passes {
        (pass.counts, pass.levels, pass.cpu) = (Counts::default(), Gauges::default(), Cpu::default());
        (pass.connections, pass.hosts) = (Vec::new(), Vec::new());
        pass.wall_ns = 0;
    }
    let reasons = vec!["The command never connected to the URL.".to_owned()];
    (
        observation,
        Diagnosis {
            account: None,
            verdict: Conclusion::NotSeen(reasons),
            findings: Vec::new(),
            notes: Vec::new(),
            not_judged: Vec::new(),
        },
    )
}

/// 10,000 connections, of which as many are recorded individually as the recorder does, each with as many exchanges.
pub(crate) fn ten_thousand() -> Observation {
    let mut observation = concurrent(MOST_CONNECTIONS);
    for pass in &mut observation.passes {
        pass.counts.connections = 10_000;
        for connection in &mut pass.connections {
            let first = connection.exchanges[0];
            let later = |at: u64| {
                let step = at * 10 * MS;
                Exchange {
                    sent_ns: first.sent_ns + step,
                    answered_ns: Some(first.sent_ns + step + 4 * MS),
                    last_ns: Some(first.sent_ns + step + 7 * MS),
                    ..first
                }
            };
            connection.exchanges = (0..MOST_EXCHANGES as u64).map(later).collect();
            connection.exchanged = 1_000;
            connection.closed_ns = None;
        }
        pass.hosts = (0..256).map(|at| Host { name: format!("host-{at}.example:443"), ..Host::default() }).collect();
    }
    observation
}

fn observation(connections: u64, sent: impl Fn(u64) -> u64) -> Observation {
    let at_once = |number: u64| START + 10 * MS + number * 10_000;
    Observation {
        format: FORMAT,
        tlstax: "0.1.0".to_owned(),
        began: "2026-01-01T00:00:00Z".to_owned(),
        command: ["python3", "fetch.py", "{url}"].map(str::to_owned).to_vec(),
        via: ObserveMode::Url,
        service_ns: Some(SERVICE),
        passes: vec![pass(Transport::Http, connections, at_once), pass(Transport::Https, connections, sent)],
    }
}

fn pass(transport: Transport, connections: u64, sent: impl Fn(u64) -> u64) -> ObservedRun {
    let tls = transport == Transport::Https;
    let connections: Vec<Connection> = (1..=connections).map(|number| connection(tls, number, sent(number))).collect();
    let all = connections.len() as u64;
    let last = connections.iter().filter_map(|connection| connection.closed_ns).max().unwrap_or(START);
    let wall_ns = last + 500 * MS;
    let of_all = |name: &str| if tls { BTreeMap::from([(name.to_owned(), all)]) } else { BTreeMap::new() };
    let levels = levels(&connections, wall_ns);
    let handshakes = if tls { all } else { 0 };
    let counts = Counts {
        connections: all,
        tls: handshakes,
        handshakes,
        full: handshakes,
        versions: of_all("TLSv1.3"),
        suites: of_all("TLS_AES_128_GCM_SHA256"),
        groups: of_all("x25519mlkem768"),
        closes: BTreeMap::from([(Close::Client, all)]),
        exchanges: all,
        ..Counts::default()
    };
    let host = Host { name: HOST.to_owned(), connections: all, exchanges: all, handshakes, ..Host::default() };
    let reading = |at: u64| CpuReading { at_ns: at * wall_ns / 20, cpu_ns: at * 19 * MS, ..CpuReading::default() };
    ObservedRun {
        transport,
        ended: Ended::Code(0),
        wall_ns,
        cpu: Cpu { total_ns: 390 * MS, processes: 1, cpus: 2, readings: (1..=20).map(reading).collect() },
        runtimes: Default::default(),
        counts,
        hosts: vec![host],
        levels,
        connections,
        origin: None,
        direct: Vec::new(),
        sampling: Sampling::NotAsked,
        no_proxy: None,
        upstream: None,
        left_running: 0,
    }
}

const HOST: &str = "api.example.com:443";

fn connection(tls: bool, number: u64, sent: u64) -> Connection {
    let opened_ns = START + number.min(100) * 3 * MS / 2;
    let established = opened_ns + MS;
    let finished = established + 5 * MS;
    let ready = if tls { finished } else { established };
    let sent_ns = sent.max(ready);
    let (answered, last) = (sent_ns + SERVICE, sent_ns + SERVICE + MS);
    let answer = ServerHello {
        version: "TLSv1.3".to_owned(),
        suite: "TLS_AES_128_GCM_SHA256".to_owned(),
        group: None,
        alpn: None,
        psk: false,
        promises_ticket: false,
    };
    let handshake = Handshake {
        answer: Some(answer),
        kind: Some(HandshakeKind::Full),
        began_ns: Some(established),
        finished_ns: Some(finished),
        ..Handshake::default()
    };
    let exchange = Exchange {
        sent_ns,
        sent_last_ns: sent_ns,
        longest_gap_ns: 0,
        answered_ns: Some(answered),
        last_ns: Some(last),
        sent_bytes: 300,
        answer_bytes: 500,
    };
    Connection {
        number,
        way: ConnectionKind::Direct,
        host: HOST.to_owned(),
        opened_ns,
        connecting: Connecting { established_ns: Some(established), ..Connecting::default() },
        handshake: tls.then(|| Box::new(handshake)),
        exchanges: vec![exchange],
        exchanged: 1,
        bytes_up: 900,
        bytes_down: 4_000,
        ended_ns: None,
        closed_ns: Some(last),
        close: Close::Client,
        irregular: Vec::new(),
        may_be_h2: false,
    }
}

/// The gauges that the recorder would have returned, in moments of 5 ms.
fn levels(connections: &[Connection], wall_ns: u64) -> Gauges {
    use observation::Doing::{Connecting, Handshake, Idle, Standing, Transferring, Waiting};
    let moment_ns = (wall_ns / 500).max(1);
    let mut moments = vec![Moment::default(); 501];
    for stretch in connections.iter().flat_map(|connection| connection.stretches(wall_ns)) {
        let (first, last) = (stretch.from_ns / moment_ns, (stretch.until_ns - 1) / moment_ns);
        for at in first..=last.min(500) {
            let overlap = stretch.until_ns.min((at + 1) * moment_ns) - stretch.from_ns.max(at * moment_ns);
            let moment = &mut moments[at as usize];
            let level = match stretch.doing {
                Connecting => &mut moment.connecting,
                Handshake => &mut moment.handshake,
                Standing => &mut moment.standing,
                Waiting => &mut moment.waiting,
                Transferring => &mut moment.transferring,
                Idle => &mut moment.idle,
            };
            *level += overlap as f32 / moment_ns as f32;
        }
    }
    let most = moments.iter().map(|moment| f64::from(moment.waiting)).fold(0.0, f64::max);
    Gauges { waiting: Gauge { most, ..Gauge::default() }, moment_ns, moments, ..Gauges::default() }
}
