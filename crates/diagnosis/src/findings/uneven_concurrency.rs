//! Requests are sent in batches: many at once, then few until the slowest has ended, then many again. A pool of workers
//! that each take the next request when theirs has ended would keep the number constant.
//!
//! Other causes are possible (deliberate pauses), so it is only suspected. The last drop of the run is left out, and so
//! are commands whose CPU was busy, which causes drops too.

use observation::{Gauges, Runtime};

use crate::case::BUSY;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::time;

/// The least maximum of requests in flight: below it, there are hardly batches.
const MOST: f64 = 4.0;
/// The largest mean while any request is in flight, as a share of the maximum.
const MEAN: f64 = 0.5;
/// The least number of requests: several batches.
const REQUESTS: u64 = 30;
/// The least number of drops to [`LOW`] of the maximum that are followed by a rise to [`HIGH`] of it: a pattern, not an
/// incident.
const REFILLS: u64 = 3;
/// The least wait of the slowest request, as a multiple of the median: otherwise the others don't wait for it.
const SLOWEST: f64 = 1.5;
/// The end of a batch, as a share of the maximum.
const LOW: f64 = 0.25;
/// The beginning of a batch, as a share of the maximum.
const HIGH: f64 = 0.75;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("uneven-concurrency"),
    title: "requests are sent in batches that wait for the slowest one",
    failure: false,
    doc: Doc {
        means: "Requests are sent in batches, and each batch waits for its slowest request. A pool of workers that \
                each take the next request when theirs is done would keep the number in flight constant.",
        seen: "a maximum of at least 4 requests in flight, less than half of that on average, and at least three drops \
               to a quarter of the maximum, each followed by a rise to three quarters of it, over at least 30 \
               requests, the slowest of which takes at least 1.5 times the median. It is not found if CPU was short.",
        saves: "the time with any request in flight, minus what it would be if the maximum were in flight all the \
                time.",
    },
    advice,
    not_judged: |case| case.concurrency_not_told(),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let levels = &case.pass.levels;
    let most = case.concurrency?.most;
    let is_short = case.is_short_of_cpu(&[(0, case.pass.wall_ns)]);
    if most < MOST || case.requests() < REQUESTS || is_short || case.cpu_share().is_some_and(|share| share >= BUSY) {
        return None;
    }
    // The others wait for the slowest request.
    let waits = case.pass.counts.waits;
    if (waits.max_ns as f64) < SLOWEST * waits.p50_ns as f64 {
        return None;
    }
    let waiting = but_the_last_fall(levels, case.pass.counts.waits.p99_ns);
    let any: Vec<f64> = waiting.iter().copied().filter(|count| *count > 0.0).collect();
    let mean = any.iter().sum::<f64>() / (any.len().max(1) as f64);
    let refills = refills(&waiting, most);
    if mean >= MEAN * most || refills < REFILLS {
        return None;
    }
    let lost = any.len() as f64 * levels.moment_ns as f64 * (1.0 - mean / most);
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Suspected,
        evidence: vec![format!(
            "Up to {most:.0} requests were in flight at once, {mean:.1} on average; {refills} times their number \
             dropped to a quarter of the maximum and rose again. The slowest response took {}, the median {}.",
            time(case.pass.counts.waits.max_ns),
            time(case.pass.counts.waits.p50_ns)
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(lost)),
            cpu_ms: None,
            how: "the time with any request in flight, minus what it would be if the maximum were in flight all the \
                  time"
                .to_owned(),
        }),
        saves_ns: case.saved(lost),
        concerns: case.requests(),
        advice: advice(),
    })
}

/// The number of requests in flight in each moment, until only the last responses were awaited.
fn but_the_last_fall(levels: &Gauges, tail_ns: u64) -> Vec<f64> {
    let all: Vec<f64> = levels.moments.iter().map(|moment| f64::from(moment.waiting)).collect();
    let end = all.iter().rposition(|count| *count > 0.0).map_or(0, |last| last + 1);
    let tail = usize::try_from(tail_ns.div_ceil(levels.moment_ns.max(1))).unwrap_or(usize::MAX);
    all.into_iter().take(end.saturating_sub(tail)).collect()
}

fn refills(waiting: &[f64], most: f64) -> u64 {
    let (mut fell, mut refills) = (false, 0);
    let begun = waiting.iter().skip_while(|count| **count < HIGH * most);
    for count in begun {
        if *count <= LOW * most {
            fell = true;
        } else if *count >= HIGH * most && std::mem::take(&mut fell) {
            refills += 1;
        }
    }
    refills
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Start the next request when one is done, not when a whole batch is: use workers with a queue, or a \
             semaphore.",
        ),
        Advice::of(
            Runtime::Python,
            "Python asyncio",
            "Use one `gather` over all requests with an `asyncio.Semaphore`, instead of a `gather` for each batch.",
        ),
        Advice::of(Runtime::Node, "Node.js", "Use a limiter such as p-limit instead of `Promise.all` on slices."),
        Advice::of(Runtime::Rust, "Rust", "Use `buffer_unordered(n)` on a stream instead of `join_all` on chunks."),
        Advice::of(
            Runtime::Go,
            "Go",
            "Use workers that range over one channel, instead of a `WaitGroup` for each batch.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "Use one executor for all requests, instead of `invokeAll` or `allOf` for each batch.",
        ),
        Advice::of(
            Runtime::Php,
            "PHP",
            "Add the next handle to `curl_multi` when one is done, instead of creating a multi handle for each batch.",
        ),
        Advice::of(
            Runtime::Curl,
            "curl",
            "Use `xargs -P N -n 1` or `--parallel` over the whole list, instead of `wait` after each batch.",
        ),
    ]
}
