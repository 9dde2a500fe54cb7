//! The server's own certificate has an RSA key: signing with it costs the server several times what ECDSA P-256 does.
//! The client pays less with RSA, not more.
//!
//! Seen in TLS 1.2 alone, where certificates are in clear. With `--via url` the certificate is the origin's and not
//! judged.

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::words::share;

/// Of the chains seen: one such host among many costs little.
const OF_CHAINS: f64 = 0.1;

pub(crate) fn find(case: &Case) -> Option<Finding> {
    if case.is_url() {
        return None;
    }
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
        code: Code::RsaLeaf,
        confidence: Confidence::Proven,
        evidence: vec![
            format!(
                "In {rsa} of {all} handshakes the server's certificate had an RSA key; the first was \
                 {host}'s, of {bits} bits."
            ),
            "Measured with RSA-2048 against ECDSA P-256, a new connection costs the server 689 to 719 µs of CPU \
             more, ×3.2 to ×3.9 (docs/findings.md)."
                .to_owned(),
        ],
        cost: None,
        advice: vec![Advice::any(
            "It is the server's cost: give it an ECDSA P-256 certificate, beside the RSA one \
             where old clients come.",
        )],
    })
}
