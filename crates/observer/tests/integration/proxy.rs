//! The proxy with real clients and servers on loopback, and with clients that may not use it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fixtures::RefusingPort;
use observation::{Close, ConnectionKind, Recorder};
use observer::{Allowed, Proxy, Upstream};

use crate::seen::{Seen, full, server, wait_until_connected_to};

/// Echoes what it receives, until the end.
fn echo(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    stream.write_all(&bytes).unwrap();
}

#[test]
fn a_tunnel_carries_what_is_no_tls_as_it_came_and_says_so() {
    let (address, serving) = server(echo);
    let seen = Seen::start(&[&format!("echo.test={address}")]);
    let (mut stream, answer) = seen.tunnel("Echo.Test:22");
    assert!(answer.contains(" 200 "), "{answer}");
    // More than fits into any buffer, of an unknown protocol.
    let sent: Vec<u8> = (0..3_000_000_u32).map(|at| (at * 31 % 251) as u8).collect();
    let mut writer = stream.try_clone().unwrap();
    let all = sent.clone();
    let writing = std::thread::spawn(move || {
        writer.write_all(&all).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    writing.join().unwrap();
    serving.join().unwrap();
    assert!(received == sent, "{} bytes came back", received.len());
    let kept = seen.finish();
    assert_eq!((kept.counts.connections, kept.counts.tls, kept.counts.other), (1, 0, 1));
    let connection = &kept.connections[0];
    assert_eq!((connection.way, connection.host.as_str()), (ConnectionKind::Tunnel, "echo.test:22"));
    assert_eq!((connection.bytes_up, connection.bytes_down), (3_000_000, 3_000_000));
    assert_eq!(connection.close, Close::ClientWaiting);
}

#[test]
fn records_that_are_none_go_through_and_are_named() {
    let (address, serving) = server(echo);
    let seen = Seen::start(&[&format!("odd.test={address}")]);
    let (mut stream, _) = seen.tunnel("odd.test:443");
    // The header of a handshake record, then one of an unknown type with an invalid length.
    let sent = [&[22, 3, 1, 0, 1, 1][..], &[99, 3, 1, 0xff, 0xff], &[7; 100]].concat();
    stream.write_all(&sent).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    serving.join().unwrap();
    assert_eq!(received, sent);
    let kept = seen.finish();
    assert!(kept.counts.irregular > 0 && !kept.connections[0].irregular.is_empty(), "{:?}", kept.connections[0]);
}

#[test]
fn a_stranger_is_let_in_nowhere() {
    let (address, _serving) = server(|_| ());
    let seen = Seen::start(&[]);
    let wrong = format!("Proxy-Authorization: Basic {}\r\n", BASE64_STANDARD.encode("tlstax:guess"));
    for authorization in ["", &wrong] {
        for head in [format!("CONNECT {address} HTTP/1.1\r\n"), format!("GET http://{address}/ HTTP/1.1\r\n")] {
            let (_, answer) = seen.ask(&format!("{head}{authorization}\r\n"));
            assert!(answer.contains(" 407 "), "{head}{authorization}: {answer}");
        }
    }
    let kept = seen.finish();
    assert_eq!(kept.counts.connections, 0, "no connection of the command's");
    assert_eq!((kept.counts.strangers, kept.counts.not_reached.len()), (4, 0));
}

#[test]
fn metadata_services_are_not_connected_to_unless_named() {
    let seen = Seen::start(&[]);
    for host in [
        "169.254.169.254:80",
        "[fe80::1]:80",
        "metadata.google.internal:80",
        "[::ffff:169.254.169.254]:80",
        "2852039166:80",
        "[2001:0:c000:22d:8000:63bf:5601:5601]:80",
        "[64:ff9b:1:a9fe:a9:fe00::]:80",
        "169%2e254%2e169%2e254:80",
    ] {
        let (_, answer) = seen.tunnel(host);
        assert!(answer.contains(" 403 "), "{host}: {answer}");
    }
    let (address, _serving) = server(|_| ());
    let recorder = Recorder::default();
    let mapped = format!("metadata.google.internal={address}").parse().unwrap();
    let named = Proxy::start(vec![mapped], Allowed::default(), Upstream::default(), recorder.clone()).unwrap();
    let (_, answer) = Seen { proxy: named, recorder }.tunnel("metadata.google.internal:80");
    assert!(answer.contains(" 200 "), "the user mapped it: {answer}");
    let kept = seen.finish();
    assert!(kept.connections.iter().all(|connection| connection.close == Close::NotReached));
}

#[test]
fn nonsense_is_answered_and_ended() {
    let seen = Seen::start(&[]);
    for head in ["\x16\x03\x01\r\n\r\n", "CONNECT nowhere HTTP/1.1\r\n\r\n"] {
        let (_, answer) = seen.ask(head);
        assert!(answer.contains(" 400 "), "{head:?}: {answer}");
    }
    let long = format!("GET http://a/ HTTP/1.1\r\nX: {}\r\n", "x".repeat(40_000));
    let (_, answer) = seen.ask(&long);
    assert!(answer.contains(" 400 "), "{answer}");
}

#[test]
fn a_host_that_is_not_there_is_told_with_its_reason() {
    let gone = RefusingPort::take();
    let seen = Seen::start(&[]);
    let (mut stream, answer) = seen.tunnel(&gone.addr().to_string());
    assert!(answer.contains(" 502 "), "{answer}");
    let mut words = String::new();
    stream.read_to_string(&mut words).unwrap();
    assert!(words.contains("refused"), "{words}");
    assert_eq!(seen.finish().counts.not_reached.len(), 1);
}

#[test]
fn a_client_that_hangs_up_ends_the_attempt_to_connect() {
    let (address, _full) = full();
    let seen = Seen::start(&[]);
    let mut stream = TcpStream::connect(seen.proxy.address()).unwrap();
    stream.write_all(format!("CONNECT {address} HTTP/1.1\r\n{}\r\n", seen.authorization()).as_bytes()).unwrap();
    wait_until_connected_to(address);
    drop(stream);
    let kept = seen.finish();
    assert_eq!(kept.counts.not_reached.len(), 1, "{:?}", kept.counts.not_reached);
    assert_eq!(kept.connections[0].close, Close::NotReached);
    assert!(kept.connections[0].closed_ns.is_some());
}

#[test]
fn a_client_that_is_gone_ends_a_server_that_says_nothing() {
    let (address, serving) = server(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        assert_eq!(stream.read(&mut [0; 16]).unwrap(), 5);
        assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0, "the client has nothing more to say");
        // The client is gone now, so what is written is answered by a reset.
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while stream.write_all(b".").is_ok() {
            assert!(std::time::Instant::now() < deadline, "the proxy keeps it open");
            std::thread::sleep(Duration::from_millis(500));
        }
    });
    let seen = Seen::start(&[]);
    let (mut stream, _) = seen.tunnel(&address.to_string());
    stream.write_all(b"hello").unwrap();
    drop(stream);
    serving.join().unwrap();
    let kept = seen.finish();
    assert!(kept.connections[0].closed_ns.is_some());
}

#[test]
fn a_server_that_dies_with_bytes_on_the_way_to_it_ended_the_connection() {
    let (address, serving) = server(|stream| {
        std::thread::sleep(Duration::from_millis(300));
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let seen = Seen::start(&[]);
    let (mut stream, _) = seen.tunnel(&address.to_string());
    // Writes more than fits into any buffer, until the connection is reset.
    while stream.write_all(&[b'a'; 1 << 16]).is_ok() {}
    serving.join().unwrap();
    let close = seen.finish().connections[0].close;
    assert!(matches!(close, Close::Server | Close::ServerWaiting), "{close:?}");
}

#[test]
fn a_server_that_dies_ends_the_client_too() {
    let (address, serving) = server(|stream| {
        // The kernel sends a reset, because bytes are unread.
        std::thread::sleep(Duration::from_millis(50));
        drop(stream);
    });
    let seen = Seen::start(&[]);
    let (mut stream, _) = seen.tunnel(&address.to_string());
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut rest = Vec::new();
    let outcome = stream.read_to_end(&mut rest);
    serving.join().unwrap();
    assert!(outcome.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset), "a reset is passed on");
    let kept = seen.finish();
    assert_eq!((kept.connections[0].close, kept.counts.unanswered), (Close::ServerWaiting, 1));
}

#[test]
fn requests_in_absolute_form_are_passed_on_over_kept_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heads = Vec::new();
        for _ in 0..2 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
            heads.push(String::from_utf8(head).unwrap());
        }
        heads
    });
    let seen = Seen::start(&[&format!("plain.test={address}")]);
    let request = format!(
        "GET http://plain.test/a?b HTTP/1.1\r\nHost: plain.test\r\nConnection: keep-alive\r\n{}\r\n",
        seen.authorization()
    );
    let (mut stream, answer) = seen.ask(&request);
    assert!(answer.contains(" 200 "), "{answer}");
    let mut body = [0; 2];
    stream.read_exact(&mut body).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut second = [0; 15];
    stream.read_exact(&mut second).unwrap();
    assert_eq!(&second, b"HTTP/1.1 200 OK");
    for head in serving.join().unwrap() {
        assert!(head.starts_with("GET /a?b HTTP/1.1"), "{head}");
        assert!(!head.to_ascii_lowercase().contains("proxy-authorization"), "the password stays here: {head}");
    }
    drop(stream);
    let kept = seen.finish();
    assert_eq!((kept.counts.connections, kept.counts.exchanges), (1, 2));
    assert_eq!(
        (kept.connections[0].way, kept.connections[0].host.as_str()),
        (ConnectionKind::Forwarded, "plain.test:80")
    );
}

#[test]
fn what_the_proxy_answers_itself_is_no_answer_of_the_hosts() {
    let gone = RefusingPort::take();
    let (broken, serving) = server(|mut stream| {
        // The request is read, so that the connection ends without a reset.
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
    });
    let seen = Seen::start(&[]);
    for address in [gone.addr(), broken] {
        let (mut stream, answer) =
            seen.ask(&format!("GET http://{address}/ HTTP/1.1\r\nHost: {address}\r\n{}\r\n", seen.authorization()));
        assert!(answer.contains(" 502 "), "{answer}");
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
    serving.join().unwrap();
    let kept = seen.finish();
    assert_eq!(kept.counts.not_reached.values().sum::<u64>(), 2, "{:?}", kept.counts.not_reached);
    assert_eq!((kept.counts.unanswered, kept.connections[0].bytes_down), (2, 0));
    assert!(kept.connections.iter().flat_map(|connection| &connection.exchanges).all(|ask| ask.answered_ns.is_none()));
}

#[test]
fn a_client_that_has_nothing_more_to_ask_gets_its_answer() {
    let (address, serving) = server(|mut stream| {
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
        std::thread::sleep(Duration::from_millis(100));
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
    });
    let seen = Seen::start(&[]);
    let mut stream = TcpStream::connect(seen.proxy.address()).unwrap();
    let request = format!("GET http://{address}/ HTTP/1.1\r\nHost: {address}\r\n{}\r\n", seen.authorization());
    stream.write_all(request.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serving.join().unwrap();
    assert!(answer.ends_with("\r\n\r\nok"), "{answer:?}");
}
