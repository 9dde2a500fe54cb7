//! Connections that are not TLS, or that violate TLS.
use wire::{Event, Irregularity, PassiveParser, Protocol, Side};

use Side::{Client, Server};

/// What a parser reports of these flights: the protocol, and each irregularity with its side.
fn watch(flights: &[(Side, &[u8])]) -> (Protocol, Vec<(Side, Irregularity)>) {
    let mut parser = PassiveParser::new();
    let mut told = Vec::new();
    let mut emit = |event| match event {
        Event::Irregular(irregular) => told.push((irregular.from, irregular.what)),
        Event::ClientHello(_) | Event::ServerHello(_) | Event::Kind(_) => {}
        other => panic!("{other:?}"),
    };
    for (from, bytes) in flights {
        parser.feed(*from, bytes, &mut emit);
    }
    parser.end(Client, &mut emit);
    parser.end(Server, &mut emit);
    (parser.protocol(), told)
}

/// A handshake message in a record.
fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap();
    [&[22, 3, 3][..], &(length + 4).to_be_bytes(), &[kind, 0], &length.to_be_bytes(), body].concat()
}

fn client_hello() -> Vec<u8> {
    record(1, &[&[3, 3][..], &[0; 32], &[0], &[0, 2, 0xc0, 0x2f], &[1, 0]].concat())
}

fn server_hello() -> Vec<u8> {
    record(2, &[&[3, 3][..], &[0; 32], &[0], &[0xc0, 0x2f], &[0]].concat())
}

#[test]
fn what_is_not_tls_is_named_and_left_alone() {
    let http = [(Client, &b"CONNECT a:80 HTTP/1.1\r\n\r\n"[..]), (Server, b"HTTP/1.1 200 OK\r\n\r\n")];
    assert_eq!(watch(&http), (Protocol::Http, vec![]));
    let ssh = [(Server, &b"SSH-2.0-a\r\n"[..]), (Client, b"SSH-2.0-b\r\n")];
    assert_eq!(watch(&ssh), (Protocol::Other, vec![(Server, Irregularity::NotTls)]));
    for first in [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], b"\x80\x2e\x01\x03\x01\0\0\0", b"\0"] {
        assert_eq!(watch(&[(Client, first)]), (Protocol::Other, vec![(Client, Irregularity::NotTls)]), "{first:?}");
    }
    assert_eq!(watch(&[]), (Protocol::Unknown, vec![]));
}

#[test]
fn an_answer_in_plain_http_is_told_and_the_client_read_on() {
    let (hello, cut) = (client_hello(), [20, 3, 3, 0]);
    let flights = [(Client, hello.as_slice()), (Server, b"HTTP/1.1 400 Bad Request\r\n\r\n"), (Client, &cut)];
    let told = vec![(Server, Irregularity::NotTls), (Client, Irregularity::Cut)];
    assert_eq!(watch(&flights), (Protocol::Tls, told));
}

#[test]
fn each_irregularity_has_its_kind() {
    let (client, server) = (client_hello(), server_hello());
    let oversized = [22, 3, 3, 0x7f, 0xff];
    let misread = record(2, &[3, 3, 0]);
    let message = [&[22, 3, 3, 0, 4][..], &[11, 2, 0, 0]].concat();
    for (what, last) in [
        (Irregularity::RecordHeader, &b"\x63\x03\x03\x00\x01\x00"[..]),
        (Irregularity::RecordOversized, &oversized),
        (Irregularity::Unexpected, &server),
        (Irregularity::Unexpected, &[23, 3, 3, 0, 0]),
        (Irregularity::Malformed, &[21, 3, 3, 0, 3, 2, 40, 0]),
        (Irregularity::Cut, &client[..9]),
        (Irregularity::Cut, &message),
    ] {
        let (_, told) = watch(&[(Client, &client), (Server, &server), (Server, last)]);
        assert_eq!(told, [(Server, what)], "{last:?}");
    }
    let (_, told) = watch(&[(Client, &client), (Server, &misread), (Server, &server)]);
    assert_eq!(told, [(Server, Irregularity::Malformed)]);
    let (_, told) = watch(&[(Client, &client), (Client, &client)]);
    assert_eq!(told, [(Client, Irregularity::Unexpected)]);
}

#[test]
fn a_message_beyond_what_is_kept_is_passed_over_and_a_broken_one_told() {
    let (client, server) = (client_hello(), server_hello());
    // 64 KiB and a byte of certificates, in records of 16 KiB.
    let message = [&[11, 1, 0, 1][..], &[0; 0x1_0001]].concat();
    let records: Vec<u8> = message
        .chunks(0x4000)
        .flat_map(|piece| [&[22, 3, 3][..], &u16::try_from(piece.len()).unwrap().to_be_bytes(), piece].concat())
        .collect();
    let flights = [(Client, client.as_slice()), (Server, &server), (Server, &records)];
    assert_eq!(watch(&flights).1, [(Server, Irregularity::MessageOversized)]);
    let broken = [&[22, 3, 3, 0, 5, 11, 0, 0, 9, 0][..], &[20, 3, 3, 0, 2, 1, 1]].concat();
    let told = watch(&[(Client, &client), (Server, &server), (Server, &broken)]).1;
    assert_eq!(told, [(Server, Irregularity::Malformed); 2]);
}

#[test]
fn irregularities_have_an_end_and_are_counted() {
    let mut parser = PassiveParser::new();
    parser.feed(Client, &client_hello(), |_| {});
    let mut told = 0;
    for _ in 0..100 {
        parser.feed(Server, &record(99, &[]), |event| {
            assert!(matches!(event, Event::Irregular(_)));
            told += 1;
        });
    }
    assert_eq!((told, parser.irregularities()), (PassiveParser::MOST_IRREGULAR, 100));
}

#[test]
fn alerts_have_their_names_and_weights() {
    let mut parser = PassiveParser::new();
    let mut alerts = Vec::new();
    let mut emit = |event| {
        if let Event::Alert(alert) = event {
            alerts.push((alert.description, alert.fatal));
        }
    };
    parser.feed(Client, &client_hello(), &mut emit);
    parser.feed(Server, &[21, 3, 3, 0, 2, 1, 112, 21, 3, 3, 0, 2, 2, 250], &mut emit);
    assert_eq!(alerts, [("unrecognized_name".to_owned(), false), ("250".to_owned(), true)]);
}
