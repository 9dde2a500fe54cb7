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
    title: "the server asks for a second ClientHello: a round trip more",
    failure: false,
    doc: Doc {
        means: "The client sent keys only for groups that the server does not take, so the server asked for a second \
                ClientHello (RFC 8446 §4.1.4).",
        seen: "in a tenth of the handshakes or more.",
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
        evidence.push(format!("The client sent keys for {}; the server took {group}.", hello.key_shares.join(", ")));
    }
    let round_trip = case.round_trip_ns(|handshake| handshake.retried);
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence,
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(counts.retried as f64 * round_trip as f64)),
            cpu_ms: None,
            how: format!("one round trip each: {}, the server's median turn", time(round_trip)),
        }),
        saves_ns: case.saved(counts.retried as f64 * round_trip as f64),
        concerns: counts.retried,
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Put a group first in the client's list that the server takes (X25519 nearly everywhere), or let \
                 the server take the client's first one.",
        ),
        Advice::named(
            "OpenSSL",
            "The order is `Groups` in openssl.cnf, or `SSL_CTX_set1_groups_list`; from OpenSSL 3.5 on keys \
                 for several groups can be sent at once.",
        ),
    ]
}
