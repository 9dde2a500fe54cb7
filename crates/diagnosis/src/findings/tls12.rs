//! TLS 1.2 or older was chosen: a full handshake takes two round trips, in TLS 1.3 one.
//!
//! Who is to change follows from the client's hello, which is in clear: if it offered TLS 1.3 the server declined.

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::words::{share, time};

/// Of all handshakes: a single old host among many is not what makes a program slow.
const OF_HANDSHAKES: f64 = 0.1;

pub(crate) fn find(case: &Case) -> Option<Finding> {
    let counts = &case.pass.counts;
    let old: u64 = counts.versions.iter().filter(|(version, _)| *version != "TLSv1.3").map(|(_, count)| count).sum();
    if old == 0 || share(old, counts.handshakes) < OF_HANDSHAKES {
        return None;
    }
    let offered = case.shaken().filter(|(_, handshake)| !handshake.is_13()).any(|(_, handshake)| {
        handshake.hello.as_ref().is_some_and(|hello| hello.versions.iter().any(|version| version == "TLSv1.3"))
    });
    let is_servers = offered && !case.is_url();
    let versions: Vec<String> = counts.versions.iter().map(|(version, count)| format!("{version} {count}")).collect();
    let round_trip = counts.server_turns.p50_ns;
    let full_share = share(counts.full, counts.handshakes);
    Some(Finding {
        code: Code::Tls12,
        confidence: Confidence::Proven,
        evidence: vec![
            format!("Of {} handshakes by version: {}.", counts.handshakes, versions.join(", ")),
            match is_servers {
                true => "The client offered TLS 1.3, the server did not take it.".to_owned(),
                false => "The client did not offer TLS 1.3.".to_owned(),
            },
        ],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(old as f64 * full_share * round_trip as f64)),
            cpu_ms: None,
            how: format!("one round trip for each full handshake: {}, the server's median turn", time(round_trip)),
        }),
        advice: advice(is_servers),
    })
}

fn advice(is_servers: bool) -> Vec<Advice> {
    if is_servers {
        return vec![Advice::any("Turn on TLS 1.3 at the server, or at whatever ends TLS before it.")];
    }
    vec![
        Advice::any(
            "Take away a pinned highest version, or update the TLS library: OpenSSL has TLS 1.3 since 1.1.1, Go \
             since 1.13, Java since 11.",
        ),
        Advice::of(
            "Python",
            "Don't set `maximum_version` or an old `ssl.PROTOCOL_TLSv1_2`: `ssl.create_default_context()` offers both.",
        ),
    ]
}
