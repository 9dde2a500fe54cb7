//! TLS 1.2 or older was negotiated: a full handshake takes two round trips, in TLS 1.3 one.
//!
//! The ClientHello, which is not encrypted, shows which side must change: if it offered TLS 1.3, the server declined
//! it.

use observation::Runtime;
use wire::HandshakeKind;

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{share, time};

/// The least share of all handshakes: a single old host among many does not make a program slow.
const OF_HANDSHAKES: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("tls12"),
    title: "TLS 1.2 takes one round trip more per handshake than TLS 1.3",
    failure: false,
    doc: Doc {
        means: "TLS 1.2 or older was negotiated: its full handshake takes two round trips, that of TLS 1.3 takes one.",
        seen: "in at least a tenth of the handshakes. The ClientHello, which is not encrypted, shows which side is the \
               cause.",
        saves: "one round trip for each full handshake.",
    },
    advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    let old: u64 = counts.versions.iter().filter(|(version, _)| *version != "TLSv1.3").map(|(_, count)| count).sum();
    if old == 0 || share(old, counts.handshakes) < OF_HANDSHAKES {
        return None;
    }
    let whose = Whose::of(case);
    let versions: Vec<String> = counts.versions.iter().map(|(version, count)| format!("{version} {count}")).collect();
    let round_trip = case.round_trip_ns(|handshake| !handshake.is_13());
    let kept: Vec<bool> = case
        .shaken()
        .filter(|(_, handshake)| !handshake.is_13())
        .map(|(_, handshake)| handshake.kind == Some(HandshakeKind::Full))
        .collect();
    let full_share = share(kept.iter().filter(|is_full| **is_full).count() as u64, kept.len() as u64);
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence: vec![
            format!("Of {} handshakes by version: {}.", counts.handshakes, versions.join(", ")),
            whose.evidence(),
        ],
        cost: Some(Cost {
            wall_ms: Some(case.per_thousand(old as f64 * full_share * round_trip as f64)),
            cpu_ms: None,
            how: format!(
                "one round trip for each full handshake: {}, the median time that the server takes to respond in a \
                 handshake",
                time(round_trip)
            ),
        }),
        saves_ns: case.saved(old as f64 * full_share * round_trip as f64),
        concerns: old,
        advice: whose.advice(),
    })
}

/// Which side caused the old version, by the kept handshakes: in how many the client had offered TLS 1.3, and in how
/// many not.
struct Whose {
    servers: u64,
    clients: u64,
}

impl Whose {
    fn of(case: &Case) -> Whose {
        let mut whose = Whose { servers: 0, clients: 0 };
        for (_, handshake) in case.shaken().filter(|(_, handshake)| !handshake.is_13()) {
            let Some(hello) = &handshake.hello else { continue };
            let offered = hello.versions.iter().any(|version| version == "TLSv1.3");
            // The origin of `--via url` supports TLS 1.3.
            let of = if offered && !case.is_url() { &mut whose.servers } else { &mut whose.clients };
            *of += 1;
        }
        whose
    }

    fn evidence(&self) -> String {
        match (self.servers, self.clients) {
            (0, 0) => "What the client had offered in them was not recorded.".to_owned(),
            (_, 0) => "The client offered TLS 1.3, but the server did not accept it.".to_owned(),
            (0, _) => "The client did not offer TLS 1.3.".to_owned(),
            (servers, clients) => format!(
                "In {servers} of them the client offered TLS 1.3 but the server did not accept it; in {clients} the \
                 client did not offer it."
            ),
        }
    }

    fn advice(&self) -> Vec<Advice> {
        let mut all = Vec::new();
        if self.servers > 0 || self.clients == 0 {
            all.push(at_server());
        }
        if self.clients > 0 || self.servers == 0 {
            all.extend(clients_advice());
        }
        all
    }
}

fn advice() -> Vec<Advice> {
    let mut all = vec![at_server()];
    all.extend(clients_advice());
    all
}

fn at_server() -> Advice {
    Advice::any("Turn on TLS 1.3 at the server, or at the proxy or load balancer that terminates TLS in front of it.")
}

fn clients_advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Remove a setting that limits the highest version, or update the TLS library: OpenSSL supports TLS 1.3 \
             since 1.1.1, Go since 1.13, Java since 11.",
        ),
        Advice::of(
            Runtime::Python,
            "Python",
            "Don't set `maximum_version` or the old `ssl.PROTOCOL_TLSv1_2`: `ssl.create_default_context()` offers both \
             versions.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "`maxVersion` and `secureProtocol: 'TLSv1_2_method'` limit the version: don't set them.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "`jdk.tls.client.protocols`, `https.protocols` and `SSLContext.getInstance(\"TLSv1.2\")` limit the \
             version: use \"TLS\".",
        ),
        Advice::of(Runtime::Go, "Go", "`tls.Config.MaxVersion` limits the version: don't set it."),
        Advice::of(Runtime::Curl, "curl", "`--tls-max 1.2` limits the version: don't use it."),
    ]
}
