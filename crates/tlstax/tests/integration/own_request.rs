//! What requests to a server of the user's say beside their path: it arrives from every client, and is written down.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::thread;

use measure::result::Validity;

use crate::common::{code, folder, result, run, stderr, stdout, tlstax};

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Came {
    line: String,
    /// Names in small letters, values in their order.
    headers: BTreeMap<String, Vec<String>>,
    body: Vec<u8>,
}

/// A server that keeps what it is asked, and answers with 201 and no body.
struct Witness {
    addr: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Witness {
    fn start() -> Witness {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let came = Arc::<Mutex<Vec<Came>>>::default();
        let kept = Arc::clone(&came);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                thread::spawn(move || while serve(&stream, &kept).is_some() {});
            }
        });
        Witness { addr, came }
    }

    fn came(&self) -> Vec<Came> {
        std::mem::take(&mut *self.came.lock().unwrap())
    }

    /// Runs a cell against it.
    fn fetch(&self, path: &Path, cell: &str, rest: &[&str]) -> Output {
        let url = format!("http://{}/items?a=1", self.addr);
        let filter = format!("^{cell}$");
        let arguments = ["run", "-f", &filter, "--origin", &url, "-n", "3", "-c", "1", "--rounds", "1"];
        tlstax(path).args(arguments).args(rest).output().unwrap()
    }
}

/// Keeps the next request of a connection and answers it; `None` once the connection has ended.
fn serve(stream: &TcpStream, kept: &Mutex<Vec<Came>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut text = String::new();
        reader.read_line(&mut text).ok().filter(|read| *read > 0)?;
        Some(text.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = BTreeMap::<String, Vec<String>>::new();
    while let Some(header) = line().filter(|header| !header.is_empty()) {
        let (name, value) = header.split_once(": ").unwrap();
        headers.entry(name.to_ascii_lowercase()).or_default().push(value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |values| values[0].parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    kept.lock().unwrap().push(Came { line: first, headers, body });
    (&*stream).write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").ok()
}

/// A cell of each client that makes requests in a way of its own.
const CELLS: [&str; 6] = [
    "threads/ureq/plain/keep-alive",
    "tokio-current/hyper/plain/new-conn",
    "tokio-current/reqwest/plain/new-conn",
    "threads/ureq-stock/plain/new-conn",
    "tokio-multi/reqwest-stock/plain/new-conn",
    "tokio-multi/hyper-util-stock/plain/new-conn",
];

#[test]
fn method_headers_and_body_arrive_from_every_client() {
    let (_dir, path) = folder();
    let witness = Witness::start();
    fs::write(path.join("body.json"), "{\"a\": 1}\n").unwrap();
    let headers = ["-H", "X-Trace: a:b", "-H", "Content-Type: application/json", "-H", "Host: shop.test"];
    let more = ["-H", "X-Twice: 1", "-H", "x-twice: 2", "-H", "User-Agent: mine/1", "-H", "Accept: text/plain"];
    let rest = [&headers[..], &more, &["--method", "PUT", "--body", "@body.json"]].concat();
    for (number, cell) in CELLS.iter().enumerate() {
        let out = format!("r{number}");
        let output = witness.fetch(&path, cell, &[&rest[..], &["--out", &out]].concat());
        assert_eq!(code(&output), Some(0), "{cell}: {}{}", stdout(&output), stderr(&output));
        let came = witness.came();
        // Those of the warm-up came before.
        assert!(came.len() > 3, "{cell}: {}", came.len());
        for one in came {
            assert_eq!((one.line.as_str(), &one.body[..]), ("PUT /items?a=1 HTTP/1.1", &b"{\"a\": 1}\n"[..]), "{cell}");
            let sent = |name: &str| one.headers.get(name).map(|values| values.join("|")).unwrap_or_default();
            assert_eq!(sent("x-trace"), "a:b", "{cell}");
            assert_eq!(sent("content-type"), "application/json", "{cell}");
            assert_eq!(sent("host"), "shop.test", "{cell}");
            assert_eq!(sent("x-twice"), "1|2", "{cell}");
            assert_eq!((sent("user-agent"), sent("accept")), ("mine/1".into(), "text/plain".into()), "{cell}");
            assert_eq!((sent("content-length"), sent("transfer-encoding")), ("9".into(), String::new()), "{cell}");
        }
        let found = result(&path, &out);
        assert!(found.trials.iter().all(|trial| trial.verdict == Validity::Unproven && trial.right == 3), "{cell}");
        let request = &found.run.sections[0].workload.request;
        assert_eq!(request.to_string(), "PUT with 7 headers and a body of 9 bytes");
        assert!(stdout(&output).contains("3 × PUT /items?a=1 with 7 headers"), "{}", stdout(&output));
    }
}

#[test]
fn a_post_without_a_body_and_a_method_of_ones_own_are_alike_from_every_client() {
    let (_dir, path) = folder();
    let witness = Witness::start();
    for cell in CELLS {
        for (method, length) in [("POST", Some("0")), ("DELETE", None), ("PURGE", None), ("HEAD", None)] {
            let output = witness.fetch(&path, cell, &["--method", method]);
            assert_eq!(code(&output), Some(0), "{cell} {method}: {}{}", stdout(&output), stderr(&output));
            for one in witness.came() {
                assert_eq!(one.line, format!("{method} /items?a=1 HTTP/1.1"), "{cell}");
                let told = one.headers.get("content-length").map(|values| values[0].as_str());
                assert_eq!((told, one.headers.contains_key("transfer-encoding")), (length, false), "{cell} {method}");
            }
        }
    }
}

#[test]
fn results_of_different_requests_are_told_apart() {
    let (_dir, path) = folder();
    let witness = Witness::start();
    let cell = CELLS[1];
    for (out, rest) in [("get", &[][..]), ("post", &["--body", "x"]), ("other", &["--body", "y"])] {
        let output = witness.fetch(&path, cell, &[rest, &["--out", out]].concat());
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    }
    for (base, new) in [("get", "post"), ("post", "other")] {
        let compared = run(&path, &format!("cmp {base} {new}"));
        let said = format!("{}{}", stdout(&compared), stderr(&compared));
        assert!(said.contains("request of new-conn"), "{said}");
    }
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    let (_dir, path) = folder();
    let cases: [(&[&str], &str); 10] = [
        (&["-H", "X: a\r\nHost: b"], "holds a line break"),
        (&["-H", "X Y: a"], "is no header name"),
        (&["-H", "X"], "'Name: value'"),
        (&["-H", "Content-Length: 3"], "the client's to set"),
        (&["-H", "Host: a", "-H", "host: b"], "Host is given twice"),
        (&["--method", "PO ST"], "is no method"),
        (&["--method", "get"], "did you mean GET?"),
        (&["--method", "CONNECT"], "a tunnel"),
        (&["--method", "GET", "--body", "x"], "a GET request has no body"),
        (&["--body", "@nowhere"], "--body @nowhere: No such file"),
    ];
    for (flags, words) in cases {
        let output = tlstax(&path).args(["run", "--origin", "http://127.0.0.1:9/"]).args(flags).output().unwrap();
        assert_eq!(code(&output), Some(2), "{flags:?}");
        assert!(stderr(&output).contains(words), "{flags:?}: {}", stderr(&output));
    }
    let output = run(&path, "run --origin embedded --method POST");
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("`tlstax origin` starts one"), "{}", stderr(&output));
}

#[test]
fn who_makes_no_such_requests_is_left_out_by_name() {
    let (_dir, path) = folder();
    let witness = Witness::start();
    let output =
        witness.fetch(&path, "(talk/1-recv/plain|threads/ureq/plain)/new-conn", &["--body", "x", "--out", "r"]);
    assert_eq!(code(&output), Some(0), "{}{}", stdout(&output), stderr(&output));
    let found = result(&path, "r");
    assert_eq!(found.trials.len(), 1, "{found:?}");
    let left = &found.run.left_out[0];
    assert!(left.what.starts_with("talk/1-recv") && left.why.contains("--body"), "{left:?}");
}
