//! `tlstax observe` in an environment that already names a proxy: connections go through it. In these tests it is the
//! proxy of another observer, which requires a password.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{folder, stderr, tlstax};
use fixtures::RefusingPort;
use origin::{Authority, EmbeddedProgram, Kind, Launch, Origin};
use serde_json::Value;

const TLSTAX: &str = env!("CARGO_BIN_EXE_tlstax");

const PROXIES: [&str; 6] = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// An observer without flags that affect the findings, with an output folder and without a proxy in its environment.
fn observe(path: &Path) -> Command {
    let mut command = tlstax(path);
    for name in PROXIES.into_iter().chain(["no_proxy", "NO_PROXY"]) {
        command.env_remove(name);
    }
    command.args(["observe", "--no-sampling"]).stdin(Stdio::null());
    command
}

/// The JSON that an observer wrote to `name`.
fn seen(path: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(path.join(name)).unwrap()).unwrap()
}

fn hosts(seen: &Value) -> Vec<String> {
    let hosts = seen["observation"]["passes"][0]["hosts"].as_array().unwrap();
    let mut names: Vec<String> = hosts.iter().map(|host| host["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn tunnels_and_plain_requests_go_on_through_it_and_what_it_refuses_is_told() {
    // Responses that come later than session tickets can be distinguished from them.
    let leading_args = ["serve-embedded", "--service-ns", "20000000"].map(str::to_owned).to_vec();
    let authority = Authority::create().unwrap();
    let kind = Kind::Embedded(EmbeddedProgram { exe: PathBuf::from(TLSTAX), leading_args });
    let mut launch = Launch::new(kind, authority.chain_file(), authority.key_file());
    launch.ports = 1;
    let origin = Origin::start(&launch).unwrap();
    let refusing_port = RefusingPort::take();
    let refusing = refusing_port.addr();
    let maps = [
        format!("secure.tlstax.test={}", origin.ready().https[0]),
        format!("plain.tlstax.test={}", origin.ready().http[0]),
        format!("dead.tlstax.test={refusing}"),
    ];
    let (_dir, path) = folder();
    let script = format!(
        "curl -sS --cacert {} https://secure.tlstax.test/get https://secure.tlstax.test/get && \
         curl -sS http://plain.tlstax.test/get http://plain.tlstax.test/get && \
         ! curl -sS https://dead.tlstax.test/get",
        authority.trust_file().display()
    );
    let mut outer = observe(&path);
    for map in &maps {
        outer.args(["--map", map]);
    }
    outer.args(["--json=outer.json", "--", TLSTAX, "observe", "--no-sampling", "--json=inner.json", "--"]);
    let output = outer.args(["sh", "-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (outer, inner) = (seen(&path, "outer.json"), seen(&path, "inner.json"));
    // Only the outer observer knows the mapping, so nothing bypassed it.
    let all = ["dead.tlstax.test:443", "plain.tlstax.test:80", "secure.tlstax.test:443"];
    assert_eq!((hosts(&outer), hosts(&inner)), (all.map(str::to_owned).to_vec(), all.map(str::to_owned).to_vec()));
    for seen in [&outer, &inner] {
        let counts = &seen["observation"]["passes"][0]["counts"];
        assert_eq!((counts["exchanges"].as_u64(), counts["handshakes"].as_u64()), (Some(4), Some(1)), "{counts}");
        assert_eq!(counts["not_reached"].as_object().unwrap().len(), 1, "{counts}");
    }
    let reasons = &inner["observation"]["passes"][0]["counts"]["not_reached"];
    assert!(reasons.to_string().contains("it responded 502"), "{reasons}");
    let upstream = inner["observation"]["passes"][0]["upstream"].as_str().unwrap();
    assert!(upstream.starts_with("127.0.0.1:") && !inner.to_string().contains("tlstax:"), "no password: {upstream}");
    assert!(outer["observation"]["passes"][0]["upstream"].is_null());
    let notes = inner["diagnosis"]["notes"].to_string();
    assert!(notes.contains(&format!("the proxy that the environment names ({upstream})")), "{notes}");
}

#[test]
fn a_mapped_host_is_reached_without_it_and_one_that_is_down_is_told() {
    let refusing_port = RefusingPort::take();
    let refusing = refusing_port.addr();
    let mapped = TcpListener::bind("127.0.0.1:0").unwrap();
    let (_dir, path) = folder();
    let mut observer = observe(&path);
    observer.env("https_proxy", format!("http://{refusing}"));
    let map = format!("mapped.tlstax.test={}", mapped.local_addr().unwrap());
    let script = "! curl -sS -m 1 https://mapped.tlstax.test; ! curl -sS -m 1 https://outside.tlstax.test";
    let output = observer.args(["--map", &map, "--json=seen.json", "--", "sh", "-c", script]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let seen = seen(&path, "seen.json");
    let reasons = seen["observation"]["passes"][0]["counts"]["not_reached"].to_string();
    assert!(reasons.contains(&format!("the proxy {refusing} failed: connecting to it")), "{reasons}");
    assert!(mapped.accept().is_ok(), "the mapped one was connected to");
}

#[test]
fn one_that_wants_a_password_is_named_for_plain_requests_too() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer).unwrap();
        String::from_utf8(head).unwrap()
    });
    let (_dir, path) = folder();
    let mut observer = observe(&path);
    // If both spellings are set, the lower-case one counts, as in curl and Python.
    observer.env("http_proxy", format!("http://{address}")).env("HTTP_PROXY", "http://large.tlstax.test:1");
    let script = "curl -sS -m 10 -w '%{http_code}' http://user@plain.tlstax.test/a";
    let output = observer.args(["--json=seen.json", "--", "sh", "-c", script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.ends_with("502"), "{said}");
    assert!(serving.join().unwrap().starts_with("GET http://plain.tlstax.test/a HTTP/1.1\r\n"));
    let seen = seen(&path, "seen.json");
    let counts = &seen["observation"]["passes"][0]["counts"];
    let reasons = counts["not_reached"].to_string();
    assert!(reasons.contains(&format!("the proxy {address} failed: it responded 407 Proxy")), "{reasons}");
}

#[test]
fn metadata_services_are_not_asked_for_by_another_spelling() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let (_dir, path) = folder();
    let mut observer = observe(&path);
    observer.env("https_proxy", format!("http://{}", proxy.local_addr().unwrap()));
    let ask = "import os, socket, urllib.parse\nproxy = urllib.parse.urlsplit(os.environ['https_proxy'])\n\
               import base64\npair = base64.b64encode(f'{proxy.username}:{proxy.password}'.encode()).decode()\n\
               for host in ['2852039166', '0xa9fea9fe', '169.254.43518', '169.254.169.254.', 'a@169.254.169.254', 'metadata.goog']:\n\
               \x20 stream = socket.create_connection((proxy.hostname, proxy.port))\n\
               \x20 stream.sendall(f'CONNECT {host}:80 HTTP/1.1\\r\\nProxy-Authorization: Basic {pair}\\r\\n\\r\\n'.encode())\n\
               \x20 print(stream.recv(100).split()[1].decode())\n";
    let output = observer.args(["--", "python3", "-c", ask]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        said.split_whitespace().take(6).collect::<Vec<_>>(),
        ["403", "403", "403", "403", "400", "403"],
        "{said}"
    );
    assert!(proxy.accept().is_err(), "nothing was asked of the proxy");
}

#[test]
fn one_that_cannot_be_gone_through_is_not_passed_over_in_silence() {
    for value in ["socks5h://proxy.test:1080", "https://proxy.test:3128", "http://"] {
        let (_dir, path) = folder();
        let output = observe(&path).env("https_proxy", value).args(["--", "true"]).output().unwrap();
        let errors = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{value}");
        assert!(errors.contains("https_proxy names a proxy that is not supported"), "{errors}");
    }
}
