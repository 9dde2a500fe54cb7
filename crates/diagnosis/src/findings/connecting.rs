//! Connecting took a great part of the time, beyond the round trip that each connection needs: packets are lost, an
//! address of a name does not answer, or the server's queue is full. Proxy only: the observer connects in the command's
//! stead.
//!
//! That connections cost a round trip at all is `no-reuse`'s.

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::words::{percent, time};

/// Connections: the first of all may meet a cold route.
const ENOUGH: u64 = 3;
/// Of resolving, connecting, handshakes and waits together: below a fifth, doing away with it gains less than a fifth.
const OF_ALL: f64 = 0.2;

pub(crate) fn find(case: &Case) -> Option<Finding> {
    let counts = &case.pass.counts;
    let connect = counts.connect;
    let all = counts.resolve.sum_ns + connect.sum_ns + counts.handshake.sum_ns + counts.waits.sum_ns;
    // The server's turn in a handshake is a round trip and what it computes, so this is an upper bound of what must be.
    let natural = connect.count.saturating_mul(counts.server_turns.p50_ns);
    let excess = connect.sum_ns.saturating_sub(natural);
    let is_slow = connect.count >= ENOUGH && counts.server_turns.count > 0 && excess as f64 >= OF_ALL * all as f64;
    // Through a proxy it is that one's connecting too, and the round trips of two ways.
    if case.is_url() || case.pass.upstream.is_some() || !is_slow {
        return None;
    }
    Some(Finding {
        code: Code::Connecting,
        confidence: Confidence::Proven,
        evidence: vec![format!(
            "{} connections took {} to connect at the median, {} at the longest; a round trip is {} at most. What \
             is beyond is {} of all the time that connections needed to be set up and waited.",
            connect.count,
            time(connect.p50_ns),
            time(connect.max_ns),
            time(counts.server_turns.p50_ns),
            percent(excess, all)
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(excess as f64)),
            cpu_ms: None,
            how: "all connecting together, less a round trip each".to_owned(),
        }),
        advice: vec![Advice::any(
            "Look for lost packets (about 1 s and 3 s are repeated SYNs), an address of the name that does not \
             answer (often its IPv6 one), and a full accept queue at the server; and keep connections.",
        )],
    })
}
