//! The server requested a second ClientHello (RFC 8446 §4.1.4): the client sent key shares only for groups that the
//! server does not accept, which costs a round trip.

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{share, time};

/// The least share of all handshakes: one such host among many does not make a program slow.
const OF_HANDSHAKES: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("hello-retry"),
    title: "the server requests a second ClientHello, which costs a round trip",
    failure: false,
    doc: Doc {
        means: "The client sent key shares only for groups that the server does not accept, so the server requested a \
                second ClientHello (RFC 8446 §4.1.4).",
        seen: "in at least a tenth of the handshakes.",
        saves: "a round trip for each.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    if counts.retried == 0 || share(counts.retried, counts.tls) < OF_HANDSHAKES {
        return None;
    }
    let mut evidence = vec![format!("{} of {} handshakes needed a second ClientHello.", counts.retried, counts.tls)];
    let retried = case.shaken().find(|(_, handshake)| handshake.retried);
    if let Some((_, handshake)) = retried
        && let (Some(hello), Some(group)) = (&handshake.hello, &handshake.group)
    {
        evidence
            .push(format!("The client sent key shares for {}; the server chose {group}.", hello.key_shares.join(", ")));
    }
    let round_trip = case.round_trip_ns(|handshake| handshake.retried);
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(counts.retried as f64 * round_trip as f64)),
            cpu_ms: None,
            how: format!(
                "one round trip each: {}, the median time that the server takes to respond in a handshake",
                time(round_trip)
            ),
        }),
        saves_ns: case.saved(counts.retried as f64 * round_trip as f64),
        concerns: counts.retried,
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Put a group that the server accepts first in the client's list (nearly every server accepts X25519), or \
             enable the client's first group at the server.",
        ),
        Advice::named(
            "OpenSSL",
            "The order is set by `Groups` in openssl.cnf or by `SSL_CTX_set1_groups_list`. Since OpenSSL 3.5 a client \
             can send key shares for several groups at once.",
        ),
    ]
}
