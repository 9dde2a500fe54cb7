//! Requests were sent in two parts, and the second waited until the first was acknowledged, which Linux delays by 40
//! ms: Nagle's algorithm in combination with delayed acknowledgements (RFC 1122 §4.2.3.2, §4.2.3.4).
//!
//! It is inferred from the length of the pause; a client that computes for just as long between header and body looks
//! the same. The proxy acknowledges immediately in order not to add such pauses, so it also hides those that occur
//! without it.

use observation::Runtime;

use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::share;

/// The least number of such pauses: fewer are chance.
const ENOUGH: u64 = 3;
/// The least share of exchanges with such a pause: at a twentieth it costs 2 ms per request.
const OF_EXCHANGES: f64 = 0.05;
/// Linux' shortest delay of an acknowledgement (`TCP_DELACK_MIN`), ns.
const DELAY_NS: f64 = 40e6;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("delayed-ack"),
    title: "requests are sent in two parts, 40 ms apart",
    failure: false,
    doc: Doc {
        means: "Requests were sent in two parts, and the second waited until the first was acknowledged, which Linux \
                delays by 40 ms: Nagle's algorithm in combination with delayed acknowledgements (RFC 1122 §4.2.3.2, \
                §4.2.3.4).",
        seen: "pauses of 35 to 60 ms between two parts of a request, at least three of them and in at least a \
               twentieth of the requests.",
        saves: "40 ms for each such request.",
    },
    advice,
    not_judged: |case| (!case.is_url()).then_some("the proxy acknowledges immediately, which hides such pauses"),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    if counts.delayed_ack_gaps < ENOUGH || share(counts.delayed_ack_gaps, counts.exchanges) < OF_EXCHANGES {
        return None;
    }
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Inferred,
        evidence: vec![format!(
            "{} of {} requests paused for 35 to 60 ms between two parts.",
            counts.delayed_ack_gaps, counts.exchanges
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(counts.delayed_ack_gaps as f64 * DELAY_NS)),
            cpu_ms: None,
            how: "40 ms for each such request".to_owned(),
        }),
        saves_ns: case.saved(counts.delayed_ack_gaps as f64 * DELAY_NS),
        concerns: counts.delayed_ack_gaps,
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any("Set TCP_NODELAY on the client's sockets, or write the header and body of a request in one call."),
        Advice::of(Runtime::Rust, "Rust", "Call `TcpStream::set_nodelay(true)`; reqwest and ureq do so by default."),
        Advice::of(Runtime::Go, "Go", "net/http sets it by default: check whether the program turns it off."),
        Advice::of(Runtime::Node, "Node.js", "Node.js sets it by default: check whether the program turns it off."),
        Advice::of(
            Runtime::Python,
            "Python",
            "http.client sets it on its own sockets: check the sockets that the program creates itself.",
        ),
    ]
}
