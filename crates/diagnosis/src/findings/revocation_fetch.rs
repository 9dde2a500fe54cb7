//! A handshake waits while the client fetches over plain HTTP what it needs to verify the certificate: a certificate
//! revocation list (CRL), an OCSP response, or an issuer's certificate that the server left out.

use observation::{Connection, Runtime};
use wire::Side;

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, time};

/// The least share of the client's turn that a plain HTTP request must fill.
const OF_TURN: f64 = 0.5;
/// The least length of a turn that is considered, ns: verifying a chain takes 0.2 to 3 ms.
const TURN_NS: u64 = 5_000_000;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("revocation-fetch"),
    title: "handshakes wait for a CRL, an OCSP response or an issuer fetched over HTTP",
    failure: false,
    doc: Doc {
        means: "During a handshake the client fetches over plain HTTP what it needs to verify the certificate: a CRL, \
                an OCSP response or a missing issuer certificate. The handshake waits for it.",
        seen: "a client's turn in a handshake of at least 5 ms, of which a request over plain HTTP fills at least \
               half.",
        saves: "the time of these requests; times that overlapped count once.",
    },
    advice,
    not_judged: |case| case.is_url().then_some(crate::case::OWN_SERVERS),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let fetched = fetched(case);
    if fetched.is_empty() {
        return None;
    }
    let hosts: std::collections::BTreeSet<&str> = fetched.iter().map(|(host, _)| *host).collect();
    let spans: Vec<(u64, u64)> = fetched.iter().map(|(_, span)| *span).collect();
    let total: u64 = spans.iter().map(|(from, until)| until - from).sum();
    let number = fetched.len() as u64;
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Inferred,
        evidence: vec![format!(
            "{} waited for the client while it fetched over plain HTTP from {}: {} in all.",
            count(number, "handshake"),
            hosts.into_iter().take(3).collect::<Vec<_>>().join(", "),
            time(total)
        )],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(total as f64)),
            cpu_ms: None,
            how: "the sum of these requests' times".to_owned(),
        }),
        saves_ns: case.side_by_side(spans),
        concerns: number,
        advice: advice(),
    })
}

/// For each handshake that waited, the plain HTTP host and the part of the client's turn that its request filled.
fn fetched<'a>(case: &Case<'a>) -> Vec<(&'a str, (u64, u64))> {
    let is_plain = |one: &&Connection| one.handshake.is_none() && one.exchanged > 0;
    let plain: Vec<(&str, (u64, u64))> = case
        .pass
        .connections
        .iter()
        .filter(is_plain)
        .flat_map(|one| one.exchanges.iter().map(move |exchange| (one, exchange)))
        // The handshake also waits for the connection of that request.
        .filter_map(|(one, exchange)| {
            let first = one.exchanges.first().is_some_and(|first| first.sent_ns == exchange.sent_ns);
            let from = if first { one.opened_ns } else { exchange.sent_ns };
            Some((one.host.as_str(), (from, exchange.last_ns?)))
        })
        .collect();
    let handshakes = case.pass.connections.iter().filter_map(|connection| connection.handshake.as_deref());
    // The first turn is skipped: before the server's certificate there is nothing to verify.
    let turns = handshakes.flat_map(|handshake| handshake.turns.iter().skip(1));
    let long = turns.filter(|turn| turn.of == Side::Client && turn.ns() >= TURN_NS);
    long.filter_map(|turn| {
        let within = |span: &(u64, u64)| span.0 >= turn.from_ns && span.1 <= turn.until_ns;
        let fills = |span: &(u64, u64)| span.1.saturating_sub(span.0) as f64 >= OF_TURN * turn.ns() as f64;
        plain.iter().copied().find(|(_, span)| within(span) && fills(span))
    })
    .collect()
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "At the server: staple the OCSP response and send the whole chain, so that clients need not fetch \
             anything. At the client: cache what was fetched between runs, or rely on short-lived certificates instead \
             of revocation.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "`com.sun.security.enableCRLDP`, `ocsp.enable` and `com.sun.security.enableAIAcaIssuers` turn these \
             fetches on; `jdk.tls.client.enableStatusRequestExtension` requests a stapled response.",
        ),
        Advice::of(
            Runtime::DotNet,
            ".NET",
            "`CheckCertificateRevocationList` and `X509RevocationMode` control whether revocation is checked.",
        ),
        Advice::of(
            Runtime::Curl,
            "curl",
            "`--ssl-no-revoke` turns revocation checks off on Windows; `--cert-status` requests a stapled response.",
        ),
    ]
}
