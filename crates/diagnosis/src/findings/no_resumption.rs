//! Full handshakes with hosts after an earlier handshake with them: a session could have been resumed, which saves the
//! client about half of a handshake's CPU time in TLS 1.3 and three quarters in TLS 1.2, where it also saves a round
//! trip (docs/findings.md).
//!
//! It is judged only if the server is known to support resumption: the origin of `--via url` does, TLS 1.2 tickets are
//! visible, and in TLS 1.3 one resumed handshake shows it. Connections that were needed at once are not counted: a pool
//! that opens its connections one by one loses nothing.

use observation::{Host, Runtime};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::rule::{Doc, Judge, Rule};
use crate::words::share;

/// The least number of needless full handshakes, over all hosts: fewer are not worth a change.
const ENOUGH: u64 = 3;
/// A client whose share of resumed handshakes is below this does not resume. TLS 1.3 tickets are used once, so a client
/// that does may still miss many.
const RESUMED: f64 = 0.1;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("no-resumption"),
    title: "sessions are not resumed: every handshake is a full one",
    failure: false,
    doc: Doc {
        means: "Full handshakes were made with hosts with which a session could have been resumed. Resumption saves \
                the client about half of a handshake's CPU time in TLS 1.3 and three quarters in TLS 1.2.",
        seen: "at least three full handshakes beyond the connections that were needed at once with each host, and less \
               than a tenth of the handshakes resumed, if the server is known to support resumption.",
        saves: "a round trip for each in TLS 1.2; only CPU time in TLS 1.3.",
    },
    advice,
    not_judged: |case| not_visible(case).map(|_| "TLS 1.3 hides whether the server issues session tickets"),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let hosts: Vec<&Host> =
        case.pass.hosts.iter().filter(|host| again(case, host) > 0 && gives_sessions(case, host)).collect();
    if hosts.iter().map(|host| again(case, host)).sum::<u64>() < ENOUGH {
        return None;
    }
    let full: u64 = hosts.iter().map(|host| host.full_again).sum();
    let offered: u64 = hosts.iter().map(|host| host.offered_session).sum();
    let say = |host: &&Host| {
        format!(
            "{}: {} of {} handshakes were full although there had been an earlier one with the host; {} were resumed.",
            host.name, host.full_again, host.handshakes, host.resumed
        )
    };
    let mut evidence: Vec<String> = hosts.iter().take(5).map(say).collect();
    evidence.push(match offered {
        0 => "The client never offered a session for resumption.".to_owned(),
        _ => format!("The client offered a session for resumption in {offered} of them."),
    });
    let is_12 = !case.pass.counts.versions.contains_key("TLSv1.3");
    let round_trip = case.round_trip_ns(|handshake| !handshake.is_13());
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence,
        cost: is_12.then(|| Cost {
            wall_ms: Some(case.per_thousand(full as f64 * round_trip as f64)),
            cpu_ms: None,
            how: "one round trip for each in TLS 1.2 (the median time that the server takes to respond), and CPU time \
                  on both sides"
                .to_owned(),
        }),
        saves_ns: if is_12 { case.saved(full as f64 * round_trip as f64) } else { 0 },
        concerns: full,
        advice: advice(),
    })
}

/// A sentence on a host whose handshakes all look full, if it is not known whether it supports resumption.
pub(crate) fn not_visible(case: &Case) -> Option<String> {
    // TLS 1.2 tickets are visible: if there was none, the server issues none.
    case.pass.counts.versions.get("TLSv1.3")?;
    let unknown = || case.pass.hosts.iter().filter(|host| again(case, host) > 0 && !gives_sessions(case, host));
    let names: Vec<&str> = unknown().take(3).map(|host| host.name.as_str()).collect();
    (unknown().map(|host| again(case, host)).sum::<u64>() >= ENOUGH).then(|| {
        format!(
            "No session was resumed with {}. TLS 1.3 encrypts session tickets, so it is not known whether the server \
             issues any, and resumption was not judged. `--via url` shows whether the command resumes sessions.",
            names.join(", ")
        )
    })
}

/// The number of full handshakes with `host` after its first one, beyond the connections needed at once, if hardly any
/// was resumed.
fn again(case: &Case, host: &Host) -> u64 {
    if share(host.resumed, host.resumed + host.full_again) >= RESUMED {
        return 0;
    }
    host.full_again.saturating_sub(case.needed_of(host) - 1)
}

fn gives_sessions(case: &Case, host: &Host) -> bool {
    case.is_url() || host.tickets > 0 || host.resumed > 0
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Reusing connections saves more. If they must be new, share one TLS config (context, connector) among \
             them: it stores the sessions.",
        ),
        Advice::of(
            Runtime::Python,
            "Python",
            "The ssl module resumes a session only if the program passes it on (`SSLSocket.session`), which requests, \
             aiohttp and httpx don't do: reuse connections instead.",
        ),
        Advice::of(
            Runtime::Go,
            "Go",
            "Set `tls.Config.ClientSessionCache` to `tls.NewLRUClientSessionCache(0)`; without a cache nothing is \
             resumed.",
        ),
        Advice::of(Runtime::Node, "Node.js", "An `https.Agent` stores sessions: use one for all requests."),
        Advice::of(Runtime::Java, "Java", "The `SSLContext` stores sessions: share one."),
        Advice::of(
            Runtime::DotNet,
            ".NET",
            "`SocketsHttpHandler` resumes sessions by itself if one handler serves all requests.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "rustls resumes sessions if its `ClientConfig` is shared; native-tls can't resume sessions.",
        ),
        Advice::of(
            Runtime::Curl,
            "curl",
            "Sessions last for one invocation: fetch many URLs in one, or use `--ssl-sessions FILE` (curl 8.12 or \
             later, if built with it).",
        ),
        Advice::of(
            Runtime::Php,
            "PHP",
            "A curl handle stores sessions; `curl_share_init` with `CURL_LOCK_DATA_SSL_SESSION` shares them between \
             handles.",
        ),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "`Net::HTTP` resumes sessions only within the same object: keep it, and call `start` again.",
        ),
        Advice::of(Runtime::Wget, "wget", "Sessions last for one invocation: use `wget -i LIST`."),
    ]
}
