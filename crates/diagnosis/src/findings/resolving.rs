//! Resolving names took a large part of the time in which the command waited for the network. The observer resolves on
//! the command's behalf, with the system's resolver; a command with its own cache may be faster without the observer.
//! Proxy only.

use observation::Runtime;

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{percent, share, time};

/// The least number of resolved names: the first is slow everywhere.
const ENOUGH: u64 = 3;
/// The least share of the time of resolving, connecting, handshakes and waits: below a fifth, removing it gains less
/// than a fifth.
const OF_ALL: f64 = 0.2;
/// The least median, ns: a local resolver's response from its cache takes less.
const MEDIAN_NS: u64 = 1_000_000;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("resolving"),
    title: "resolving names takes much of the time",
    failure: false,
    doc: Doc {
        means: "Resolving names took a large part of the time in which the command waited for the network.",
        seen: "at least a fifth of the time that connections spent being set up and waiting for responses, for at \
               least three names, with a median of at least 1 ms.",
        saves: "the time of all name resolutions.",
    },
    advice,
    not_judged: |case| case.reached_by_others(),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    let resolve = counts.resolve;
    let all = resolve.sum_ns + counts.connect.sum_ns + counts.handshake.sum_ns + counts.waits.sum_ns;
    let is_slow = resolve.count >= ENOUGH && resolve.p50_ns >= MEDIAN_NS && share(resolve.sum_ns, all) >= OF_ALL;
    if !is_slow {
        return None;
    }
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence: vec![format!(
            "{} names were resolved, in {} at the median and {} in total: {} of the time that connections spent being \
             set up and waiting for responses.",
            resolve.count,
            time(resolve.p50_ns),
            time(resolve.sum_ns),
            percent(resolve.sum_ns, all)
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(resolve.sum_ns as f64)),
            cpu_ms: None,
            how: "the time of all name resolutions".to_owned(),
        }),
        saves_ns: case.saved(resolve.sum_ns as f64),
        concerns: resolve.count,
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Reuse connections, so that names are resolved less often, and run a caching resolver on the machine \
             (systemd-resolved, unbound).",
        ),
        Advice::of(
            Runtime::Python,
            "Python aiohttp",
            "`TCPConnector(ttl_dns_cache=…)` caches resolved names for as long as the session exists.",
        ),
    ]
}
