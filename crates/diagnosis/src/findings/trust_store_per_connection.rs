//! A client's library loads its trust store for each connection (urllib3, Node's `ca:`, libcurl).

use observation::Runtime;

use crate::code::Code;
use crate::finding::{Advice, Finding};
use crate::findings::loads;
use crate::rule::{Doc, Judge, Rule};

pub(crate) const RULE: Rule = Rule {
    code: Code::new("trust-store-per-connection"),
    title: "the trust store is loaded again for each connection",
    failure: false,
    doc: Doc {
        means: "The client loads its trust store for each new connection, or for nearly each: parsing the root \
                certificates costs more than the handshake.",
        seen: "samples of the stacks show a load of a trust store before at least half of the connections, or a third \
               of the CPU time in such loads, and the loads take at least 60 ms of CPU, a tenth of the command's CPU \
               time, or a twentieth of the run, not counting the time for which it waited for a CPU. It is not known \
               that each request creates its own client.",
        saves: "the CPU time of the loads after the first handshake.",
    },
    advice,
    not_judged: |case| case.loads_not_told(),
    find,
};

fn find(judge: &Judge) -> Option<Finding> {
    let loads = loads::of(&judge.case).filter(|loads| !loads.are_of_clients(&judge.case))?;
    Some(loads.finding(&judge.case, RULE.code, advice()))
}

fn advice() -> Vec<Advice> {
    vec![
        Advice::any(
            "Reuse connections, so that the root certificates are loaded only once for each. If new connections are \
             needed, build one TLS context and use it for all of them.",
        ),
        Advice::of(
            Runtime::Python,
            "Python requests, urllib3",
            "urllib3 loads the root certificates for each new connection: pass one \
             `ssl_context=ssl.create_default_context()` to its pool (for requests, in an HTTPAdapter's \
             `init_poolmanager`), and raise `pool_maxsize`.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "`ca:` in a request's options is parsed for each connection: build one `tls.createSecureContext({ ca })`, \
             or set NODE_EXTRA_CA_CERTS, and share one agent.",
        ),
        Advice::of(
            Runtime::Curl,
            "curl, libcurl",
            "Since 7.87 a handle caches parsed root certificates for 24 h (`CURLOPT_CA_CACHE_TIMEOUT`): use the same \
             handle for all requests.",
        ),
        Advice::of(Runtime::Go, "Go", "Build `RootCAs` once and share the transport."),
        Advice::of(
            Runtime::Java,
            "Java",
            "Share one `SSLContext`: its trust manager holds the parsed root certificates.",
        ),
        Advice::of(Runtime::Rust, "Rust", "Build the `ClientConfig` or `TlsConnector` once and clone it."),
        Advice::of(Runtime::Php, "PHP", "Keep the curl handle between requests; `curl_share_init` shares connections."),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "Set `cert_store` to one `OpenSSL::X509::Store` and keep the connection with `start`.",
        ),
    ]
}
