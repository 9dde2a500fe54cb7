//! Parses real handshakes of rustls and OpenSSL.
use std::sync::Arc;

use certificates::Authority;
use openssl::ssl::SslVersion;
use params::CertificateKey;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustls::crypto::aws_lc_rs::{Ticketer, kx_group};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use wire::{Event, HandshakeKind, PassiveParser, Protocol, Side};

use crate::drive::{
    HOST, Peer, Rustls, Transcript, converse, converse_at_once, converse_at_once_with, converse_early, openssl_client,
    openssl_server,
};

const V12: &[&SupportedProtocolVersion] = &[&TLS12];
const V13: &[&SupportedProtocolVersion] = &[&TLS13];
const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// The events that a parser reports of a transcript, abbreviated.
pub(crate) fn told(transcript: &Transcript) -> Vec<String> {
    events(transcript).iter().map(short).collect()
}

fn events(transcript: &Transcript) -> Vec<Event> {
    let mut parser = PassiveParser::new();
    let mut events = Vec::new();
    for (from, bytes) in transcript {
        parser.feed(*from, bytes, |event| events.push(event));
    }
    assert_eq!(parser.protocol(), Protocol::Tls);
    events
}

fn short(event: &Event) -> String {
    let name = |side: &Side| match side {
        Side::Client => "client",
        Side::Server => "server",
    };
    match event {
        Event::ClientHello(hello) => format!("hello {}", hello.key_shares.join(",")),
        Event::HelloRetryRequest(retry) => format!("retry {}", retry.group.as_deref().unwrap_or("-")),
        Event::ServerHello(hello) => format!("answer {} {}", hello.version, hello.group.as_deref().unwrap_or("-")),
        Event::Certificates(chain) => {
            let leaf = chain.leaf.as_ref().map(|leaf| format!("{}/{}", leaf.kind, leaf.bits)).unwrap_or_default();
            format!("{} certificates {leaf}", chain.certificates)
        }
        Event::Group(group) => format!("group {group}"),
        Event::ClientCertificateAsked => "certificate asked".to_owned(),
        Event::Ticket => "ticket".to_owned(),
        Event::Kind(HandshakeKind::Full) => "full".to_owned(),
        Event::Kind(HandshakeKind::Resumed) => "resumed".to_owned(),
        Event::Finished(side) => format!("{} finished", name(side)),
        Event::EarlyData => "early data".to_owned(),
        Event::Handshake { from, .. } => format!("{} handshake", name(from)),
        Event::Data { from, start, .. } => format!("{} data{}", name(from), if *start { "" } else { ", more" }),
        Event::AfterHandshake { .. } => "after handshake".to_owned(),
        Event::Alert(alert) => format!("{} {} {}", name(&alert.from), alert.level, alert.description),
        Event::HiddenAlert { from, after_handshake } => {
            format!("{} hidden alert, after handshake {after_handshake}", name(from))
        }
        Event::Irregular(irregular) => format!("{} irregular {:?}", name(&irregular.from), irregular.what),
    }
}

fn rustls_pair(rustls: &Rustls<'_>) -> (Peer, Peer) {
    (Peer::rustls_client(&rustls.client(None)), Peer::rustls_server(&Arc::new(rustls.server(false))))
}

/// Two connections of the same client to the same server.
fn twice(rustls: &Rustls<'_>, server: ServerConfig) -> [Transcript; 2] {
    let (client, server) = (rustls.client(None), Arc::new(server));
    [(); 2].map(|()| converse(Peer::rustls_client(&client), Peer::rustls_server(&server)))
}

/// Each handshake with its name.
fn all(ecdsa: &Authority, rsa: &Authority) -> Vec<(&'static str, Transcript)> {
    let v13 = Rustls::new(ecdsa, V13);
    let v12 = Rustls::new(ecdsa, V12);
    let hybrid = Rustls { groups: vec![kx_group::X25519MLKEM768, kx_group::X25519], ..Rustls::new(ecdsa, BOTH) };
    let p256 = Rustls { groups: vec![kx_group::SECP256R1], ..Rustls::new(ecdsa, BOTH) };
    let either = Rustls { groups: vec![kx_group::X25519, kx_group::SECP256R1], ..Rustls::new(ecdsa, BOTH) };
    let client = |rustls: &Rustls<'_>| Peer::rustls_client(&rustls.client(None));
    let server = |rustls: &Rustls<'_>| Peer::rustls_server(&Arc::new(rustls.server(false)));
    let asking = |rustls: &Rustls<'_>| Peer::rustls_server(&Arc::new(rustls.server(true)));
    let anyone = || Peer::rustls_server(&Arc::new(v13.server_of_anyone()));
    let owning = |rustls: &Rustls<'_>| Peer::rustls_client(&rustls.client(Some(ecdsa)));
    let pair = rustls_pair(&v13);
    let [full_13, resumed_13] = twice(&v13, v13.server(false));
    let mut tickets = v12.server(false);
    tickets.ticketer = Ticketer::new().unwrap();
    let [ticket_12, resumed_ticket_12] = twice(&v12, tickets);
    let [session_12, resumed_session_12] = twice(&v12, v12.server(false));
    let mut early = v13.server(false);
    early.max_early_data_size = 1024;
    let (early_client, early) = (v13.client(None), Arc::new(early));
    converse(Peer::rustls_client(&early_client), Peer::rustls_server(&early));
    let early = converse_early(Peer::rustls_client(&early_client), Peer::rustls_server(&early));
    let (new, old) = (SslVersion::TLS1_3, SslVersion::TLS1_2);
    vec![
        ("full-13", full_13),
        ("resumed-13", resumed_13),
        ("at-once-13", converse_at_once(pair.0, pair.1)),
        ("early-13", early),
        ("hybrid-13", converse(client(&hybrid), server(&hybrid))),
        ("retry-13", converse(client(&either), server(&p256))),
        ("ticket-12", ticket_12),
        ("resumed-ticket-12", resumed_ticket_12),
        ("session-12", session_12),
        ("resumed-session-12", resumed_session_12),
        ("rsa-12", converse(client(&Rustls::new(rsa, V12)), server(&Rustls::new(rsa, V12)))),
        ("refused-13", converse(client(&v13), server(&Rustls::new(rsa, V13)))),
        ("refused-12", converse(client(&v12), server(&Rustls::new(rsa, V12)))),
        ("no-version", converse(client(&v13), server(&v12))),
        ("asked-13", converse(owning(&v13), asking(&v13))),
        ("asked-12", converse(owning(&v12), asking(&v12))),
        ("no-certificate-13", converse(client(&v13), asking(&v13))),
        ("mutual-13", converse(owning(&v13), anyone())),
        ("mutual-rsa-13", converse(Peer::rustls_client(&v13.client(Some(rsa))), anyone())),
        ("mutual-at-once-13", converse_at_once(owning(&v13), anyone())),
        // As long as a CertificateVerify with a signature of 72 bytes.
        ("mutual-short-13", converse_at_once_with(&[b'a'; 80], owning(&v13), anyone())),
        ("perhaps-13", converse(client(&v13), anyone())),
        ("perhaps-at-once-13", converse_at_once(client(&v13), anyone())),
        ("openssl-13", converse(openssl_client(ecdsa, new, None), openssl_server(ecdsa, new, false))),
        ("openssl-12", converse(openssl_client(rsa, old, None), openssl_server(rsa, old, false))),
        ("openssl-refused-13", converse(openssl_client(ecdsa, new, None), openssl_server(rsa, new, false))),
        ("openssl-refused-12", converse(openssl_client(ecdsa, old, None), openssl_server(rsa, old, false))),
        ("openssl-asked-13", converse(openssl_client(ecdsa, new, Some(ecdsa)), openssl_server(ecdsa, new, true))),
        ("openssl-no-version", converse(openssl_client(ecdsa, old, None), openssl_server(ecdsa, new, false))),
    ]
}

pub(crate) fn everything() -> Vec<(&'static str, Transcript)> {
    all(&Authority::create().unwrap(), &Authority::with(CertificateKey::Rsa2048).unwrap())
}

/// A request, its response, and close_notify alerts that look like data.
const TALK_13: [&str; 4] = ["client data", "server data", "server data", "client data"];
const TALK_12: [&str; 4] = [
    "client data",
    "server data",
    "server hidden alert, after handshake true",
    "client hidden alert, after handshake true",
];
const OPENSSL_FLIGHT: [&str; 4] = ["server handshake"; 4];

fn expected(name: &str) -> Vec<&'static str> {
    let parts: &[&[&str]] = match name {
        "full-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client finished"],
            &["after handshake"],
            &TALK_13,
        ],
        "resumed-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "resumed", "server handshake", "client finished"],
            &["after handshake"],
            &TALK_13,
        ],
        // The server's tickets come after the request, and look like its response.
        "at-once-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client finished"],
            &["client data", "server data", "server data"],
        ],
        "early-13" => &[
            &["hello x25519", "early data", "answer TLSv1.3 x25519", "resumed", "server handshake"],
            &["client finished", "server data", "server data"],
        ],
        "hybrid-13" => &[
            &["hello x25519mlkem768,x25519", "answer TLSv1.3 x25519mlkem768", "full", "server handshake"],
            &["client finished", "after handshake"],
            &TALK_13,
        ],
        "retry-13" => &[
            &["hello x25519", "retry secp256r1", "hello secp256r1", "answer TLSv1.3 secp256r1", "full"],
            &["server handshake", "client finished", "after handshake"],
            &TALK_13,
        ],
        "ticket-12" => &[
            &["hello ", "answer TLSv1.2 -", "2 certificates ECDSA P-256/256", "full", "group x25519"],
            &["client finished", "ticket", "server finished"],
            &TALK_12,
        ],
        "resumed-ticket-12" => {
            &[&["hello ", "answer TLSv1.2 -", "ticket", "resumed", "server finished", "client finished"], &TALK_12]
        }
        "session-12" => &[
            &["hello ", "answer TLSv1.2 -", "2 certificates ECDSA P-256/256", "full", "group x25519"],
            &["client finished", "server finished"],
            &TALK_12,
        ],
        "resumed-session-12" => {
            &[&["hello ", "answer TLSv1.2 -", "resumed", "server finished", "client finished"], &TALK_12]
        }
        "rsa-12" => &[
            &["hello ", "answer TLSv1.2 -", "2 certificates RSA/2048", "full", "group x25519"],
            &["client finished", "server finished"],
            &TALK_12,
        ],
        "refused-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake"],
            &["client hidden alert, after handshake false"],
        ],
        "refused-12" => &[
            &["hello ", "answer TLSv1.2 -", "2 certificates RSA/2048", "full", "group x25519"],
            &["client fatal decrypt_error"],
        ],
        "no-version" => &[&["hello x25519", "server fatal protocol_version"]],
        // The leaf is a server's: it is refused, after the client's part of the handshake.
        "asked-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client handshake"],
            &["client finished", "server hidden alert, after handshake true"],
        ],
        "no-certificate-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client finished"],
            &["server hidden alert, after handshake true"],
        ],
        // One record holds all of the client's flight. The server's tickets show that it has ended.
        "mutual-13" | "mutual-rsa-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client handshake"],
            &["client finished", "after handshake"],
            &TALK_13,
        ],
        "mutual-at-once-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client handshake"],
            &["client finished", "client data", "server data", "server data"],
        ],
        "mutual-short-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client handshake"],
            &["client handshake", "client finished", "client data", "server data", "server data"],
        ],
        "perhaps-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client finished"],
            &["after handshake"],
            &TALK_13,
        ],
        "perhaps-at-once-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake", "client finished"],
            &["client data", "server data", "server data"],
        ],
        "asked-12" => &[
            &["hello ", "answer TLSv1.2 -", "2 certificates ECDSA P-256/256", "full", "group x25519"],
            &["certificate asked", "client finished", "server fatal unsupported_certificate"],
        ],
        "openssl-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full"],
            &OPENSSL_FLIGHT,
            &["client finished", "after handshake", "after handshake"],
            &TALK_13,
        ],
        "openssl-12" => &[
            &["hello ", "answer TLSv1.2 -", "2 certificates RSA/2048", "full", "group x25519"],
            &["client finished", "ticket", "server finished"],
            &TALK_12,
        ],
        "openssl-refused-13" => {
            &[&["hello x25519", "answer TLSv1.3 x25519", "full"], &OPENSSL_FLIGHT, &["client fatal unknown_ca"]]
        }
        "openssl-refused-12" => &[
            &["hello ", "answer TLSv1.2 -", "2 certificates RSA/2048", "full", "group x25519"],
            &["client fatal unknown_ca"],
        ],
        "openssl-asked-13" => &[
            &["hello x25519", "answer TLSv1.3 x25519", "full", "server handshake"],
            &OPENSSL_FLIGHT,
            &["client handshake", "client handshake", "client finished", "server hidden alert, after handshake true"],
        ],
        "openssl-no-version" => &[&["hello ", "server fatal protocol_version"]],
        other => panic!("nothing is expected of {other}"),
    };
    parts.concat()
}

#[test]
fn every_handshake_is_told_in_order() {
    for (name, transcript) in everything() {
        assert_eq!(told(&transcript), expected(name), "{name}");
    }
}

#[test]
fn it_makes_no_difference_how_the_streams_are_cut() {
    // The handshakes differ in every run anyway.
    let mut random = ChaCha8Rng::seed_from_u64(8);
    for (name, transcript) in everything() {
        let whole = events(&transcript);
        assert_eq!(cut(&transcript, || 1), whole, "{name}, byte by byte");
        for longest in [2, 7, 60, 500] {
            let pieces = cut(&transcript, || random.random_range(1..=longest));
            assert_eq!(pieces, whole, "{name}, pieces of up to {longest}");
        }
    }
}

/// The events when each flight is cut into pieces of these lengths, without further bytes of data.
fn cut(transcript: &Transcript, mut length: impl FnMut() -> usize) -> Vec<Event> {
    let mut parser = PassiveParser::new();
    let mut events = Vec::new();
    for (from, mut bytes) in transcript.iter().map(|(from, bytes)| (*from, bytes.as_slice())) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(length().min(bytes.len()));
            parser.feed(from, piece, |event| events.push(event));
            assert!(parser.buffered() == 0 || !parser.is_handshake_complete());
            bytes = rest;
        }
    }
    events.retain(|event| !matches!(event, Event::Data { start: false, .. }));
    events
}

#[test]
fn every_byte_of_data_is_told_once_at_its_start_and_again_as_it_comes() {
    let authority = Authority::create().unwrap();
    for versions in [V12, V13] {
        let (client, server) = rustls_pair(&Rustls::new(&authority, versions));
        let transcript = converse(client, server);
        let mut parser = PassiveParser::new();
        let (mut announced, mut came, mut headers) = (0, 0, 0);
        for byte in transcript.iter().flat_map(|(from, bytes)| bytes.iter().map(|byte| (*from, *byte))) {
            parser.feed(byte.0, &[byte.1], |event| match event {
                Event::Data { bytes, start: true, .. } => (announced, headers) = (announced + bytes, headers + 1),
                Event::Data { bytes, start: false, .. } => came += bytes,
                _ => {}
            });
        }
        assert!(headers > 0 && parser.is_handshake_complete());
        assert_eq!(announced, came + headers * 5);
    }
}

#[test]
fn hellos_say_what_was_offered_and_chosen() {
    let authority = Authority::create().unwrap();
    let hellos = |transcript: &Transcript| {
        let (mut client, mut server) = (None, None);
        for event in events(transcript) {
            match event {
                Event::ClientHello(hello) => client = Some(*hello),
                Event::ServerHello(hello) => server = Some(*hello),
                _ => {}
            }
        }
        (client.unwrap(), server.unwrap())
    };
    let both = Rustls::new(&authority, BOTH);
    let [first, second] = twice(&both, both.server(false)).map(|transcript| hellos(&transcript));
    assert_eq!(first.0.server_name.as_deref(), Some(HOST));
    assert_eq!(first.0.versions, ["TLSv1.3", "TLSv1.2"]);
    assert_eq!((first.0.groups.join(","), first.0.alpn.join(",")), ("x25519".to_owned(), "http/1.1".to_owned()));
    assert_eq!(usize::from(first.0.suites), rustls::crypto::aws_lc_rs::ALL_CIPHER_SUITES.len());
    assert!(!first.0.offers_psk && !first.0.offers_ticket && first.0.bytes > 150);
    assert_eq!((first.1.suite.as_str(), &first.1.alpn, first.1.psk), ("TLS_AES_256_GCM_SHA384", &None, false));
    assert!(second.0.offers_psk && second.1.psk);

    let v12 = Rustls::new(&authority, V12);
    let mut tickets = v12.server(false);
    tickets.ticketer = Ticketer::new().unwrap();
    let [first, second] = twice(&v12, tickets).map(|transcript| hellos(&transcript));
    assert_eq!((first.0.versions.join(","), first.0.offers_ticket), ("TLSv1.2".to_owned(), false));
    assert_eq!(first.1.suite, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    assert!(first.1.promises_ticket && first.1.alpn.as_deref() == Some("http/1.1"));
    assert!(second.0.offers_ticket && !second.0.offers_psk);
}

#[test]
fn what_is_told_goes_into_json_and_comes_back() {
    for (name, transcript) in everything() {
        let told = events(&transcript);
        let json = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Event>>(&json).unwrap(), told, "{name}");
    }
}

/// Writes the handshakes as inputs of the fuzzer: see `fuzz/README.md`.
#[test]
#[ignore = "writes the fuzzer's seeds into the folder WIRE_SEEDS"]
fn write_seeds() {
    let folder = std::path::PathBuf::from(std::env::var_os("WIRE_SEEDS").unwrap());
    for (name, transcript) in everything() {
        let mut input = vec![7];
        for (from, bytes) in transcript {
            let sender = if from == Side::Server { 0x8000 } else { 0 };
            input.extend((sender | u16::try_from(bytes.len()).unwrap()).to_be_bytes());
            input.extend(bytes);
        }
        std::fs::write(folder.join(name), input).unwrap();
    }
}
