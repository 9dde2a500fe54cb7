//! Each request has its own client, TLS context or process, each of which loads the trust store again.

use observation::Runtime;

use crate::code::Code;
use crate::finding::{Advice, Finding};
use crate::findings::loads;
use crate::rule::{Doc, Judge, Rule};

pub(crate) const RULE: Rule = Rule {
    code: Code::new("client-per-request"),
    title: "each request creates its own client, which loads the trust store again",
    failure: false,
    doc: Doc {
        means: "Each request creates its own client, TLS context or process, and each of those loads the trust store \
                again.",
        seen: "samples of the stacks show a load of a trust store before at least half of the connections, and the \
               loads take at least 60 ms of CPU, a tenth of the command's CPU time, or a twentieth of the run, not \
               counting the time for which it waited for a CPU. In both runs each request had its own connection and \
               did not ask for it to be closed.",
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
            "Build the client, including its TLS context, once and share it: parsing the root certificates costs more \
             than the handshake.",
        ),
        Advice::of(
            Runtime::Python,
            "Python requests",
            "Use one `Session` for all requests: the connections that its pool keeps load nothing again.",
        ),
        Advice::of(
            Runtime::Python,
            "Python aiohttp, httpx",
            "Use one `ClientSession` or `Client`. If several are needed, give all of them the same \
             `ssl.create_default_context()`.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "Clone one `reqwest::Client`, `ureq::Agent` or `native_tls::TlsConnector`: building one with native-tls \
             takes 10 ms or more each time (docs/findings.md).",
        ),
        Advice::of(Runtime::Java, "Java", "Share one `SSLContext` and `HttpClient`."),
        Advice::of(Runtime::DotNet, ".NET", "Use one static `HttpClient`, or `IHttpClientFactory`."),
        Advice::of(
            Runtime::Curl,
            "curl",
            "Fetch many URLs with one invocation: every process reads the CA bundle again.",
        ),
        Advice::of(
            Runtime::Go,
            "Go",
            "Share one `http.Transport`: Go reads the system's roots once per process, but certificates for `RootCAs` \
             each time such a pool is built.",
        ),
        Advice::of(Runtime::Node, "Node.js", "Share one agent, and one secure context if `ca` is given."),
        Advice::of(Runtime::Php, "PHP", "Keep one curl handle, or share data between handles with `curl_share_init`."),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "Use one `OpenSSL::X509::Store` as `cert_store`, and one `Net::HTTP.start` for many requests.",
        ),
        Advice::of(Runtime::Wget, "wget", "Use one `wget -i LIST`: every process reads the CA bundle again."),
    ]
}
