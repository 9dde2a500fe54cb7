//! Trackers of TLS 1.3 connections. Only the size of an encrypted record matters, so the tests make up the content.

use observation::{Close, ConnectionKind, ConnectionTracker, Recorder, Recording};
use wire::Side::{self, Client, Server};

const MS: u64 = 1_000_000;
/// The lengths of a server's tickets and of an alert, with their headers.
const TICKETS: usize = 510;
const ALERT: usize = 24;

fn record(content: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![content, 3, 3];
    bytes.extend((body.len() as u16).to_be_bytes());
    bytes.extend(body);
    bytes
}

/// An encrypted record of this many bytes, including its header.
fn sealed(bytes: usize) -> Vec<u8> {
    record(23, &vec![0; bytes - 5])
}

fn hello(kind: u8, after_random: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend([7; 32]);
    body.extend(after_random);
    let mut message = vec![kind, 0];
    message.extend((body.len() as u16).to_be_bytes());
    message.extend(body);
    record(22, &message)
}

/// A connection whose TLS 1.3 handshake is complete 2 ms after `at_ms`.
fn shaken(recorder: &Recorder, at_ms: u64) -> ConnectionTracker {
    shaken_with(recorder, at_ms, &[0, 43, 0, 3, 2, 3, 4])
}

/// The same, with these extensions in the ClientHello.
fn shaken_with(recorder: &Recorder, at_ms: u64, extensions: &[u8]) -> ConnectionTracker {
    shaken_by(recorder, at_ms, extensions, &[900])
}

/// The same, with server's encrypted records of these lengths.
fn shaken_by(recorder: &Recorder, at_ms: u64, extensions: &[u8], records: &[usize]) -> ConnectionTracker {
    let mut tracker = ConnectionTracker::open(recorder, ConnectionKind::Tunnel, at_ms * MS);
    tracker.set_host("a.test:443");
    tracker.established(at_ms * MS);
    let mut after_random = vec![0, 0, 2, 0x13, 0x01, 1, 0, 0, extensions.len() as u8];
    after_random.extend(extensions);
    let client = hello(1, &after_random);
    tracker.bytes(Client, &client, at_ms * MS);
    let mut server = hello(2, &[0, 0x13, 0x01, 0, 0, 6, 0, 43, 0, 2, 3, 4]);
    records.iter().for_each(|bytes| server.extend(sealed(*bytes)));
    tracker.bytes(Server, &server, (at_ms + 1) * MS);
    // The length of a `Finished` with SHA-256.
    tracker.bytes(Client, &sealed(58), (at_ms + 2) * MS);
    tracker
}

/// TLS 1.3 and `h2` (RFC 7301).
const OFFERS_H2: [u8; 16] = [0, 43, 0, 3, 2, 3, 4, 0, 16, 0, 5, 0, 3, 2, b'h', b'2'];

#[test]
fn a_server_whose_extensions_have_no_room_for_h2_does_not_speak_it() {
    // EncryptedExtensions that are empty, that select `h2` or `http/1.1`, and all messages in one record.
    for (records, may_be) in [(&[28, 900][..], 0), (&[37, 900], 1), (&[41, 900], 1), (&[43, 900], 0), (&[900], 1)] {
        let kept = seen(|recorder| drop(shaken_by(recorder, 0, &OFFERS_H2, records)));
        assert_eq!(kept.counts.may_be_h2, may_be, "{records:?}");
    }
}

fn say(tracker: &mut ConnectionTracker, from: Side, bytes: usize, at_ms: u64) {
    tracker.bytes(from, &sealed(bytes), at_ms * MS);
}

fn end(tracker: &mut ConnectionTracker, by: Side, at_ms: u64) {
    tracker.ended(by, at_ms * MS);
}

/// A request right after the handshake, which crosses the server's session tickets, with a response at `answered_ms`,
/// if any.
fn asked(recorder: &Recorder, at_ms: u64, answered_ms: Option<u64>) -> ConnectionTracker {
    let mut tracker = shaken(recorder, at_ms);
    say(&mut tracker, Client, 200, at_ms + 2);
    say(&mut tracker, Server, TICKETS, at_ms + 3);
    if let Some(answered) = answered_ms {
        say(&mut tracker, Server, 300, answered);
    }
    tracker
}

fn seen(tell: impl FnOnce(&Recorder)) -> Recording {
    let recorder = Recorder::default();
    tell(&recorder);
    recorder.end(100_000 * MS);
    recorder.finish()
}

#[test]
fn a_client_that_gives_up_after_tickets_alone_was_never_answered() {
    let kept = seen(|recorder| {
        for at in [0, 1_000, 2_000] {
            let mut tracker = asked(recorder, at, None);
            end(&mut tracker, Client, at + 303);
            tracker.closed((at + 304) * MS);
        }
    });
    let counts = &kept.counts;
    assert_eq!((counts.handshakes, counts.exchanges, counts.unanswered, counts.perhaps_unanswered), (3, 3, 3, 3));
    assert_eq!(counts.closes[&Close::ClientWaiting], 3);
    assert_eq!(kept.hosts[0].could_have_reused, 0);
}

#[test]
fn the_size_of_tickets_is_learnt_of_connections_that_were_answered() {
    let kept = seen(|recorder| {
        let mut tracker = asked(recorder, 0, Some(60));
        end(&mut tracker, Client, 61);
        tracker.closed(61 * MS);
        // The client closes sooner than a silence alone would decide; the server closes; and the connection is open
        // when the run ends.
        for (at, by) in [(1_000, Some(Client)), (2_000, Some(Server)), (3_000, None)] {
            let mut tracker = asked(recorder, at, None);
            let Some(by) = by else { continue };
            end(&mut tracker, by, at + 50);
            tracker.closed((at + 50) * MS);
        }
    });
    let counts = &kept.counts;
    assert_eq!((counts.exchanges, counts.unanswered, counts.perhaps_unanswered), (4, 3, 0));
    assert_eq!(counts.waits.max_ns, 58 * MS);
    assert_eq!((counts.closes[&Close::ClientWaiting], counts.closes[&Close::ServerWaiting]), (1, 1));
}

#[test]
fn a_quick_answer_after_which_the_connection_is_kept_is_one_where_its_size_is_known() {
    let kept = seen(|recorder| {
        for (at, end_ms) in [(0, 5), (1_000, 900)] {
            let mut tracker = asked(recorder, at, None);
            end(&mut tracker, Client, at + end_ms);
            tracker.closed((at + end_ms) * MS);
        }
    });
    assert_eq!(
        (kept.counts.exchanges, kept.counts.unanswered),
        (2, 0),
        "a client that closes at once has its response"
    );
}

#[test]
fn a_request_behind_a_certificate_of_the_clients_is_one_and_waits_from_when_it_was_sent() {
    // The client's whole flight in one record, then a request: one of any length, and one as long as a
    // CertificateVerify.
    for request in [200, 101] {
        let kept = seen(|recorder| {
            let mut tracker = ConnectionTracker::open(recorder, ConnectionKind::Tunnel, 0);
            tracker.set_host("a.test:443");
            tracker.established(0);
            tracker.bytes(Client, &hello(1, &[0, 0, 2, 0x13, 0x01, 1, 0, 0, 7, 0, 43, 0, 3, 2, 3, 4]), 0);
            let mut server = hello(2, &[0, 0x13, 0x01, 0, 0, 6, 0, 43, 0, 2, 3, 4]);
            server.extend(sealed(900));
            tracker.bytes(Server, &server, MS);
            say(&mut tracker, Client, 1_500, 2);
            say(&mut tracker, Client, request, 3);
            say(&mut tracker, Server, 5_000, 203);
            say(&mut tracker, Client, 300, 300);
            say(&mut tracker, Server, 5_000, 400);
            end(&mut tracker, Client, 401);
            tracker.closed(401 * MS);
        });
        let connection = &kept.connections[0];
        assert_eq!((kept.counts.handshakes, kept.counts.exchanges, kept.counts.unanswered), (1, 2, 0), "{request}");
        assert_eq!((connection.exchanges[0].sent_ns, connection.exchanges[0].answered_ns), (3 * MS, Some(203 * MS)));
        assert_eq!(connection.handshake.as_ref().unwrap().finished_ns, Some(3 * MS));
    }
}

#[test]
fn two_bytes_of_data_are_no_end() {
    let kept = seen(|recorder| {
        let mut tracker = asked(recorder, 0, Some(60));
        for at in [100, 200, 300] {
            say(&mut tracker, Client, 200, at);
            say(&mut tracker, Server, 100, at + 50);
            say(&mut tracker, Server, ALERT, at + 51);
            say(&mut tracker, Server, 40, at + 52);
            // A ping, long before the client sends something again.
            say(&mut tracker, Server, ALERT, at + 60);
        }
        say(&mut tracker, Client, ALERT, 400);
        end(&mut tracker, Client, 401);
        tracker.closed(402 * MS);
    });
    let counts = &kept.counts;
    assert_eq!((counts.exchanges, counts.unanswered, counts.sent_into_closed), (4, 0, 0));
    assert_eq!((counts.closes.get(&Close::Client), kept.hosts[0].cut_idle), (Some(&1), 0));
}

#[test]
fn a_close_notify_is_when_the_server_ended_an_idle_connection() {
    let kept = seen(|recorder| {
        let mut tracker = asked(recorder, 0, Some(60));
        say(&mut tracker, Server, ALERT, 200);
        end(&mut tracker, Server, 201);
        end(&mut tracker, Client, 202);
        tracker.closed(202 * MS);
    });
    assert_eq!((kept.counts.closes[&Close::Server], kept.hosts[0].cut_idle, kept.counts.unanswered), (1, 1, 0));
}

#[test]
fn a_client_that_gave_up_on_a_silent_server_is_told_though_the_server_never_ends() {
    let kept = seen(|recorder| {
        let mut tracker = asked(recorder, 0, Some(60));
        say(&mut tracker, Client, 200, 100);
        end(&mut tracker, Client, 800);
        drop(tracker);
    });
    assert_eq!((kept.counts.closes[&Close::ClientWaiting], kept.counts.unanswered), (1, 1));
}

#[test]
fn a_host_that_never_takes_the_connection_was_not_reached() {
    let kept = seen(|recorder| {
        let mut tracker = ConnectionTracker::open(recorder, ConnectionKind::Tunnel, MS);
        tracker.set_host("a.test:443");
        recorder.end(3_500 * MS);
        drop(tracker);
    });
    assert_eq!(kept.counts.closes[&Close::NotReached], 1);
    let reasons: Vec<&String> = kept.counts.not_reached.keys().collect();
    assert!(reasons.len() == 1 && reasons[0].contains("a.test:443") && reasons[0].contains("3 s"), "{reasons:?}");
}

#[test]
fn what_a_client_of_http2_says_as_it_leaves_is_no_request_and_what_it_waits_for_is() {
    let extensions = OFFERS_H2;
    for (waits_ms, close, unanswered) in [(1, Close::Client, 0), (300, Close::ClientWaiting, 1)] {
        let kept = seen(|recorder| {
            let mut tracker = shaken_with(recorder, 0, &extensions);
            say(&mut tracker, Client, 200, 3);
            say(&mut tracker, Server, 300, 60);
            say(&mut tracker, Client, 39, 100);
            say(&mut tracker, Client, ALERT, 100 + waits_ms);
            end(&mut tracker, Client, 100 + waits_ms);
            tracker.closed((101 + waits_ms) * MS);
            ConnectionTracker::open(recorder, ConnectionKind::Tunnel, 600 * MS).set_host("a.test:443");
        });
        assert_eq!((kept.counts.may_be_h2, kept.counts.unanswered), (1, unanswered), "{waits_ms} ms");
        assert_eq!(kept.counts.closes.get(&close), Some(&1), "{:?}", kept.counts.closes);
        assert_eq!(kept.hosts[0].could_have_reused, 1 - unanswered);
    }
}

#[test]
fn a_body_of_two_bytes_behind_its_head_is_no_end_and_what_came_before_it_was_no_ticket() {
    let kept = seen(|recorder| {
        for at in [0, 1_000, 2_000, 3_000] {
            let mut tracker = shaken(recorder, at);
            say(&mut tracker, Client, 200, at + 2);
            // Together with the head of the response.
            say(&mut tracker, Server, TICKETS + 140, at + 3);
            say(&mut tracker, Server, ALERT, at + 43);
            end(&mut tracker, Server, at + 500);
            tracker.closed((at + 500) * MS);
        }
    });
    assert_eq!((kept.counts.exchanges, kept.counts.unanswered, kept.counts.perhaps_unanswered), (4, 0, 0));
    assert_eq!((kept.hosts[0].cut_idle, kept.hosts[0].reopened, kept.hosts[0].after_servers_close), (4, 3, 0));
}
