//! Advice for clients that don't trust a server's certificate, and how to recognise them without an alert.

use observation::{Close, Connection, Runtime};
use wire::Side;

use crate::case::Case;
use crate::finding::Advice;

/// Whether the client closed `connection` right after it had received the certificate. Some clients send no alert
/// (Java), some finish the handshake first (GnuTLS).
pub(crate) fn left_in_silence(connection: &Connection) -> bool {
    let Some(handshake) = connection.handshake.as_deref() else { return false };
    let was_shown = handshake.turns.iter().any(|turn| turn.of == Side::Server);
    let left = match connection.close {
        Close::ClientHandshaking => true,
        Close::Client => handshake.finished_ns.is_some(),
        _ => false,
    };
    was_shown && left && connection.exchanged == 0
}

/// How to make the client trust the server.
pub(crate) fn advice(case: &Case) -> Vec<Advice> {
    if case.is_url() {
        return of_the_origin();
    }
    vec![of_the_server()]
}

fn of_the_server() -> Advice {
    Advice::any(
        "The client does not trust the server's certificate: its CA bundle is old or was not found, or a company's own \
         certificate authority is missing in it. The observer does not decrypt TLS, so this is the server's own \
         certificate.",
    )
}

/// All advice that [`advice`] may return.
pub(crate) fn all_advice() -> Vec<Advice> {
    let mut all = vec![of_the_server()];
    all.extend(of_the_origin());
    all
}

fn of_the_origin() -> Vec<Advice> {
    vec![
        Advice::any(
            "The command does not read the origin's certificate authority from the environment variables that it was \
             given: configure its library to use the file that SSL_CERT_FILE names.",
        ),
        Advice::of(
            Runtime::Python,
            "Python requests",
            "requests reads REQUESTS_CA_BUNDLE, unless `trust_env` is off or `verify` names another file.",
        ),
        Advice::of(
            Runtime::Python,
            "Python aiohttp, httpx",
            "Both read SSL_CERT_FILE by default; a context that the program creates from certifi's file does not.",
        ),
        Advice::of(
            Runtime::Node,
            "Node.js",
            "Node.js reads NODE_EXTRA_CA_CERTS when the process starts, and ignores it if `ca` is given.",
        ),
        Advice::of(Runtime::Go, "Go", "Go reads SSL_CERT_FILE on Linux, unless `RootCAs` is set."),
        Advice::of(
            Runtime::Java,
            "Java",
            "Import the certificate authority into a trust store and pass it: `-Djavax.net.ssl.trustStore=FILE`.",
        ),
        Advice::of(
            Runtime::Rust,
            "Rust",
            "rustls-native-certs and native-tls read SSL_CERT_FILE; webpki-roots is compiled in, and nothing can be \
             added to it at run time.",
        ),
        Advice::of(Runtime::Curl, "curl", "curl reads CURL_CA_BUNDLE or SSL_CERT_FILE, unless `--cacert` is given."),
        Advice::of(Runtime::Wget, "wget", "Pass `--ca-certificate=\"$SSL_CERT_FILE\"`: wget reads no such variable."),
        Advice::of(
            Runtime::Php,
            "PHP",
            "Run `php -d curl.cainfo=FILE -d openssl.cafile=FILE`: PHP's libcurl ignores these variables.",
        ),
        Advice::of(Runtime::Ruby, "Ruby", "Ruby reads SSL_CERT_FILE, unless `ca_file` or `cert_store` is set."),
        Advice::of(
            Runtime::DotNet,
            ".NET",
            ".NET reads SSL_CERT_FILE on Linux, unless a handler verifies certificates itself.",
        ),
    ]
}
