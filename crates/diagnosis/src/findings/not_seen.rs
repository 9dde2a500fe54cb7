//! No request of the command passed through the observer, so nothing can be judged, and a lack of other findings means
//! nothing.
//!
//! Connections that arrived and failed belong to `errors` or `alerts`.

use observation::{Close, NO_PEER, Runtime};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Finding};
use crate::findings::{alerts, errors, trust};
use crate::rule::{Doc, Judge, Rule};
use crate::words::{count, were};

/// The most addresses that are named.
const NAMED: usize = 5;

pub(crate) const RULE: Rule = Rule {
    code: Code::new("not-seen"),
    title: "the command's requests were not seen",
    failure: true,
    doc: Doc {
        means: "None of the command's requests was seen, so nothing of it can be judged.",
        seen: "no connection came, or none carried a request and none failed; what can be seen of the reasons is \
               named.",
        saves: "nothing that can be told.",
    },
    advice: all_advice,
    not_judged: |_| None,
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let case = &judge.case;
    let reasons = reasons(judge)?;
    let came = case.pass.counts.connections > 0;
    let advice = match case.is_url() {
        _ if came && !over_http_only(case) => came_and_left(case),
        true => vec![of_the_url()],
        false => of_the_proxy(),
    };
    Some(Finding {
        code: RULE.code,
        confidence: Confidence::Proven,
        evidence: reasons,
        cost: None,
        saves_ns: 0,
        concerns: case.pass.counts.connections,
        advice,
    })
}

fn all_advice() -> Vec<Advice> {
    let mut all = vec![of_the_url()];
    all.extend(of_the_proxy());
    all
}

fn of_the_url() -> Advice {
    Advice::any(
        "Make sure that the command fetches from the URL it is given: `{url}` in its arguments, or TLSTAX_URL in \
         its environment.",
    )
}

fn of_the_proxy() -> Vec<Advice> {
    vec![
        Advice::any("Make sure that the command takes HTTPS_PROXY, or give it the origin's URL with `--via url`."),
        Advice::of(Runtime::Python, "Python aiohttp", "`ClientSession(trust_env=True)`."),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "22.21 or later, or undici's `setGlobalDispatcher(new EnvHttpProxyAgent())`.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "It reads properties: `sh -c 'exec java -Dhttps.proxyHost=127.0.0.1 \
                 -Dhttps.proxyPort=${HTTPS_PROXY##*:} …'`.",
        ),
    ]
}

/// Advice for a command that connected and sent no request.
fn came_and_left(case: &Case) -> Vec<Advice> {
    let mut all = vec![Advice::any(
        "The command came this far, so it takes what it was given: look at its own messages, and let it run until \
         it has fetched something.",
    )];
    if case.pass.connections.iter().any(trust::left_in_silence) {
        all.extend(trust::advice(case));
    }
    all
}

/// Whether the command used the origin's HTTP address when it was given the HTTPS one.
fn over_http_only(case: &Case) -> bool {
    let origin = case.pass.origin.as_ref().filter(|_| case.is_url());
    let counts = &case.pass.counts;
    origin.is_some_and(|origin| origin.requests == 0) && counts.exchanges > 0 && counts.tls == 0
}

/// The reasons why nothing was seen; `None` if requests or failures were seen.
pub(crate) fn reasons(judge: &Judge) -> Option<Vec<String>> {
    let case = &judge.case;
    let counts = &case.pass.counts;
    let over_http_only = over_http_only(case);
    if !over_http_only
        && counts.connections > 0
        && (case.requests() > 0 || judge.has(&errors::RULE) || judge.has(&alerts::RULE))
    {
        return None;
    }
    let mut reasons = vec![match (counts.connections, case.is_url()) {
        (0, true) => "The command never connected to the URL.".to_owned(),
        (0, false) => "The command never used the proxy.".to_owned(),
        (n, _) if over_http_only => format!(
            "{} came, with requests over HTTP only: the command was given `{{http}}`, or takes the URL's https for \
             http.",
            count(n, "connection")
        ),
        (n, _) => format!("{} came and carried no request.", count(n, "connection")),
    }];
    if case.pass.connections.iter().any(trust::left_in_silence) {
        reasons.push("It left as soon as it had been shown the certificate: it may not trust it.".to_owned());
    }
    if case.http.is_some_and(|http| http.counts.connections > 0) && counts.connections == 0 {
        reasons.push("Over HTTP it did connect: it may fetch http:// whatever it is given.".to_owned());
    }
    if counts.closes.get(&Close::Open).is_some_and(|open| *open > 0) {
        reasons.push("Connections were open when the command ended: it may have been stopped too early.".to_owned());
    }
    if counts.strangers > 0 {
        reasons.push(format!(
            "{} turned away at the proxy for want of its password: of another program, or of a client that leaves \
             out what the proxy's URL names.",
            were(counts.strangers, "request")
        ));
    }
    if let Some(value) = case.pass.no_proxy.as_deref().filter(|_| !case.is_url() && counts.connections == 0) {
        reasons.push(format!("NO_PROXY was set to {value:?}: hosts that it names are not fetched through a proxy."));
    }
    let (udp, tcp): (Vec<_>, Vec<_>) = case.pass.direct.iter().partition(|direct| direct.udp);
    if !tcp.is_empty() {
        let named: Vec<&str> = tcp.iter().take(NAMED).map(|direct| direct.address.as_str()).collect();
        let ignored = if case.is_url() { "" } else { ", so it ignores HTTPS_PROXY" };
        reasons.push(format!("It connected directly to {}{ignored}.", named.join(", ")));
    }
    if udp.iter().any(|direct| direct.address.ends_with(":443")) {
        reasons.push("It used UDP to port 443, which is QUIC (HTTP/3): turn that off to have it seen.".to_owned());
    } else if udp.iter().any(|direct| direct.address == NO_PEER) {
        reasons.push("It had UDP sockets that name no peer: it may have spoken QUIC (HTTP/3).".to_owned());
    }
    Some(reasons)
}
