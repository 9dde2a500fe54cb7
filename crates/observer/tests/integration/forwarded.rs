//! Requests in absolute form, with real clients and hosts on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use observation::{Close, Recording};

use crate::seen::{Seen, full, server, wait_until_connected_to, wait_until_hung_up_on};

const LONG: Duration = Duration::from_secs(10);

/// The head of a request or a response.
fn head(stream: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).unwrap() > 0 {}
    head
}

fn request(seen: &Seen, method: &str, host: &str, more: &str) -> String {
    let authorization = seen.authorization();
    format!("{method} http://{host}/a HTTP/1.1\r\nHost: other.test\r\n{authorization}{more}\r\n")
}

fn connect(seen: &Seen) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(seen.proxy.address()).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    BufReader::new(stream)
}

/// Sends a request and reads the response, whose body has two bytes.
fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> String {
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    let answer = head(stream);
    if answer.contains(" 200 ") {
        stream.read_exact(&mut [0; 2]).unwrap();
    }
    answer
}

fn answer(stream: &mut BufReader<TcpStream>) {
    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
}

fn reader(stream: TcpStream) -> BufReader<TcpStream> {
    stream.set_read_timeout(Some(LONG)).unwrap();
    BufReader::new(stream)
}

fn failures(kept: &Recording) -> u64 {
    kept.counts.not_reached.values().sum()
}

#[test]
fn a_client_that_hangs_up_while_it_waits_ends_the_request() {
    for is_reset in [false, true] {
        let (asked, was_asked) = channel();
        let (address, serving) = server(move |stream| {
            let mut stream = reader(stream);
            assert!(head(&mut stream).starts_with("GET /a "));
            asked.send(()).unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 0, "the host sees that nobody waits");
        });
        let seen = Seen::start(&[]);
        let mut stream = connect(&seen);
        stream.get_mut().write_all(request(&seen, "GET", &address.to_string(), "").as_bytes()).unwrap();
        was_asked.recv_timeout(LONG).unwrap();
        if is_reset {
            socket2::SockRef::from(stream.get_ref()).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(stream);
        serving.join().unwrap();
        let kept = seen.finish();
        assert_eq!((kept.connections[0].close, kept.counts.unanswered, failures(&kept)), (Close::ClientWaiting, 1, 0));
        assert!(kept.connections[0].closed_ns.is_some());
    }
}

#[test]
fn a_client_that_hangs_up_while_its_host_is_connected_to_is_seen() {
    let (address, _full) = full();
    let seen = Seen::start(&[]);
    let mut stream = connect(&seen);
    stream.get_mut().write_all(request(&seen, "GET", &address.to_string(), "").as_bytes()).unwrap();
    wait_until_connected_to(address);
    let client = stream.get_ref().local_addr().unwrap();
    drop(stream);
    wait_until_hung_up_on(client);
    let kept = seen.finish();
    let connection = &kept.connections[0];
    assert_eq!(connection.close, Close::ClientWaiting);
    assert!(connection.closed_ns.is_some(), "{connection:?}");
}

#[test]
fn a_client_that_has_nothing_more_to_ask_may_wait_for_long() {
    let (address, serving) = server(|stream| {
        let mut stream = reader(stream);
        head(&mut stream);
        std::thread::sleep(Duration::from_millis(1_500));
        answer(&mut stream);
    });
    let seen = Seen::start(&[]);
    let mut stream = connect(&seen);
    stream.get_mut().write_all(request(&seen, "GET", &address.to_string(), "").as_bytes()).unwrap();
    stream.get_mut().shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serving.join().unwrap();
    assert!(answer.ends_with("\r\n\r\nok"), "{answer:?}");
}

#[test]
fn hosts_by_turns_each_keep_their_connection() {
    let twice = || {
        server(|stream| {
            let mut stream = reader(stream);
            for _ in 0..3 {
                assert!(head(&mut stream).starts_with("GET /a "));
                answer(&mut stream);
            }
        })
    };
    let hosts = [twice(), twice()];
    let seen = Seen::start(&[]);
    let mut stream = connect(&seen);
    for _ in 0..3 {
        for (address, _) in &hosts {
            let answer = ask(&mut stream, &request(&seen, "GET", &address.to_string(), ""));
            assert!(answer.contains(" 200 "), "{answer}");
        }
    }
    for (_, serving) in hosts {
        serving.join().unwrap();
    }
}

/// A host that responds once on each connection, then reads the next request if `reads` is set, and hangs up. The
/// thread returns how many requests came.
fn forgetful(reads: bool, connections: usize) -> (SocketAddr, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        for _ in 0..connections {
            let mut stream = reader(listener.accept().unwrap().0);
            head(&mut stream);
            answer(&mut stream);
            if reads {
                head(&mut stream);
            }
        }
    });
    (address, serving)
}

#[test]
fn a_kept_connection_that_the_host_ends_is_made_anew() {
    for reads in [false, true] {
        let (address, serving) = forgetful(reads, 3);
        let seen = Seen::start(&[]);
        let mut stream = connect(&seen);
        for _ in 0..3 {
            let answer = ask(&mut stream, &request(&seen, "GET", &address.to_string(), ""));
            assert!(answer.contains(" 200 "), "{reads}: {answer}");
        }
        drop(stream);
        serving.join().unwrap();
        let kept = seen.finish();
        assert_eq!((kept.counts.exchanges, failures(&kept)), (3, 0));
    }
}

#[test]
fn what_must_not_be_sent_twice_is_not() {
    let (address, serving) = forgetful(true, 1);
    let seen = Seen::start(&[]);
    let mut stream = connect(&seen);
    let answer = ask(&mut stream, &request(&seen, "POST", &address.to_string(), "Content-Length: 0\r\n"));
    assert!(answer.contains(" 200 "), "{answer}");
    let answer = ask(&mut stream, &request(&seen, "POST", &address.to_string(), "Content-Length: 0\r\n"));
    assert!(answer.contains(" 502 "), "{answer}");
    serving.join().unwrap();
    assert_eq!(failures(&seen.finish()), 1);
}

#[test]
fn the_absolute_form_says_which_host_is_meant() {
    let (told, heard) = channel();
    let (address, serving) = server(move |stream| {
        let mut stream = reader(stream);
        told.send(head(&mut stream)).unwrap();
        answer(&mut stream);
    });
    let seen = Seen::start(&[&format!("plain.test={address}")]);
    let answer = ask(&mut connect(&seen), &request(&seen, "GET", "user@Plain.test:8080", ""));
    assert!(answer.contains(" 200 "), "{answer}");
    let head = heard.recv_timeout(LONG).unwrap();
    serving.join().unwrap();
    assert!(head.contains("\r\nHost: Plain.test:8080\r\n") && !head.contains("other.test"), "{head}");
}

#[test]
fn an_upload_that_is_broken_off_is_not_the_hosts_failure() {
    let (reads, read) = channel();
    let (address, serving) = server(move |stream| {
        let mut stream = reader(stream);
        head(&mut stream);
        reads.send(()).unwrap();
        // Until the proxy hangs up.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let seen = Seen::start(&[]);
    let mut stream = connect(&seen);
    let upload = request(&seen, "POST", &address.to_string(), "Content-Length: 10\r\n") + "abc";
    stream.get_mut().write_all(upload.as_bytes()).unwrap();
    read.recv_timeout(Duration::from_secs(20)).unwrap();
    stream.get_mut().shutdown(Shutdown::Write).unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
    serving.join().unwrap();
    let kept = seen.finish();
    assert_eq!(failures(&kept), 0, "{:?}", kept.counts.not_reached);
}

#[test]
fn a_continue_that_the_proxy_says_is_no_answer() {
    let (address, serving) = server(|stream| {
        let mut stream = reader(stream);
        head(&mut stream);
        answer(&mut stream);
        head(&mut stream);
        stream.read_exact(&mut [0; 2]).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        answer(&mut stream);
    });
    let seen = Seen::start(&[]);
    let mut stream = connect(&seen);
    ask(&mut stream, &request(&seen, "GET", &address.to_string(), ""));
    let post = request(&seen, "POST", &address.to_string(), "Content-Length: 2\r\nExpect: 100-continue\r\n");
    stream.get_mut().write_all(post.as_bytes()).unwrap();
    assert!(head(&mut stream).starts_with("HTTP/1.1 100 "));
    let begun = Instant::now();
    stream.get_mut().write_all(b"ab").unwrap();
    assert!(head(&mut stream).contains(" 200 ") && begun.elapsed() > Duration::from_millis(200));
    stream.read_exact(&mut [0; 2]).unwrap();
    drop(stream);
    serving.join().unwrap();
    let kept = seen.finish();
    let last = kept.connections[0].exchanges[1];
    assert!(last.answered_ns.unwrap() - last.sent_ns > 250_000_000, "{last:?}");
    assert_eq!(kept.counts.exchanges, 2);
}
