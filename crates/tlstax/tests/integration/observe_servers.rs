//! `tlstax observe` finds causes at the server through the proxy: old versions, keys, groups, untrusted certificates,
//! missing responses, idle connections that are closed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::common::observed::{CpuUse, codes, is_as_expected};
use crate::common::{folder, stderr, tlstax};
use fixtures::RefusingPort;
use origin::{Authority, EmbeddedProgram, Kind, Launch, Origin, Pins};
use params::{CertificateKey, Group, TlsVersion};
use serde_json::Value;

/// What was observed of a program that fetches from `host.tlstax.test`.
struct Seen {
    output: Output,
    json: Value,
    was_busy: bool,
}

impl Seen {
    /// Fails unless exactly these findings are made.
    fn assert_finds(&self, expected: &[&str]) {
        let (found, due) = (codes(&self.json), expected.iter().copied().collect());
        let told = stderr(&self.output);
        assert!(is_as_expected(&found, &due, self.was_busy), "{found:?}, not {due:?}: {told}\n{:#}", self.json);
    }

    fn findings(&self) -> String {
        self.json["diagnosis"]["findings"].to_string()
    }
}

/// Observes `script`, whose host is at `address`. In the script, `CA` is replaced by the path of the CA bundle.
fn observe(address: SocketAddr, authority: &Authority, flags: &[&str], script: &str) -> Seen {
    let (_dir, path) = folder();
    let file = path.join("seen.json");
    let mut command = tlstax(&path);
    for name in
        ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "no_proxy"]
    {
        command.env_remove(name);
    }
    let script = script.replace("CA", &authority.trust_file().to_string_lossy());
    let map = format!("host.tlstax.test={address}");
    command.args(["observe", "--no-sampling", "--timeout", "60", "--map", &map]).args(flags);
    command.arg(format!("--json={}", file.display())).args(["--", "sh", "-c", &script]).stdin(Stdio::null());
    let cpus = CpuUse::since_now();
    let output = command.output().unwrap();
    let was_busy = cpus.was_busy();
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    Seen { output, json: serde_json::from_str(&text).unwrap(), was_busy }
}

fn origin(authority: &Authority, pins: Pins) -> Origin {
    // Responses that come later than session tickets can be distinguished from them.
    let leading_args = ["serve-embedded", "--service-ns", "20000000"].map(str::to_owned).to_vec();
    let kind = Kind::Embedded(EmbeddedProgram { exe: PathBuf::from(env!("CARGO_BIN_EXE_tlstax")), leading_args });
    let launch = Launch { ports: 1, pins, ..Launch::new(kind, authority.chain_file(), authority.key_file()) };
    Origin::start(&launch).unwrap()
}

/// Three requests over one connection.
const THREE: &str = "curl -sS --http1.1 --cacert CA https://host.tlstax.test/get https://host.tlstax.test/get \
                     https://host.tlstax.test/get";

#[test]
fn an_old_version_and_an_rsa_key() {
    let authority = Authority::with(CertificateKey::Rsa2048).unwrap();
    let origin = origin(&authority, Pins { tls_version: TlsVersion::Tls12, ..Pins::default() });
    let seen = observe(origin.ready().https[0], &authority, &[], THREE);
    seen.assert_finds(&["rsa-leaf", "tls12"]);
    let findings = seen.findings();
    assert!(findings.contains("the server did not accept it") && findings.contains("2048 bits"), "{findings}");
}

#[test]
fn a_group_that_the_client_sends_no_key_for() {
    let authority = Authority::create().unwrap();
    let origin = origin(&authority, Pins { groups: vec![Group::Secp256r1], ..Pins::default() });
    observe(origin.ready().https[0], &authority, &[], THREE).assert_finds(&["hello-retry"]);
    let seen = observe(origin.ready().https[0], &authority, &["--fail-on", "hello-retry,errors"], THREE);
    seen.assert_finds(&["hello-retry"]);
    assert_eq!(seen.output.status.code(), Some(1));
}

#[test]
fn a_certificate_that_is_not_trusted() {
    let authority = Authority::create().unwrap();
    let origin = origin(&authority, Pins::default());
    let script = "curl -sS https://host.tlstax.test/get";
    let seen = observe(origin.ready().https[0], &authority, &[], script);
    seen.assert_finds(&["alerts"]);
    assert_eq!(seen.output.status.code(), Some(60), "curl's own exit code");
}

#[test]
fn a_host_that_refuses_and_one_that_never_answers() {
    let authority = Authority::create().unwrap();
    let refusing = RefusingPort::take();
    let seen = observe(refusing.addr(), &authority, &[], "curl -sS https://host.tlstax.test/get");
    seen.assert_finds(&["errors"]);
    assert!(seen.findings().contains("refused"), "{}", seen.findings());

    let origin = origin(&authority, Pins::default());
    // Three times the origin takes longer than the client waits, then it responds in time. On a busy machine curl needs
    // more than 0.2 s just for the handshake.
    let waits = "curl -s --http1.1 -m 1 --cacert CA https://host.tlstax.test/delay/5";
    let script = format!("{waits}; {waits}; {waits}; {THREE}");
    let seen = observe(origin.ready().https[0], &authority, &[], &script);
    assert!(codes(&seen.json).contains("errors"), "{}", stderr(&seen.output));
    // On a busy machine curl's time may be over before it has sent the request.
    let is_told = |n: u32| seen.findings().contains(&format!("{n} requests had no response"));
    assert!(is_told(3) || (seen.was_busy && (is_told(2) || is_told(1))), "{}", seen.findings());
}

/// A server that keeps connections for 0.2 s after a response, and prints its port.
const IMPATIENT: &str = r#"
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        self.connection.settimeout(0.2)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;

/// A child that does not outlive its test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn impatient(chain: &Path, key: &Path) -> (Server, SocketAddr) {
    let mut command = Command::new("python3");
    command.args(["-c", IMPATIENT]).arg(chain).arg(key).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut server = Server(command.spawn().unwrap());
    let mut port = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
    (server, SocketAddr::from(([127, 0, 0, 1], port.trim().parse().unwrap())))
}

#[test]
fn connections_that_are_cut_while_idle() {
    let authority = Authority::create().unwrap();
    let (_server, address) = impatient(authority.chain_file(), authority.key_file());
    let script = format!("{THREE} https://host.tlstax.test/get --rate 1/s");
    let seen = observe(address, &authority, &[], &script);
    // If the CPUs are busy, a handshake takes as long as the pause before it, and a request may be sent just as the
    // server closes the connection: then it has no response.
    seen.assert_finds(if seen.was_busy { &["?idle-cut", "?errors"] } else { &["idle-cut"] });
}
