//! The server's own certificate has an RSA key: signing with it costs the server several times as much as with an ECDSA
//! P-256 key. The client pays less with RSA, not more.
//!
//! It is visible in TLS 1.2 only, where certificates are not encrypted. With `--via url` the certificate is the
//! origin's and is not judged.

use crate::case::OWN_SERVERS;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::share;

/// The least share of the visible chains: one such host among many costs little.
const OF_CHAINS: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("rsa-leaf"),
    title: "the server signs with RSA",
    failure: false,
    doc: Doc {
        means: "The server's own certificate has an RSA key: signing with it costs the server several times as much as \
                with an ECDSA P-256 key.",
        seen: "only in TLS 1.2, where certificates are not encrypted, in at least a tenth of the chains.",
        saves: "none of the command's time: the server's CPU time is concerned.",
    },
    advice,
    not_judged: |case| {
        if case.is_url() {
            Some(OWN_SERVERS)
        } else {
            case.pass.counts.versions.contains_key("TLSv1.3").then_some("TLS 1.3 encrypts certificates")
        }
    },
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let chains = case
        .shaken()
        .filter_map(|(connection, handshake)| Some((connection, handshake.chain.as_ref()?.leaf.as_ref()?)));
    let (mut all, mut rsa, mut first) = (0, 0, None);
    for (connection, leaf) in chains {
        all += 1;
        if leaf.kind == "RSA" {
            rsa += 1;
            first = first.or(Some((connection.host.as_str(), leaf.bits)));
        }
    }
    let (host, bits) = first?;
    if share(rsa, all) < OF_CHAINS {
        return None;
    }
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence: vec![
            format!(
                "In {rsa} of {all} handshakes the server's certificate had an RSA key; the first was \
                 {host}'s, of {bits} bits."
            ),
            "In measurements a new connection cost the server 689 to 719 µs more CPU with RSA-2048 than with ECDSA \
             P-256, which is ×3.2 to ×3.9 (docs/findings.md)."
                .to_owned(),
        ],
        cost: None,
        saves_ns: 0,
        concerns: rsa,
        advice: advice(),
    })
}

fn advice() -> Vec<Advice> {
    vec![Advice::any(
        "This costs the server, not the client. Give the server an ECDSA P-256 certificate, and keep the RSA one for \
         old clients if needed.",
    )]
}
