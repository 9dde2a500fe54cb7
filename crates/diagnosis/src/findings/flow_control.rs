//! HTTP/2's flow control delays a transfer: the server sends one window, waits a round trip for the client's
//! WINDOW_UPDATE (RFC 9113 §6.9), and so on.

use observation::{Connection, Exchange, Runtime};

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::time;

/// The lengths of one or two window updates, records included, bytes: frames of 13 bytes (RFC 9113 §6.9) in records
/// that add 22 in TLS 1.3, and 29 or 21 in TLS 1.2 (AES-GCM, ChaCha20). Two of them, for the stream and for the
/// connection, share one record or have one each.
const UPDATES: [u64; 15] = [35, 48, 70, 83, 96, 42, 55, 84, 97, 110, 34, 47, 68, 81, 94];
/// The least share of a connection's exchanges that look like window updates: requests of just that length are rare.
const MOST: f64 = 0.5;
/// The least number of bytes that the server sends after an update: many clients give back half of the usual window of
/// 65,535 bytes at a time, and some less.
const BURST: u64 = 8_192;
/// The least number of bursts: a growing window is large enough by then.
const ENOUGH: usize = 8;
/// The least pause that is a round trip and not the machine's own delay, ns.
const PAUSE_NS: u64 = 1_000_000;
/// The least share of these pauses in the run's wall time.
const OF_WALL: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("flow-control"),
    title: "flow control stalls transfers: the HTTP/2 window is too small",
    failure: false,
    doc: Doc {
        means: "The client's HTTP/2 window is smaller than what the network could carry in a round trip. So the server \
                sends one window, waits a round trip until the client allows more, and so on: a transfer can't be \
                faster than one window per round trip.",
        seen: "on a connection that may use HTTP/2, at least eight times a record as long as a window update, a round \
               trip of silence, and a burst of at least 8 KiB; such silences take at least a tenth of the run. It is \
               inferred from lengths and times.",
        saves: "the time of these silences.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let stopped = case.pass.connections.iter().filter(|one| case.may_be_h2(one));
    let stopped: Vec<(&Connection, Vec<&Exchange>)> =
        stopped.map(|one| (one, bursts(one))).filter(|(_, bursts)| bursts.len() >= ENOUGH).collect();
    let spans: Vec<(u64, u64)> = stopped.iter().flat_map(|(connection, bursts)| silences(connection, bursts)).collect();
    let stopped: Vec<Vec<&Exchange>> = stopped.into_iter().map(|(_, bursts)| bursts).collect();
    // Exchanges that were not kept are assumed to be like those that were.
    let kept: usize = case.pass.connections.iter().map(|one| one.exchanges.len()).sum();
    let scale = (case.pass.counts.exchanges as f64 / kept.max(1) as f64).max(1.0);
    let silent_ns = ((case.side_by_side(spans.clone()) as f64 * scale) as u64).min(case.pass.wall_ns);
    if stopped.is_empty() || (silent_ns as f64) < OF_WALL * case.pass.wall_ns as f64 {
        return None;
    }
    let mut sizes: Vec<u64> = stopped.iter().flatten().map(|one| one.answer_bytes).collect();
    sizes.sort_unstable();
    let window = sizes.get(sizes.len() / 2).copied().unwrap_or(0);
    let total: u64 = spans.iter().map(|(from, until)| until.saturating_sub(*from)).sum();
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Inferred,
        evidence: vec![format!(
            "{} bursts of about {window} bytes, each after a window update and an average silence of {}.",
            sizes.len(),
            time(total / spans.len().max(1) as u64)
        )],
        cost: Some(Cost {
            wall_ms: Some(silent_ns as f64 / 1e6),
            cpu_ms: None,
            how: "the silences of the whole run, because HTTP/2 hides the number of requests".to_owned(),
        }),
        saves_ns: silent_ns,
        concerns: case.pass.counts.exchanges,
        advice: advice(),
    })
}

/// The spans from each send of the client to the server's next bytes, starting with the first window update. Updates
/// also come together with requests, or in other lengths, and are followed by the same silence.
fn silences<'a>(connection: &'a Connection, bursts: &[&Exchange]) -> impl Iterator<Item = (u64, u64)> + 'a {
    let first = bursts.first().map_or(u64::MAX, |burst| burst.sent_ns);
    let after = connection.exchanges.iter().filter(move |one| one.sent_ns >= first);
    let mut usual: Vec<u64> = bursts.iter().filter_map(|one| one.answered_ns?.checked_sub(one.sent_last_ns)).collect();
    usual.sort_unstable();
    // A longer silence is due to the server's processing.
    let longest = 2 * usual.get(usual.len() / 2).copied().unwrap_or(0);
    let silence = after.filter(|one| one.answer_bytes >= BURST);
    let silence = silence.filter_map(|one| Some((one.sent_last_ns, one.answered_ns?)));
    silence.filter(move |(from, until)| (PAUSE_NS..=longest).contains(&until.saturating_sub(*from)))
}

fn bursts(connection: &Connection) -> Vec<&Exchange> {
    let is_burst = |one: &&Exchange| {
        let silent = one.answered_ns.map_or(0, |answered| answered.saturating_sub(one.sent_last_ns));
        UPDATES.contains(&one.sent_bytes) && one.answer_bytes >= BURST && silent >= PAUSE_NS
    };
    let bursts: Vec<&Exchange> = connection.exchanges.iter().filter(is_burst).collect();
    if bursts.len() as f64 >= MOST * connection.exchanges.len() as f64 { bursts } else { Vec::new() }
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Raise the client's windows, for streams and for the connection, to the bandwidth times the round-trip \
             time (1 MiB allows 10 MiB/s at 100 ms), or let them adapt. If they can't be set, HTTP/1.1 is faster for \
             large bodies.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Use `http2.connect(url, { settings: { initialWindowSize: 1 << 20 } })` and `session.setLocalWindowSize(1 \
             << 22)`.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust hyper, reqwest",
            "Set `http2_adaptive_window(true)`, or `http2_initial_stream_window_size` and \
             `http2_initial_connection_window_size`.",
        ),
        Advice::of(
            Runtime::Go,
            "Go",
            "`http2.Transport` allows 4 MiB per stream; for gRPC set `WithInitialWindowSize` and \
             `WithInitialConnWindowSize`.",
        ),
        Advice::of(
            Runtime::Python,
            "Python httpx, hyper-h2",
            "h2's window is 65,535 bytes by default: set `initial_window_size`.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "Set `-Djdk.httpclient.windowsize` and `-Djdk.httpclient.connectionWindowSize`.",
        ),
        Advice::of(Runtime::Curl, "curl, libcurl", "Update: since 7.88 windows are 10 MiB or more."),
    ]
}
