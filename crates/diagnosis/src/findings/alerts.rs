//! One side refused the other with a TLS alert; most often the client refused the server's certificate. One alert
//! suffices.
//!
//! In TLS 1.3 the client's alert about a certificate is encrypted. A record of an alert's size that ends the handshake
//! is inferred to be one, which is proven if the origin of `--via url` names it.

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::findings::trust;
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, were};

/// Alerts that are not errors: they end nothing, or are the usual end (RFC 8446 §6.1).
const HARMLESS: [&str; 3] = ["close_notify", "user_canceled", "no_renegotiation"];

/// Names of distrust in a certificate: those of its alerts, and those that origins' libraries use.
const DISTRUST: [&str; 6] =
    ["unknown_ca", "bad_certificate", "certificate_unknown", "unknown certificate", "bad certificate", "unknown ca"];

pub(crate) const RULE: Rule = Rule {
    code: Code::new("alerts"),
    title: "TLS failed: one side rejected the other with an alert",
    failure: true,
    doc: Doc {
        means: "One side ended the connection with a TLS alert. Most often the client rejected the server's \
                certificate.",
        seen: "at least one alert. In TLS 1.3 the client's alert is encrypted: a record of exactly its size that ends \
               a handshake is inferred to be one. With `--via url` the origin names it.",
        saves: "no time is estimated: a failure is not a matter of time.",
    },
    advice: all_advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
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
            .map(|(reason, times)| format!("The origin reported {}: {reason}.", count(*times, "failed handshake"))),
    );
    if hidden > 0 {
        evidence.push(format!(
            "{} ended by the client with an encrypted record that has the size of an alert: most likely the client \
             does not trust the certificate.",
            were(hidden, "handshake")
        ));
    }
    let is_distrust = |name: &str| DISTRUST.iter().any(|word| name.contains(word));
    let names = || clear.iter().map(|(name, _)| *name).chain(named.iter().map(|(reason, _)| reason.as_str()));
    let distrust = hidden > 0 || names().any(is_distrust);
    Some(Finding {
        code: RULE.code,
        confidence: if names().next().is_some() { Confidence::Proven } else { Confidence::Inferred },
        evidence,
        cost: None,
        saves_ns: 0,
        concerns: seen(case),
        advice: advice(case, distrust, |words| names().any(|name| words.iter().any(|word| name.contains(word)))),
    })
}

fn advice(case: &Case, is_distrust: bool, says: impl Fn(&[&str]) -> bool) -> Vec<Advice> {
    let mut all = Vec::new();
    // The client's alert about the server's certificate.
    if says(&["client certificate_expired"]) {
        all.push(renew());
    }
    if !is_distrust {
        if all.is_empty() {
            all.push(by_name());
        }
        return all;
    }
    if says(&["unknown_ca", "unknown ca"]) && !case.is_url() {
        all.push(left_out_intermediate(lone_leaf(case)));
    }
    all.extend(trust::advice(case));
    all
}

fn all_advice() -> Vec<Advice> {
    let mut all = vec![by_name(), renew(), left_out_intermediate(false)];
    all.extend(trust::all_advice());
    all
}

fn by_name() -> Advice {
    Advice::any(
        "Look up the alert's name in RFC 8446 §6.2: `handshake_failure` and `protocol_version` mean that client and \
         server have no cipher suite, group or version in common; `unrecognized_name` means that the server does not \
         know the host.",
    )
}

fn renew() -> Advice {
    Advice::any(
        "The certificate has expired, or the client's clock is wrong. Renew the certificate, make the server load the \
         new one, and check the client's clock with `date`.",
    )
}

/// Whether a server sent only its own certificate, which is visible in TLS 1.2.
fn lone_leaf(case: &Case) -> bool {
    let handshakes = case.pass.connections.iter().filter_map(|connection| connection.handshake.as_deref());
    let mut chains = handshakes.filter_map(|handshake| handshake.chain.as_ref());
    chains.any(|chain| chain.certificates == 1)
}

fn left_out_intermediate(is_seen: bool) -> Advice {
    Advice::any(if is_seen {
        "The server sent only its own certificate, without the intermediate certificate that links it to a root. \
         Configure the full chain at the server (`fullchain.pem`). Browsers hide this mistake, because they fetch the \
         intermediate themselves."
    } else {
        "The client does not know the authority that signed the certificate. Most often the server does not send an \
         intermediate certificate: `openssl s_client -connect HOST:443 -showcerts` shows what it sends. Configure the \
         full chain there."
    })
}

/// How many handshakes ended with an alert, as seen by the observer or by the origin.
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
