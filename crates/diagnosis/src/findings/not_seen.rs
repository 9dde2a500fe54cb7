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
        means: "None of the command's requests passed through the observer, so nothing can be judged.",
        seen: "no connection reached the observer, or none carried a request and none failed. Reasons that are visible \
               are named.",
        saves: "not known.",
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
        "Make sure that the command fetches from the URL that it is given: `{url}` in its arguments, or TLSTAX_URL in \
         its environment.",
    )
}

fn of_the_proxy() -> Vec<Advice> {
    vec![
        Advice::any("Make sure that the command uses HTTPS_PROXY, or give it the origin's URL with `--via url`."),
        Advice::of(Runtime::Python, "Python aiohttp", "Use `ClientSession(trust_env=True)`."),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Use version 22.21 or later, or undici's `setGlobalDispatcher(new EnvHttpProxyAgent())`.",
        ),
        Advice::of(
            Runtime::Java,
            "Java",
            "Java reads system properties, not HTTPS_PROXY: `sh -c 'exec java -Dhttps.proxyHost=127.0.0.1 \
             -Dhttps.proxyPort=${HTTPS_PROXY##*:} …'`.",
        ),
    ]
}

/// Advice for a command that connected and sent no request.
fn came_and_left(case: &Case) -> Vec<Advice> {
    let mut all = vec![Advice::any(
        "The command connected to the observer but sent no request: look at its own messages, and let it run until it \
         has fetched something.",
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
            "{} arrived, with requests over HTTP only: the command was given `{{http}}`, or uses http where the URL \
             says https.",
            count(n, "connection")
        ),
        (n, _) => format!("{} arrived and carried no request.", count(n, "connection")),
    }];
    if case.pass.connections.iter().any(trust::left_in_silence) {
        reasons.push(
            "The command closed the connection as soon as it had received the server's certificate: it may not trust \
             it."
            .to_owned(),
        );
    }
    if case.http.is_some_and(|http| http.counts.connections > 0) && counts.connections == 0 {
        reasons.push("It did connect over HTTP: it may use http:// whatever URL it is given.".to_owned());
    }
    if counts.closes.get(&Close::Open).is_some_and(|open| *open > 0) {
        reasons
            .push("Connections were still open when the command ended: it may have been stopped too early.".to_owned());
    }
    if counts.strangers > 0 {
        reasons.push(format!(
            "{} refused by the proxy because its password was missing: they came from another program, or from a \
             client that ignores the credentials in the proxy's URL.",
            were(counts.strangers, "request")
        ));
    }
    if let Some(value) = case.pass.no_proxy.as_deref().filter(|_| !case.is_url() && counts.connections == 0) {
        reasons.push(format!("NO_PROXY was set to {value:?}: clients don't use a proxy for the hosts that it names."));
    }
    let (udp, tcp): (Vec<_>, Vec<_>) = case.pass.direct.iter().partition(|direct| direct.udp);
    if !tcp.is_empty() {
        let named: Vec<&str> = tcp.iter().take(NAMED).map(|direct| direct.address.as_str()).collect();
        let ignored = if case.is_url() { "" } else { ", so it ignores HTTPS_PROXY" };
        reasons.push(format!("It connected directly to {}{ignored}.", named.join(", ")));
    }
    if udp.iter().any(|direct| direct.address.ends_with(":443")) {
        reasons.push(
            "It used UDP to port 443, which is QUIC (HTTP/3): turn HTTP/3 off so that its requests can be observed."
                .to_owned(),
        );
    } else if udp.iter().any(|direct| direct.address == NO_PEER) {
        reasons.push("It had unconnected UDP sockets: it may have used QUIC (HTTP/3).".to_owned());
    }
    Some(reasons)
}
