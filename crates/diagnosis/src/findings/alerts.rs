//! One side refused the other by a TLS alert, most often the client the server's certificate. One is enough.
//!
//! In TLS 1.3 the client's alert on a certificate is encrypted: a record of its size that ends the handshake is
//! inferred to be one, and proven where the origin of `--via url` names it.

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::findings::trust;
use crate::words::{count, were};

/// Alerts that end nothing, or are the usual end (RFC 8446 §6.1).
const HARMLESS: [&str; 3] = ["close_notify", "user_canceled", "no_renegotiation"];

/// What distrust of a certificate is called: by its alerts, and by the libraries of origins.
const DISTRUST: [&str; 6] =
    ["unknown_ca", "bad_certificate", "certificate_unknown", "unknown certificate", "bad certificate", "unknown ca"];

pub(crate) fn find(case: &Case) -> Option<Finding> {
    let clear: Vec<(&str, u64)> = in_clear(case).collect();
    let named = named_by_origin(case);
    let hidden = case.pass.counts.hidden_alerts;
    if clear.is_empty() && named.is_empty() && hidden == 0 {
        return None;
    }
    let say =
        |(name, times): &(&str, u64)| format!("{}: {}.", name.replacen(' ', "'s alert ", 1), count(*times, "time"));
    let mut evidence: Vec<String> = clear.iter().map(say).collect();
    evidence.extend(
        named
            .iter()
            .map(|(reason, times)| format!("Of handshakes that failed the origin says {times} times: {reason}.")),
    );
    if hidden > 0 {
        evidence.push(format!(
            "{} ended by the client with an encrypted record of an alert's size: most likely it does not trust \
             the certificate.",
            were(hidden, "handshake")
        ));
    }
    let is_distrust = |name: &str| DISTRUST.iter().any(|word| name.contains(word));
    let names = || clear.iter().map(|(name, _)| *name).chain(named.iter().map(|(reason, _)| reason.as_str()));
    let distrust = hidden > 0 || names().any(is_distrust);
    Some(Finding {
        code: Code::Alerts,
        confidence: if names().next().is_some() { Confidence::Proven } else { Confidence::Inferred },
        evidence,
        cost: None,
        advice: match distrust {
            true => trust::advice(case),
            false => vec![Advice::any(
                "Look the alert's name up in RFC 8446 §6.2: `handshake_failure` and `protocol_version` mean that \
                 the two have no suite, group or version in common, `unrecognized_name` that the server does not \
                 know the host.",
            )],
        },
    })
}

/// How many handshakes alerts account for, by what was seen here or by the origin.
pub(crate) fn seen(case: &Case) -> u64 {
    let here = in_clear(case).map(|(_, times)| times).sum::<u64>() + case.pass.counts.hidden_alerts;
    here.max(named_by_origin(case).iter().map(|(_, times)| times).sum())
}

fn in_clear<'a>(case: &'a Case) -> impl Iterator<Item = (&'a str, u64)> {
    let ends = |name: &str| !HARMLESS.iter().any(|harmless| name.ends_with(harmless));
    case.pass.counts.alerts.iter().map(|(name, times)| (name.as_str(), *times)).filter(move |(name, _)| ends(name))
}

fn named_by_origin(case: &Case) -> Vec<(String, u64)> {
    let failures = case.pass.origin.iter().flat_map(|origin| &origin.failures);
    let is_alert = |reason: &str| {
        let reason = reason.to_lowercase();
        reason.contains("alert") || reason.contains("certificate") || reason.contains("remote error")
    };
    failures.filter(|(reason, _)| is_alert(reason)).map(|(reason, times)| (reason.clone(), *times)).collect()
}
