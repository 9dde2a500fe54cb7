//! The origin that responds to any request, from programs that know nothing of endpoints: every path and method, bodies
//! of any length, and requests to close the connection.

use std::time::{Duration, Instant};

use crate::support::{self, Connection, Reply, TlsClient, embedded};
use origin::{Kind, Origin, Pins};

const SERVICE: Duration = Duration::from_millis(30);

fn start(service: Duration) -> Origin {
    let Kind::Embedded(mut program) = embedded() else { unreachable!() };
    let service_ns = service.as_nanos().to_string();
    program.leading_args.extend(["--any-request", "--service-ns", &service_ns].map(str::to_owned));
    support::start(Kind::Embedded(program), Pins::default())
}

fn plain(origin: &Origin) -> Connection {
    Connection::plain(origin.ready().http[0])
}

fn connections(origin: &Origin) -> [Connection; 2] {
    [plain(origin), TlsClient::usual().connect(origin.ready().https[0])]
}

/// The response, and how long it took.
fn timed(connection: &mut Connection, method: &str, target: &str) -> (Reply, Duration) {
    let begin = Instant::now();
    let reply = connection.request(method, target).unwrap();
    (reply, begin.elapsed())
}

/// The head of a POST with further headers.
fn post(headers: &str) -> String {
    format!("POST /upload HTTP/1.1\r\nhost: tlstax.test\r\n{headers}\r\n\r\n")
}

#[test]
fn any_path_and_method_is_answered_after_the_service_time() {
    let origin = start(SERVICE);
    for mut connection in connections(&origin) {
        for target in ["/", "/v1/users/7?full=1", "/get", "/status/ready", "/bytes/x"] {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] {
                let (reply, took) = timed(&mut connection, method, target);
                assert_eq!(reply.status, 200, "{method} {target}");
                assert!(took >= SERVICE, "{method} {target}: {took:?}");
                if !["HEAD", "OPTIONS"].contains(&method) {
                    let echo = reply.json();
                    assert_eq!(echo["method"], method, "{target}");
                    assert!(echo["url"].as_str().unwrap().ends_with(target), "{echo}");
                }
            }
        }
    }
}

#[test]
fn head_says_how_long_the_body_would_be_and_sends_none() {
    let mut origin = start(Duration::ZERO);
    let mut connection = plain(&origin);
    let length = connection.request("HEAD", "/nowhere").unwrap().header("content-length").parse::<usize>().unwrap();
    assert!(length > 100, "{length}");
    assert_eq!(origin.ledger().unwrap().http.body_bytes, 0);
    // Body bytes left unread would be taken for the head of this request.
    let get = connection.get("/nowhere");
    assert_eq!((get.status, get.body.len()), (200, length - "HEAD".len() + "GET".len()));
}

#[test]
fn endpoints_keep_their_meaning() {
    let origin = start(SERVICE);
    for mut connection in connections(&origin) {
        assert_eq!(connection.get("/status/503").status, 503);
        assert_eq!(connection.get("/bytes/1000").body.len(), 1000);
        let (reply, took) = timed(&mut connection, "GET", "/delay/0.1");
        assert_eq!(reply.status, 200);
        assert!(took >= Duration::from_millis(100) + SERVICE, "{took:?}");
    }
}

#[test]
fn without_being_told_so_it_refuses_what_is_for_no_endpoint() {
    let origin = support::start(embedded(), Pins::default());
    for mut connection in connections(&origin) {
        let refused = [("GET", "/nowhere", 404), ("POST", "/get", 405), ("GET", "/status/ready", 400)];
        for (method, target, status) in refused {
            assert_eq!(connection.request(method, target).unwrap().status, status, "{method} {target}");
        }
    }
}

#[test]
fn a_body_of_known_length_is_read_before_the_answer() {
    let origin = start(SERVICE);
    let body = vec![b'x'; 1 << 20];
    for mut connection in connections(&origin) {
        // The second request uses the same connection.
        for _ in 0..2 {
            connection.write(post(&format!("content-length: {}", body.len())).as_bytes()).unwrap();
            connection.write(&body).unwrap();
            let reply = connection.response("POST").unwrap();
            assert_eq!((reply.status, reply.json()["method"].as_str()), (200, Some("POST")));
        }
    }
}

#[test]
fn a_body_in_chunks_is_read_before_the_answer() {
    let origin = start(SERVICE);
    let chunk = [format!("{:x}\r\n", 1 << 16).as_bytes(), &[b'x'; 1 << 16], b"\r\n"].concat();
    for mut connection in connections(&origin) {
        for _ in 0..2 {
            connection.write(post("transfer-encoding: chunked").as_bytes()).unwrap();
            for _ in 0..16 {
                connection.write(&chunk).unwrap();
            }
            connection.write(b"0\r\n\r\n").unwrap();
            assert_eq!(connection.response("POST").unwrap().status, 200);
        }
    }
}

#[test]
fn a_client_that_expects_to_be_told_to_continue_is_told_at_once() {
    let service = Duration::from_secs(1);
    let origin = start(service);
    let body = vec![b'x'; 1 << 20];
    for mut connection in connections(&origin) {
        let begin = Instant::now();
        let headers = format!("expect: 100-continue\r\ncontent-length: {}", body.len());
        connection.write(post(&headers).as_bytes()).unwrap();
        assert_eq!(connection.interim().unwrap(), 100);
        let told = begin.elapsed();
        assert!(told < service, "{told:?}");
        connection.write(&body).unwrap();
        assert_eq!(connection.response("POST").unwrap().status, 200);
        assert!(begin.elapsed() >= told + service);
    }
}

#[test]
fn a_body_that_is_none_ends_its_connection_alone() {
    let origin = start(Duration::ZERO);
    let mut broken = plain(&origin);
    broken.write(post("transfer-encoding: chunked").as_bytes()).unwrap();
    broken.write(b"no length\r\n").unwrap();
    assert!(broken.response("POST").is_err());
    assert_eq!(plain(&origin).get("/nowhere").status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_kept_of_a_long_body() {
    let origin = start(Duration::ZERO);
    // The peak of its memory, KiB.
    let most = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", origin.ready().pid)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    let mut connection = plain(&origin);
    connection.get("/nowhere");
    let before = most();
    let (part, parts) = (vec![b'x'; 1 << 20], 100);
    connection.write(post(&format!("content-length: {}", parts << 20)).as_bytes()).unwrap();
    for _ in 0..parts {
        connection.write(&part).unwrap();
    }
    assert_eq!(connection.response("POST").unwrap().status, 200);
    let grown = most() - before;
    assert!(grown < 16 << 10, "{grown} KiB more for a body of 100 MiB");
}

#[test]
fn who_asks_for_the_connection_to_be_closed_is_counted() {
    let mut origin = start(Duration::ZERO);
    let address = origin.ready().http[0];
    let mut counted = |times: u64, head: &str, closes: bool| {
        let before = origin.ledger().unwrap().http;
        for _ in 0..times {
            let mut connection = Connection::plain(address);
            connection.write(head.as_bytes()).unwrap();
            assert_eq!(connection.response("GET").unwrap().status, 200);
            // If the connection is kept alive, this client closes it, which must not be counted.
            assert!(!closes || connection.is_at_end(), "{head}");
        }
        let seen = origin.ledger().unwrap().http.since(&before);
        assert_eq!(seen.requests, times);
        seen.asked_to_close
    };
    let with = |value: &str| format!("GET /orders HTTP/1.1\r\nhost: tlstax.test\r\nconnection: {value}\r\n\r\n");
    assert_eq!(counted(12, &with("close"), true), 12);
    assert_eq!(counted(3, &with("keep-alive, Close"), true), 3);
    assert_eq!(counted(12, &with("keep-alive"), false), 0);
    assert_eq!(counted(3, "GET / HTTP/1.1\r\nhost: tlstax.test\r\n\r\n", false), 0);
    assert_eq!(counted(3, "GET / HTTP/1.0\r\n\r\n", true), 3);
    assert_eq!(counted(3, "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", false), 0);
}
