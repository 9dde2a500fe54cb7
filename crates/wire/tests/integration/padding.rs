//! Clients and servers of TLS 1.3 that pad their records: the parser reports the same events as for those that don't.
use wire::{Event, HandshakeKind, PassiveParser, Side};

use crate::drive::Transcript;
use crate::handshakes::{everything, told};

use Side::{Client, Server};

/// The length of a suite's tag.
const TAG: usize = 16;
/// A record that holds an alert.
const ALERT: u32 = 24;
/// SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];
/// TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256, and the length of their Finished.
const SUITES: [(u8, usize); 3] = [(1, 36), (2, 52), (3, 36)];

/// Maps the length of content and its type to the padded length.
type Pad<'a> = &'a dyn Fn(usize) -> usize;

fn none(bare: usize) -> usize {
    bare
}

/// JDK's.
fn jdk(bare: usize) -> usize {
    bare + 16
}

fn record(content: u8, body: &[u8]) -> Vec<u8> {
    [&[content, 3, 3][..], &u16::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
}

/// A record with this many bytes of content.
fn sealed(content: usize, pad: Pad<'_>) -> Vec<u8> {
    record(23, &vec![0; pad(content + 1) + TAG])
}

/// What both sides would have sent if they had padded their records. The contents are not decrypted.
fn padded(transcript: &Transcript, client: Pad<'_>, server: Pad<'_>) -> Transcript {
    let flight = |(from, mut bytes): (Side, &[u8])| {
        let mut sent = Vec::new();
        while let Some((header, rest)) = bytes.split_first_chunk::<5>() {
            let (body, after) = rest.split_at(usize::from(u16::from_be_bytes([header[3], header[4]])));
            let pad = if from == Client { client } else { server };
            if header[0] == 23 {
                sent.extend(sealed(body.len() - TAG - 1, pad));
            } else {
                sent.extend(record(header[0], body));
            }
            bytes = after;
        }
        (from, sent)
    };
    transcript.iter().map(|(from, bytes)| flight((*from, bytes.as_slice()))).collect()
}

/// The reported events without the lengths of the handshake's records.
fn events(transcript: &Transcript) -> Vec<Event> {
    let mut parser = PassiveParser::new();
    let mut events = Vec::new();
    for (from, bytes) in transcript {
        parser.feed(*from, bytes, |event| match event {
            Event::Handshake { from, .. } => events.push(Event::Handshake { from, bytes: 0 }),
            event => events.push(event),
        });
    }
    events
}

#[test]
fn handshakes_of_a_client_that_pads_as_jdk_does_are_told_as_without() {
    let mut compared = 0;
    for (name, transcript) in everything() {
        // All of their client's flight is in one record, which shows no padding.
        if !name.ends_with("-13") || name.starts_with("mutual") {
            continue;
        }
        assert_eq!(events(&padded(&transcript, &jdk, &none)), events(&transcript), "{name}");
        compared += 1;
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn a_server_whose_messages_have_records_of_their_own_shows_its_padding() {
    let (_, transcript) = everything().into_iter().find(|(name, _)| *name == "openssl-13").unwrap();
    for client in [&none as Pad<'_>, &jdk] {
        assert_eq!(events(&padded(&transcript, client, &jdk)), events(&transcript));
    }
}

#[test]
fn blocks_of_any_size_change_nothing_but_lengths() {
    let everything = everything();
    for name in ["full-13", "resumed-13", "at-once-13", "hybrid-13", "retry-13", "openssl-13"] {
        let (_, transcript) = everything.iter().find(|(other, _)| *other == name).unwrap();
        for block in [16, 32, 64, 128, 256, 4096] {
            let blocks = |bare: usize| bare.next_multiple_of(block);
            let padded = padded(transcript, &blocks, &none);
            assert_eq!(told(&padded), told(transcript), "{name}, {block}");
            assert_eq!(said(&padded), said(transcript), "{name}, {block}");
        }
    }
}

/// How many records of data the client sent, and how many that are taken for alerts.
fn said(transcript: &Transcript) -> (usize, usize) {
    let (mut data, mut alerts) = (0, 0);
    for event in events(transcript) {
        match event {
            Event::Data { from: Client, bytes: ALERT, start: true } | Event::HiddenAlert { from: Client, .. } => {
                alerts += 1
            }
            Event::Data { from: Client, start: true, .. } => data += 1,
            _ => {}
        }
    }
    (data, alerts)
}

fn hello(kind: u8, random: [u8; 32], after: &[u8], extensions: &[u8]) -> Vec<u8> {
    let length = u16::try_from(extensions.len()).unwrap().to_be_bytes();
    let body = [&[3, 3][..], &random, &[0], after, &length, extensions].concat();
    record(22, &[&[kind, 0][..], &u16::try_from(body.len()).unwrap().to_be_bytes(), body.as_slice()].concat())
}

/// How a handshake goes.
#[derive(Debug, Clone, Copy, Default)]
struct Course {
    suite: (u8, usize),
    retried: bool,
    resumed: bool,
    /// What the client sends before its Finished.
    certificate: &'static [usize],
}

/// A handshake, 41 requests with their responses, and the end of the connection.
fn session(course: Course, pad: Pad<'_>) -> Transcript {
    let (suite, finished) = course.suite;
    let chosen = [0x13, suite, 0];
    let ask = || (Client, hello(1, [7; 32], &[0, 2, 0x13, suite, 1, 0], &[0, 43, 0, 3, 2, 3, 4]));
    let mut sent = vec![ask()];
    if course.retried {
        sent.push((Server, hello(2, RETRY, &chosen, &[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 0x17])));
        sent.push(ask());
    }
    let mut extensions = vec![0, 43, 0, 2, 3, 4];
    if course.resumed {
        extensions.extend([0, 41, 0, 2, 0, 0]);
    }
    sent.push((Server, [hello(2, [8; 32], &chosen, &extensions), sealed(1_043, &none)].concat()));
    sent.push((Client, record(20, &[1])));
    sent.extend(course.certificate.iter().map(|content| (Client, sealed(*content, pad))));
    sent.push((Client, sealed(finished, pad)));
    sent.push((Server, sealed(470, &none)));
    for request in 0..41 {
        sent.push((Client, sealed(100 + request, pad)));
        sent.push((Server, sealed(300, &none)));
    }
    sent.push((Client, sealed(2, pad)));
    sent
}

fn courses() -> Vec<Course> {
    let mut courses = Vec::new();
    for suite in SUITES {
        let course = Course { suite, ..Course::default() };
        courses.extend([course, Course { retried: true, ..course }, Course { resumed: true, ..course }]);
        courses.push(Course { certificate: &[8], ..course });
        courses.push(Course { certificate: &[893, 80], ..course });
    }
    courses
}

#[test]
fn every_request_is_told_once_and_the_goodbye_of_jdk_is_none() {
    for course in courses() {
        for pad in [&none as Pad<'_>, &jdk] {
            let session = session(course, pad);
            assert_eq!(said(&session), (41, 1), "{course:?}, {} bytes more", pad(0));
            assert_eq!(events(&session), events(&self::session(course, &none)), "{course:?}");
        }
    }
}

#[test]
fn in_small_blocks_a_goodbye_shows_too_and_in_large_ones_it_may_be_a_request() {
    for course in courses().into_iter().filter(|course| course.certificate.is_empty()) {
        for (block, expected) in [(16, (41, 1)), (32, (41, 1)), (64, (42, 0)), (256, (42, 0)), (4096, (42, 0))] {
            let session = session(course, &|bare| bare.next_multiple_of(block));
            assert_eq!(said(&session), expected, "{course:?}, {block}");
            let kind = if course.resumed { HandshakeKind::Resumed } else { HandshakeKind::Full };
            let told = events(&session);
            assert!(told.contains(&Event::Kind(kind)) && told.contains(&Event::AfterHandshake { bytes: 492 }));
        }
    }
}

#[test]
fn a_server_that_has_gone_leaves_a_goodbye_to_say() {
    let course = Course { suite: SUITES[1], ..Course::default() };
    let mut session = session(course, &|bare| bare.next_multiple_of(256));
    let (from, goodbye) = session.pop().unwrap();
    let mut parser = PassiveParser::new();
    session.iter().for_each(|(from, bytes)| parser.feed(*from, bytes, |_| {}));
    parser.end(Server, |_| {});
    let mut told = Vec::new();
    parser.feed(from, &goodbye, |event| told.push(event));
    assert_eq!(told, [Event::Data { from: Client, bytes: ALERT, start: true }]);
}
