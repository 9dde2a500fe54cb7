//! Connecting took a large part of the time, more than the round trip that each connection needs, which the server's
//! turn in its handshake shows: packets are lost, an address of the host does not respond, or the server's queue is
//! full. Proxy only: the observer connects on the command's behalf.
//!
//! The round trip that each connection costs in any case is part of `no-reuse`.

use crate::case::{Case, shortest_turn_ns};
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{percent, time};

/// The least number of connections with an excess: the first one may meet a cold route.
const ENOUGH: u64 = 3;
/// The least share of the time of resolving, connecting, handshakes and waits: below a fifth, removing it gains less
/// than a fifth.
const OF_ALL: f64 = 0.2;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("connecting"),
    title: "connecting takes much of the time",
    failure: false,
    doc: Doc {
        means: "Connecting took a large part of the time, more than the round trip that each connection needs: packets \
                are lost, an address of a host does not respond, or the server's accept queue is full.",
        seen: "the excess is at least a fifth of the time that connections spent being set up and waiting for \
               responses, over at least three connections.",
        saves: "the time of all connecting, minus one round trip for each connection.",
    },
    advice,
    not_judged: |case| case.reached_by_others(),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    let connect = counts.connect;
    let all = counts.resolve.sum_ns + connect.sum_ns + counts.handshake.sum_ns + counts.waits.sum_ns;
    let Excess { ns: excess, connections } = excess(case);
    let is_slow = connections >= ENOUGH && excess as f64 >= OF_ALL * all as f64;
    if !is_slow {
        return None;
    }
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence: vec![format!(
            "{} connections took {} to connect at the median, and {} at most. Without one round trip for each, this is \
             {} in total, {} of the time that connections spent being set up and waiting for responses.",
            connect.count,
            time(connect.p50_ns),
            time(connect.max_ns),
            time(excess),
            percent(excess, all)
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(excess as f64)),
            cpu_ms: None,
            how: "the time of all connecting, minus one round trip for each connection".to_owned(),
        }),
        saves_ns: case.saved(excess as f64),
        concerns: connections,
        advice: advice(),
    })
}

/// The time of connecting beyond a round trip.
struct Excess {
    /// The sum over all connections, ns.
    ns: u64,
    /// How many connections had an excess.
    connections: u64,
}

/// The server's turn in a handshake is a round trip and its computations, so it is an upper bound for the time that
/// connecting needs. If not all connections were kept, the result is scaled up.
fn excess(case: &Case) -> Excess {
    let mut kept = Excess { ns: 0, connections: 0 };
    let mut all = 0_u64;
    for (connection, handshake) in case.shaken() {
        let (Some(connect_ns), Some(turn_ns)) = (connection.connecting.connect_ns, shortest_turn_ns(handshake)) else {
            continue;
        };
        let beyond = connect_ns.saturating_sub(turn_ns);
        all += 1;
        kept.ns += beyond;
        kept.connections += u64::from(beyond > 0);
    }
    let scale = case.pass.counts.connect.count as f64 / all.max(1) as f64;
    Excess { ns: (kept.ns as f64 * scale.max(1.0)) as u64, ..kept }
}

fn advice() -> Vec<Advice> {
    vec![Advice::any(
        "Look for lost packets (delays of about 1 s and 3 s are retransmitted SYNs), an address of the host that does \
         not respond (often the IPv6 one), and a full accept queue at the server. Reuse connections, so that fewer are \
         opened.",
    )]
}
