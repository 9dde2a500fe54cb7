//! The trust store is loaded for every connection or so: each request has a client, a TLS context or a process of its
//! own. It is shown by samples of the command's stacks, so it is proven where they could be taken and not judged
//! elsewhere.
//!
//! A pool in which each connection loads a store once is not meant: loads must exceed the connections needed at once,
//! or come with most requests.

use observation::Sampling;

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::words::{percent, share, time};

/// Loads, and loads beyond the connections needed at once: fewer are a start-up.
const ENOUGH: u64 = 3;
/// Of the connections: samples miss a short load now and then, so most stands for each. So many samples there must be
/// too: a few loads don't stand for many connections.
const OF_CONNECTIONS: f64 = 0.5;
/// Of the requests, where few connections were opened beyond those needed at once.
const OF_REQUESTS: f64 = 0.5;

pub(crate) fn find(case: &Case) -> Option<Finding> {
    let Sampling::Sampled(store) = &case.pass.sampling else { return None };
    // Samples with no connection's beginning between them count as one load, whichever clients they are of: so many that
    // were at work at once may be behind each.
    let behind = store.loads.saturating_mul(case.needed()).min(store.connections);
    let later = behind.saturating_sub(case.needed());
    let is_rule = later >= ENOUGH || share(store.loads, case.requests()) >= OF_REQUESTS;
    let is_most = |count| share(count, store.connections) >= OF_CONNECTIONS;
    if store.loads < ENOUGH || !is_most(behind) || !is_most(store.in_trust_store) || !is_rule {
        return None;
    }
    let cpu_ns = store.in_trust_store.saturating_mul(store.period_ns);
    Some(Finding {
        code: Code::ClientPerRequest,
        confidence: Confidence::Proven,
        evidence: vec![
            format!(
                "Before {} of {} connections a trust store was loaded, by samples of the stacks.",
                store.loads, store.connections
            ),
            format!(
                "A load took {} of CPU in the mean; all of them were {} of the command's CPU time.",
                time(cpu_ns / store.loads.max(1)),
                percent(store.in_trust_store, store.samples)
            ),
        ],
        cost: Some(Cost {
            wall_ms: None,
            cpu_ms: Some(case.per_thousand(cpu_ns as f64)),
            how: format!("{} samples in trust stores, of {} each", store.in_trust_store, time(store.period_ns)),
        }),
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Build the client, and with it the TLS context, once and share it: parsing the roots costs more than \
             the handshake.",
        ),
        Advice::of(
            "Python requests",
            "One `Session` for all requests; connections of its pool that are kept load nothing again.",
        ),
        Advice::of(
            "Python aiohttp, httpx",
            "One `ClientSession` or `Client`; where several are needed, give all the same \
             `ssl.create_default_context()`.",
        ),
        Advice::of(
            "Rust",
            "Clone one `reqwest::Client`, `ureq::Agent` or `native_tls::TlsConnector`; building one with \
             native-tls takes 10 ms and more each time (docs/findings.md).",
        ),
        Advice::of("Java", "Share one `SSLContext` and `HttpClient`."),
        Advice::of("curl", "One invocation for many URLs: every process reads the bundle anew."),
    ]
}
