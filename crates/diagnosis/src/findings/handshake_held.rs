//! In handshakes the client's turn took longer than any cryptography does: the client did something else, or nothing.
//!
//! The first turn begins when the connection could be used, so a client that connects early and sends its ClientHello
//! late is found too. If the client's threads were on a CPU meanwhile, or waited for one, it just had too much to
//! compute, which a note says. If loading trust stores explains it, that is the finding and not this one. The same
//! holds if requests are serialized: handshakes that wait for their turn are evidence of that.

use observation::{Runtime, Sampling};

use crate::case::{BUSY, Case};
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::findings::{loads, revocation_fetch, serialized};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{percent, share, time};

/// The least number of stalls, however many handshakes each held up: fewer are a library's first use, or chance, such
/// as a page fault or a garbage collection.
const ENOUGH: usize = 3;
/// The least share of all handshakes: fewer don't make a program slow.
const OF_HANDSHAKES: f64 = 0.1;

/// The least part of a held turn that a load of a trust store must fill to explain it: the rest is reading the file,
/// and what samples miss.
const NEARLY: f64 = 0.5;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("handshake-held"),
    title: "the client keeps handshakes waiting",
    failure: false,
    doc: Doc {
        means: "Handshakes waited for the client, which did nothing for a long time: something blocks it between \
                connecting and the end of the handshake.",
        seen: "the client took 20 ms or more for its turn in a handshake, whose cryptography takes 0.2 to 3 ms, in at \
               least three separate stalls and a tenth of the handshakes. It is not found if CPU time explains the \
               delay: the command's threads were running or ready to run, its cgroup was throttled, or the machine was \
               busy.",
        saves: "the sum of these turns, divided by the mean number of connections at work at once.",
    },
    advice,
    not_judged: |case| is_short(case).then_some("CPU was short while handshakes waited for the client"),
    find,
};

/// Whether handshakes were held up while CPU was short.
fn is_short(case: &Case) -> bool {
    case.stalls() >= ENOUGH && case.is_short_of_cpu(&case.held_spans())
}

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    let held = counts.held;
    let spans = case.held_spans();
    if case.stalls() < ENOUGH
        || share(held.count, counts.tls) < OF_HANDSHAKES
        || judge.has(&serialized::RULE)
        || judge.has(&revocation_fetch::RULE)
    {
        return None;
    }
    let busy = case.cpu_within(&spans);
    if busy.is_some_and(|share| share >= BUSY) || (loads::of(case).is_some() && loads_fill(case)) {
        return None;
    }
    let mut evidence = vec![format!(
        "In {} handshakes the client took {} ms or more for its turn {} times: {} at the median, {} at most.",
        counts.tls,
        observation::HELD_NS / 1_000_000,
        held.count,
        time(held.p50_ns),
        time(held.max_ns)
    )];
    let levels = &case.pass.levels;
    if levels.handshake_while_waiting_ns > 0 {
        evidence.push(format!(
            "For {} of the time with a request in flight, the handshake of another connection was not finished.",
            percent(levels.handshake_while_waiting_ns, levels.waiting.any_ns)
        ));
    }
    evidence.push(match busy {
        Some(share) => {
            format!("Meanwhile the command used or waited for at most {share:.2} cores: it was idle or blocked.")
        }
        None => "How much CPU the command used meanwhile is not known.".to_owned(),
    });
    Some(Finding {
        code: RULE.code,
        confidence: if busy.is_some() { Confidence::Proven } else { Confidence::Suspected },
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(held.sum_ns as f64)),
            cpu_ms: None,
            how: "the sum of these turns; those of different connections may overlap".to_owned(),
        }),
        saves_ns: case.saved(held.sum_ns as f64),
        concerns: held.count,
        advice: advice(),
    })
}

/// How many turns were held up while the command's threads were on a CPU or waited for one; `None` if that is not so
/// for most of them.
pub(crate) fn by_cpu(case: &Case) -> Option<u64> {
    let spans = case.held_spans();
    let is_busy = case.cpu_within(&spans).is_some_and(|share| share >= BUSY);
    ((is_busy || is_short(case)) && case.stalls() >= ENOUGH && loads::of(case).is_none())
        .then_some(case.pass.counts.held.count)
}

/// Whether loading a trust store takes about as much CPU as a held turn. Readings may miss the CPU time of short-lived
/// processes.
fn loads_fill(case: &Case) -> bool {
    let Sampling::Sampled(store) = &case.pass.sampling else { return false };
    let load_ns = store.in_trust_store.saturating_mul(store.period_ns) / store.loads.max(1);
    share(load_ns, case.pass.counts.held.p50_ns) >= NEARLY
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Find out what blocks the client between connecting and the end of the handshake: a lock around it, an \
             event loop that is busy with something else, or a handshake that starts only when a request is made.",
        ),
        Advice::of(
            Runtime::Python,
            "Python gevent",
            "pyOpenSSL's sockets block the whole loop during the handshake: use the standard ssl module, patched by \
             gevent.",
        ),
        Advice::of(
            Runtime::Python,
            "Python asyncio",
            "`time.sleep`, file access or long computations in a coroutine block the loop: use `asyncio.to_thread` or \
             a process pool.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "A synchronous call or a long computation blocks the loop: move it to a worker thread.",
        ),
        Advice::of(
            Runtime::Go,
            "Go",
            "Look for a mutex around dialling, and for a `GOMAXPROCS` below the number of available CPUs.",
        ),
        Advice::of(Runtime::Java, "Java", "Look for `synchronized` around connecting, and for pinned virtual threads."),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "A blocking handshake within an async task holds up all other tasks of its thread: use tokio-rustls or \
             tokio-native-tls.",
        ),
    ]
}
