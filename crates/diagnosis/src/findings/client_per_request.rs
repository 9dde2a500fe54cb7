//! Each request has its own client, TLS context or process, each of which loads the trust store again.

use observation::Runtime;

use crate::code::Code;
use crate::finding::{Advice, Finding};
use crate::findings::loads;
use crate::rule::{Doc, Judge, Rule};

pub(crate) const RULE: Rule = Rule {
    code: Code::new("client-per-request"),
    title: "each request has a client of its own, which loads the trust store again",
    failure: false,
    doc: Doc {
        means: "Each request has a client, a TLS context or a process of its own, and each of those loads the trust \
                store again.",
        seen: "trust stores loaded before half of the connections at least, by samples of the stacks, 60 ms of CPU \
               or a twentieth of the run at least, where each request came on a connection of its own over both \
               passes and did not ask for that.",
        saves: "the CPU time of the loads after the first handshake.",
    },
    advice,
    not_judged: |case| case.loads_not_told(),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let loads = loads::of(&judge.case).filter(|loads| loads.are_of_clients(&judge.case))?;
    Some(loads.finding(&judge.case, RULE.code, advice()))
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Build the client, and with it the TLS context, once and share it: parsing the roots costs more than \
             the handshake.",
        ),
        Advice::of(
            Runtime::Python,
            "Python requests",
            "One `Session` for all requests; connections of its pool that are kept load nothing again.",
        ),
        Advice::of(
            Runtime::Python,
            "Python aiohttp, httpx",
            "One `ClientSession` or `Client`; where several are needed, give all the same \
             `ssl.create_default_context()`.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "Clone one `reqwest::Client`, `ureq::Agent` or `native_tls::TlsConnector`; building one with \
             native-tls takes 10 ms and more each time (docs/findings.md).",
        ),
        Advice::of(Runtime::Java, "Java", "Share one `SSLContext` and `HttpClient`."),
        Advice::of(Runtime::DotNet, ".NET", "One static `HttpClient`, or `IHttpClientFactory`."),
        Advice::of(Runtime::Curl, "curl", "One invocation for many URLs: every process reads the bundle anew."),
        Advice::of(
            Runtime::Go,
            "Go",
            "Share one `http.Transport`: Go reads the system's roots once for a process, but a pool of `RootCAs` each \
             time that one is built.",
        ),
        Advice::of(Runtime::Node, "Node.js", "Share one agent, and one secure context where `ca` is given."),
        Advice::of(Runtime::Php, "PHP", "Keep one curl handle, or share what handles know by `curl_share_init`."),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "One `OpenSSL::X509::Store` as `cert_store`, and one `Net::HTTP.start` for many requests.",
        ),
        Advice::of(Runtime::Wget, "wget", "One `wget -i LIST`: every process reads the bundle anew."),
    ]
}
