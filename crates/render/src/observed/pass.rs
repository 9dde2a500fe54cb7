//! Describes a run in words: the lines above its picture, and its row of counts.

use std::collections::BTreeMap;
use std::fmt::Display;

use observation::{Ended, NO_PEER, Observation, ObservedRun, Quantiles, Sampling, Transport};

use super::connection_text::closed;
use super::sanitize::{SENTENCE, sanitize};
use super::time_columns::unmet_ns;
use crate::format::{grouped, number, time};

/// The most entries of one kind that are listed.
const ENTRIES: usize = 12;

/// The name of a run, by what the command fetched from.
pub(crate) fn name(transport: Transport) -> &'static str {
    match transport {
        Transport::Http => "HTTP",
        Transport::Https => "HTTPS",
        Transport::Own => "Its own hosts",
    }
}

/// The time that the pictures of all runs span, so that they can be compared.
pub(crate) fn horizon_ns(observation: &Observation) -> u64 {
    observation.passes.iter().map(|pass| pass.wall_ns).max().unwrap_or(0).max(1)
}

/// The number of requests: as the origin counted them or, without an origin, the number of exchanges.
fn requests(pass: &ObservedRun) -> u64 {
    pass.origin.as_ref().map_or(pass.counts.exchanges, |origin| origin.requests)
}

/// The number of requests; `None` if HTTP/2 hides them.
fn requests_told(pass: &ObservedRun) -> Option<u64> {
    (pass.origin.is_some() || pass.h2_connections() == 0).then(|| requests(pass))
}

/// How the command ended, how long it ran, and its CPU time.
pub(crate) fn took(pass: &ObservedRun) -> String {
    let wall = time(pass.wall_ns as f64);
    let ended = match pass.ended {
        Ended::Code(0) => format!("done in {wall}"),
        Ended::Code(code) => format!("exit code {code} after {wall}"),
        Ended::Signal(signal) => format!("ended by signal {signal} after {wall}"),
        Ended::TimedOut => format!("stopped at the time limit after {wall}"),
        Ended::Interrupted => format!("interrupted after {wall}"),
    };
    let share = pass.cpu.total_ns as f64 / pass.wall_ns.max(1) as f64 * 100.0;
    format!("{ended}, CPU {} ({} % of a core)", time(pass.cpu.total_ns as f64), grouped(share))
}

/// The network traffic in one line.
pub(crate) fn traffic(pass: &ObservedRun) -> String {
    let counts = &pass.counts;
    // HTTP/2 hides requests: what looks like a request by its direction may be a frame of any kind.
    let requests = match requests_told(pass) {
        Some(requests) => plural(requests, "request"),
        None => "requests hidden by HTTP/2".to_owned(),
    };
    let mut traffic = vec![plural(counts.connections, "connection"), requests];
    if counts.tls > 0 {
        let kinds = format!("{} full, {} resumed", grouped(counts.full as f64), grouped(counts.resumed as f64));
        traffic.push(format!("{} ({kinds})", plural(counts.handshakes, "handshake")));
        traffic.extend(counts.versions.keys().take(ENTRIES).map(|version| sanitize(version, 20)));
    }
    if counts.unfinished > 0 {
        traffic.push(format!("{} not completed", plural(counts.unfinished, "handshake")));
    }
    // The last frames of an HTTP/2 connection look like a request.
    if unanswered(pass) > 0 {
        traffic.push(format!("{} without a response", plural(unanswered(pass), "request")));
    }
    traffic.join(", ")
}

/// All counts of a run, by name. A count that does not apply is empty.
pub(crate) fn counts(pass: &ObservedRun) -> Vec<(&'static str, String)> {
    let counts = &pass.counts;
    let closes: BTreeMap<&str, u64> = counts.closes.iter().map(|(close, count)| (closed(*close), *count)).collect();
    let direct = pass.direct.iter().take(ENTRIES).map(|direct| {
        let over = if direct.udp { "UDP" } else { "TCP" };
        let address = if direct.address == NO_PEER { "unconnected" } else { &direct.address };
        format!("{} ({over})", sanitize(address, 80))
    });
    vec![
        ("connections", some(counts.connections)),
        ("most open at once", at_once(pass.levels.open.most)),
        ("requests", requests_told(pass).map_or_else(String::new, some)),
        ("most in flight at once", at_once(pass.levels.waiting.most)),
        ("mean in flight while there was any", at_once(pass.levels.waiting.mean)),
        ("requests without a response", some(unanswered(pass))),
        ("handshakes", some(counts.handshakes)),
        ("full handshakes", some(counts.full)),
        ("resumed handshakes", some(counts.resumed)),
        ("handshakes not completed", some(counts.unfinished)),
        ("second ClientHello requested", some(counts.retried)),
        ("versions", entries(&counts.versions)),
        ("cipher suites", entries(&counts.suites)),
        ("groups", entries(&counts.groups)),
        ("alerts", entries(&counts.alerts)),
        ("encrypted records with the size of an alert", some(counts.hidden_alerts)),
        ("how connections ended", entries(&closes)),
        ("hosts not reached", entries(&counts.not_reached)),
        ("requests of other programs, refused", some(counts.strangers)),
        ("connections closed at the limit of open files", some(counts.no_room)),
        ("resolving", spread(&counts.resolve)),
        ("connecting", spread(&counts.connect)),
        ("handshake", spread(&counts.handshake)),
        ("the client's turns in handshakes", spread(&counts.client_turns)),
        ("the server's turns in handshakes", spread(&counts.server_turns)),
        ("time to the first byte of a response", spread(&counts.waits)),
        ("time from the first byte to the last", spread(&counts.transfers)),
        ("bytes sent", some(counts.bytes_up)),
        ("bytes received", some(counts.bytes_down)),
        ("most processes at once", some(pass.cpu.processes)),
        ("CPU time missing from the chart", unmet(pass)),
        ("processes left running", some(pass.left_running)),
        ("connections that bypassed the observer", direct.collect::<Vec<_>>().join(", ")),
        ("trust stores loaded", loads(pass)),
    ]
}

fn at_once(mean: f64) -> String {
    if mean > 0.0 { level(mean) } else { String::new() }
}

/// A number at one time: `10`, `3.4`. Means over short spans that are close to a whole number are rounded to it.
pub(crate) fn level(mean: f64) -> String {
    if (mean - mean.round()).abs() < 0.05 { grouped(mean) } else { number(mean) }
}

/// A count as text; empty if it is zero.
fn some(count: u64) -> String {
    if count == 0 { String::new() } else { grouped(count as f64) }
}

fn entries<K: Display>(counts: &BTreeMap<K, u64>) -> String {
    let entry = |(name, count): (&K, &u64)| format!("{} {}", sanitize(&name.to_string(), 120), grouped(*count as f64));
    let mut entries: Vec<String> = counts.iter().take(ENTRIES).map(entry).collect();
    if counts.len() > ENTRIES {
        entries.push(format!("and {} more kinds", counts.len() - ENTRIES));
    }
    entries.join(", ")
}

fn spread(spread: &Quantiles) -> String {
    if spread.count == 0 {
        return String::new();
    }
    let [median, p99, max] = [spread.p50_ns, spread.p99_ns, spread.max_ns].map(|ns| time(ns as f64));
    format!("median {median}, p99 {p99}, longest {max}")
}

/// Less than this is due to the rounding of clocks.
const ROUNDING_NS: u64 = 1_000_000;

fn unmet(pass: &ObservedRun) -> String {
    match unmet_ns(pass) {
        0..ROUNDING_NS => String::new(),
        ns => time(ns as f64),
    }
}

fn loads(pass: &ObservedRun) -> String {
    match &pass.sampling {
        Sampling::NotAsked => String::new(),
        Sampling::Impossible(why) => format!("not sampled: {}", sanitize(why, SENTENCE)),
        Sampling::Sampled(store) => {
            let share = store.in_trust_store as f64 / store.samples.max(1) as f64 * 100.0;
            let connections = plural(store.connections, "connection");
            format!("{} for {connections}, {share:.0} % of CPU samples", store.loads)
        }
    }
}

/// `1 request`, `2 requests`.
pub(crate) fn plural(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {what}{s}", grouped(count as f64))
}

/// The number of requests without a response. If there is an origin, its ledger limits it. 0 if HTTP/2 hides requests.
fn unanswered(pass: &ObservedRun) -> u64 {
    if pass.h2_connections() > 0 {
        return 0;
    }
    let counts = &pass.counts;
    let answered = counts.exchanges.saturating_sub(counts.unanswered);
    let left = pass.origin.as_ref().map_or(u64::MAX, |origin| origin.requests.saturating_sub(answered));
    counts.unanswered.min(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::fixtures::serialized;

    #[test]
    fn a_pass_says_what_it_took_and_what_went_over_the_network() {
        let observation = serialized(10);
        assert_eq!(took(&observation.passes[1]), "done in 2.61 s, CPU 390 ms (15 % of a core)");
        assert_eq!(
            traffic(&observation.passes[1]),
            "10 connections, 10 requests, 10 handshakes (10 full, 0 resumed), TLSv1.3"
        );
        assert_eq!(traffic(&observation.passes[0]), "10 connections, 10 requests");
    }

    #[test]
    fn kinds_without_end_are_not_listed_without_end() {
        let mut observation = serialized(1);
        let pass = &mut observation.passes[1];
        pass.counts.alerts = (0..40).map(|at| (format!("client {at}"), 1)).collect();
        let alerts = counts(pass).into_iter().find(|(name, _)| *name == "alerts").unwrap().1;
        assert!(alerts.ends_with("and 28 more kinds"), "{alerts}");
    }
}
