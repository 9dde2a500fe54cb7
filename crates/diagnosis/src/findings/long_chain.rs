//! The server's certificates are many or long. Each further one is a signature for the client to verify; a flight that
//! exceeds TCP's initial window costs a round trip.
//!
//! In TLS 1.2 the chain is visible. In TLS 1.3 only the length of the encrypted flight is, so the finding is inferred.
//! With `--via url` the certificates are the origin's and are not judged.

use observation::Handshake;

use crate::case::OWN_SERVERS;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{share, time};

/// A chain with more certificates is long: leaf, intermediate and a cross-signed one are common, and no current client
/// needs more.
const CERTIFICATES: u32 = 3;
/// A chain with more bytes is long: three certificates with RSA-2048 keys have about 4,500.
const BYTES: u32 = 6_000;
/// TCP's initial window, bytes: ten segments (RFC 6928) of 1,448 bytes, those of Ethernet with timestamps.
const FIRST_WINDOW: u64 = 14_480;
/// The least share of the handshakes with a visible chain or flight.
const OF_HANDSHAKES: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("long-chain"),
    title: "the server sends a long certificate chain",
    failure: false,
    doc: Doc {
        means: "The server sends many or long certificates: the client must verify one more signature for each, and a \
                flight that exceeds TCP's initial window costs a round trip.",
        seen: "more than 3 certificates or 6,000 bytes of them, where they are not encrypted, or a flight of more than \
               14,480 bytes, in at least a tenth of the handshakes.",
        saves: "a round trip for each flight that exceeds the initial window.",
    },
    advice,
    not_judged: |case| case.is_url().then_some(OWN_SERVERS),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let (mut seen, mut long, mut beyond, mut in_clear) = (0, 0, 0, 0);
    let mut longest = None;
    for (connection, handshake) in case.shaken().filter(|(_, handshake)| handshake.server_flight_bytes > 0) {
        seen += 1;
        let over = handshake.server_flight_bytes > FIRST_WINDOW;
        if over || is_long(handshake) {
            long += 1;
            beyond += u64::from(over);
            in_clear += u64::from(handshake.chain.is_some());
            longest = longest.max(Some((handshake.server_flight_bytes, connection.host.as_str())));
        }
    }
    let (bytes, host) = longest?;
    if share(long, seen) < OF_HANDSHAKES {
        return None;
    }
    let mut evidence = vec![format!(
        "In {long} of {seen} handshakes the server sent a long certificate chain. The longest flight had {bytes} \
         bytes, from {host}."
    )];
    if beyond > 0 {
        evidence.push(format!(
            "{beyond} of them exceeded TCP's initial window ({FIRST_WINDOW} bytes), which costs a round trip."
        ));
    } else {
        evidence.push("Each additional certificate costs a client 56 to 93 µs of CPU (docs/findings.md).".to_owned());
    }
    let round_trip = case.round_trip_ns(|handshake| handshake.server_flight_bytes > FIRST_WINDOW);
    let each = share(beyond, seen) * case.pass.counts.handshakes as f64;
    Some(Finding {
        code: RULE.code,
        confidence: if in_clear == long { Confidence::Proven } else { Confidence::Inferred },
        evidence,
        cost: (beyond > 0).then(|| Cost {
            wall_ms: Some(case.per_thousand(each * round_trip as f64)),
            cpu_ms: None,
            how: format!(
                "one round trip for each flight that exceeds the initial window: {}, the median time that the server \
                 takes to respond in a handshake",
                time(round_trip)
            ),
        }),
        saves_ns: if beyond > 0 { case.saved(each * round_trip as f64) } else { 0 },
        concerns: long,
        advice: advice(),
    })
}

fn is_long(handshake: &Handshake) -> bool {
    handshake.chain.as_ref().is_some_and(|chain| chain.certificates > CERTIFICATES || chain.bytes > BYTES)
}

fn advice() -> Vec<Advice> {
    vec![Advice::any(
        "At the server: send the leaf and the intermediates that lead to a root, but no root and no further \
         cross-signed certificates. ECDSA certificates are shorter than RSA certificates.",
    )]
}
