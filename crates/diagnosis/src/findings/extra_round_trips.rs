//! Handshakes in which the server had more turns than the version needs: one in TLS 1.3 and in a resumed TLS 1.2
//! handshake, two in a full TLS 1.2 handshake (RFC 8446 §2, RFC 5246 §7.3). A second ClientHello is a separate
//! finding and not counted here.
//!
//! A flight that exceeds TCP's initial window costs a round trip without a turn, which is part of `long-chain`.

use observation::Handshake;
use wire::{HandshakeKind, Side};

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{share, time};

/// The least number of such handshakes: one or two may have a padded `Finished` that is not recognised, so that the
/// first response counts as a turn.
const ENOUGH: u64 = 3;
/// The least share of the kept handshakes.
const OF_HANDSHAKES: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("extra-round-trips"),
    title: "handshakes take more round trips than they need",
    failure: false,
    doc: Doc {
        means: "In handshakes the client had to wait for the server more often than their TLS version needs (RFC 8446 \
                §2, RFC 5246 §7.3).",
        seen: "in at least three handshakes and a tenth of them. A second ClientHello is not counted here.",
        saves: "a round trip for each additional wait.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let (mut all, mut more, mut turns, mut is_13) = (0, 0, 0, false);
    for (_, handshake) in case.shaken() {
        let extra = extra(handshake);
        all += 1;
        more += u64::from(extra > 0);
        turns += extra;
        is_13 |= extra > 0 && handshake.is_13();
    }
    if more < ENOUGH || share(more, all) < OF_HANDSHAKES {
        return None;
    }
    let round_trip = case.round_trip_ns(|handshake| extra(handshake) > 0);
    let per_handshake = turns as f64 / all as f64;
    Some(Finding {
        code: RULE.code,
        confidence: if is_13 { Confidence::Inferred } else { Confidence::Proven },
        evidence: vec![format!(
            "In {more} of {all} handshakes the client had to wait for the server more often than the version needs, \
             {turns} times too many in total."
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(per_handshake * case.pass.counts.handshakes as f64 * round_trip as f64)),
            cpu_ms: None,
            how: format!("{} each, the median time that the server takes to respond in a handshake", time(round_trip)),
        }),
        saves_ns: case.saved(per_handshake * case.pass.counts.handshakes as f64 * round_trip as f64),
        concerns: more,
        advice: advice(),
    })
}

fn extra(handshake: &Handshake) -> u64 {
    let had = handshake.turns.iter().filter(|turn| turn.of == Side::Server).count() as u64;
    let is_full = handshake.kind == Some(HandshakeKind::Full);
    let least = if is_full && !handshake.is_13() { 2 } else { 1 };
    had.saturating_sub(least + u64::from(handshake.retried))
}

fn advice() -> Vec<Advice> {
    vec![Advice::any(
        "Find out which messages are exchanged in addition: a client certificate that is requested late, a flight that \
         is written in parts, a middlebox. A packet capture with the session's keys (SSLKEYLOGFILE) shows it.",
    )]
}
