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
        means: "The client loads its trust store for each new connection, or nearly: parsing the roots costs more than \
                the handshake.",
        seen: "trust stores loaded before half of the connections at least, by samples of the stacks, or a third of \
               the CPU time in them, and 60 ms of CPU or a twentieth of the run at least, where it is not known that \
               each request has a client of its own.",
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
            "Keep connections: then the roots are loaded once for each that is kept. Where new ones are needed, build \
             one TLS context and hand it to all of them.",
        ),
        Advice::of(
            Runtime::Python,
            "Python requests, urllib3",
            "urllib3 loads the roots for each new connection: pass one `ssl_context=ssl.create_default_context()` to \
             its pool (for requests in an HTTPAdapter's `init_poolmanager`), and raise `pool_maxsize`.",
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
            "A handle caches parsed roots for 24 h since 7.87 (`CURLOPT_CA_CACHE_TIMEOUT`): use the same handle for \
             all requests.",
        ),
        Advice::of(Runtime::Go, "Go", "Build `RootCAs` once and share the transport."),
        Advice::of(Runtime::Java, "Java", "Share one `SSLContext`: its trust manager holds the parsed roots."),
        Advice::of(Runtime::Rust, "Rust", "Build the `ClientConfig` or `TlsConnector` once and clone it."),
        Advice::of(Runtime::Php, "PHP", "Keep the curl handle between requests; `curl_share_init` shares connections."),
        Advice::of(
            Runtime::Ruby,
            "Ruby",
            "Set `cert_store` to one `OpenSSL::X509::Store` and keep the connection with `start`.",
        ),
    ]
}
