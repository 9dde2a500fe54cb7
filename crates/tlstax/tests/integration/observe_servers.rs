//! `tlstax observe` finds what servers do, through the proxy: old versions, keys, groups, distrust, silence, connections cut while idle.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::common::{folder, stderr, tlstax};
use origin::{Authority, EmbeddedProgram, Group, Key, Kind, Launch, Origin, Pins, TlsVersion};
use serde_json::Value;

/// What a program that fetches from `host.tlstax.test` at `address` by `script` is found to do: codes, sorted. In the script, `CA` stands
/// for the file to trust.
fn observe(address: SocketAddr, authority: &Authority, flags: &[&str], script: &str) -> (Output, Vec<String>, Value) {
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
    let output = command.output().unwrap();
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    let seen: Value = serde_json::from_str(&text).unwrap();
    let findings = seen["diagnosis"]["findings"].as_array().unwrap();
    let mut codes: Vec<String> = findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
    codes.sort();
    (output, codes, seen)
}

fn origin(authority: &Authority, pins: Pins) -> Origin {
    // Answers that come later than tickets are told from them.
    let leading_args = ["serve-embedded", "--service-ns", "20000000"].map(str::to_owned).to_vec();
    let kind = Kind::Embedded(EmbeddedProgram { exe: PathBuf::from(env!("CARGO_BIN_EXE_tlstax")), leading_args });
    let launch = Launch { ports: 1, pins, ..Launch::new(kind, authority.chain_file(), authority.key_file()) };
    Origin::start(&launch).unwrap()
}

/// Three requests over one connection.
const THREE: &str = "curl -sS --http1.1 --cacert CA https://host.tlstax.test/get https://host.tlstax.test/get https://host.tlstax.test/get";

#[test]
fn an_old_version_and_an_rsa_key() {
    let authority = Authority::with(Key::Rsa2048).unwrap();
    let origin = origin(&authority, Pins { tls_version: TlsVersion::Tls12, ..Pins::default() });
    let (output, codes, seen) = observe(origin.ready().https[0], &authority, &[], THREE);
    assert_eq!(codes, ["rsa-leaf", "tls12"], "{}", stderr(&output));
    let findings = seen["diagnosis"]["findings"].to_string();
    assert!(findings.contains("the server did not take it") && findings.contains("2048 bits"), "{findings}");
}

#[test]
fn a_group_that_the_client_sends_no_key_for() {
    let authority = Authority::create().unwrap();
    let origin = origin(&authority, Pins { groups: vec![Group::Secp256r1], ..Pins::default() });
    let (output, codes, _) = observe(origin.ready().https[0], &authority, &[], THREE);
    assert_eq!(codes, ["hello-retry"], "{}", stderr(&output));
    let (output, codes, _) = observe(origin.ready().https[0], &authority, &["--fail-on", "hello-retry,errors"], THREE);
    assert_eq!((output.status.code(), codes.as_slice()), (Some(1), &["hello-retry".to_owned()][..]));
}

#[test]
fn a_certificate_that_is_not_trusted() {
    let authority = Authority::create().unwrap();
    let origin = origin(&authority, Pins::default());
    let script = "curl -sS https://host.tlstax.test/get";
    let (output, codes, _) = observe(origin.ready().https[0], &authority, &[], script);
    assert_eq!(
        (output.status.code(), codes.as_slice()),
        (Some(60), &["alerts".to_owned()][..]),
        "curl's own exit code"
    );
}

#[test]
fn a_host_that_refuses_and_one_that_never_answers() {
    let authority = Authority::create().unwrap();
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (output, codes, seen) = observe(refusing, &authority, &[], "curl -sS https://host.tlstax.test/get");
    assert_eq!(codes, ["errors"], "{}", stderr(&output));
    assert!(seen["diagnosis"]["findings"].to_string().contains("refused"), "{}", seen["diagnosis"]);

    let origin = origin(&authority, Pins::default());
    // The origin takes longer than the client waits, three times, and then all is well.
    let waits = "curl -s --http1.1 -m 0.2 --cacert CA https://host.tlstax.test/delay/5";
    let script = format!("{waits}; {waits}; {waits}; {THREE}");
    let (output, codes, seen) = observe(origin.ready().https[0], &authority, &[], &script);
    assert!(codes.contains(&"errors".to_owned()), "{codes:?}: {}", stderr(&output));
    assert!(
        seen["diagnosis"]["findings"].to_string().contains("3 requests were never answered"),
        "{}",
        seen["diagnosis"]
    );
}

/// Keeps connections for 0.2 s, and prints its port.
const IMPATIENT: &str = r#"
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, timeout = "HTTP/1.1", 0.2
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
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
    let script = format!("{THREE} https://host.tlstax.test/get --rate 2/s");
    let (output, codes, seen) = observe(address, &authority, &[], &script);
    assert_eq!(codes, ["idle-cut"], "{}\n{:#}", stderr(&output), seen["observation"]["passes"][0]["connections"]);
}
