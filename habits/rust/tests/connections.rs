//! Each habit opens the connections that it is there to open.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// Answers every request on every connection, until the test ends; its URL, and how many connections it was asked for.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let accepted = Arc::new(AtomicUsize::new(0));
    let counter = accepted.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            counter.fetch_add(1, SeqCst);
            thread::spawn(|| answer(stream.unwrap()));
        }
    });
    (url, accepted)
}

/// Answers until the client closes: the blank line ends a request, a GET having no body.
fn answer(stream: TcpStream) {
    let mut writer = stream.try_clone().unwrap();
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        if line.is_empty() && writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

fn habit(name: &str, url: &str, n: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_habits"));
    for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(variable);
    }
    command.args([name, url, n]).output().unwrap()
}

#[test]
fn connections_are_those_of_the_habit() {
    // A pool may open one more than are in flight at once, when one is wanted before another is back: fewer than
    // requests is what sharing shows for certain.
    for (name, expected) in
        [("reqwest-shared", 1..=11), ("reqwest-rebuilt", 12..=12), ("ureq", 1..=1), ("blocking-in-tokio", 1..=1)]
    {
        let (url, accepted) = server();
        let output = habit(name, &url, "12");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "12 ok\n", "{name}: {output:?}");
        assert!(output.status.success(), "{name}");
        let accepted = accepted.load(SeqCst);
        assert!(expected.contains(&accepted), "{name}: {accepted} connections");
    }
}

#[test]
fn a_request_that_fails_is_a_failure() {
    // A port that nobody listens on any more.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    for name in ["reqwest-shared", "reqwest-rebuilt", "ureq", "blocking-in-tokio"] {
        let output = habit(name, &format!("http://{free}"), "3");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{name}: {output:?}");
    }
}
