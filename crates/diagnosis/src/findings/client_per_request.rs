//! The trust store is loaded for every connection or so: each request has a client, a TLS context or a process of its
//! own. It is shown by samples of the command's stacks: proven where loads were seen for half of the connections,
//! suspected where it takes loads that began together to explain them, and not judged where no samples could be taken.
//!
//! A pool in which each connection loads a store once is not meant: loads must exceed the connections needed at once,
//! or come with most requests.

use observation::{Sampling, TrustStore};

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
    // What can't be told apart must stand for requests, too: workers that load one each serve many.
    let is_proven = is_most(store.loads);
    let is_told = is_proven || share(behind, case.requests()) >= OF_REQUESTS;
    if store.loads < ENOUGH || !is_most(behind) || !is_most(store.in_trust_store) || !is_rule || !is_told {
        return None;
    }
    let cpu_ns = store.in_trust_store.saturating_mul(store.period_ns);
    Some(Finding {
        code: Code::ClientPerRequest,
        confidence: if is_proven { Confidence::Proven } else { Confidence::Suspected },
        evidence: vec![
            match is_proven {
                true => format!(
                    "Before {} of {} connections a trust store was loaded, by samples of the stacks.",
                    store.loads, store.connections
                ),
                false => format!(
                    "{} times a trust store, or several at once, were loaded before {} connections, of which {} were at work at \
                     once: samples of the stacks don't tell loads apart that begin together.",
                    store.loads,
                    store.connections,
                    case.needed()
                ),
            },
            spent(case, store, is_proven),
        ],
        cost: Some(Cost {
            wall_ms: None,
            cpu_ms: Some(case.per_thousand(cpu_ns as f64)),
            how: format!("{} samples in trust stores, of {} each", store.in_trust_store, time(store.period_ns)),
        }),
        advice: advice(),
    })
}

/// What loading took. Where each load is known, so is the mean.
fn spent(case: &Case, store: &TrustStore, is_known: bool) -> String {
    let cpu_ns = store.in_trust_store.saturating_mul(store.period_ns);
    let share = percent(store.in_trust_store, store.samples);
    let are_all_kept = case.pass.connections.len() as u64 == case.pass.counts.connections;
    if is_known && are_all_kept {
        let mean = time(cpu_ns / store.loads.max(1));
        format!("A load took {mean} of CPU in the mean; all of them were {share} of the command's CPU time.")
    } else {
        format!("Loading took {} of CPU, {share} of the command's CPU time.", time(cpu_ns))
    }
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
        Advice::of(".NET", "One static `HttpClient`, or `IHttpClientFactory`."),
        Advice::of("curl", "One invocation for many URLs: every process reads the bundle anew."),
    ]
}
