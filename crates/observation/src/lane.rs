//! One connection as it happens: from bytes in two directions to what it did when.
//!
//! What the records say is the watcher's ([`wire`]), which bytes are a request and which its answer [`RequestState`]'s;
//! what a lane adds is time, and what follows from the order of things.

mod finish;
mod requests;

use std::sync::Arc;

use wire::{Event, HandshakeKind, PassiveParser, Protocol, Side};

use crate::connection::{Connection, Doing, Handshake, Stretch, Turn, Way};
use crate::recorder::{Pulse, Recorder, count};
use crate::request_state::RequestState;
use crate::shutdown::{End, Shutdown};

/// A record of TLS 1.3 that holds an alert and nothing more, its header included (RFC 8446 §5.2, §6), or two bytes of
/// data.
const ALERT_BYTES: u32 = 24;

/// A server that ends a connection this soon after its answer never meant to keep it; idle ones are kept for seconds.
const AFTER_ANSWER_NS: u64 = 50_000_000;

/// The most turns of a handshake that are kept: one has ten at most, and a peer that trickles bytes must not make more.
const MOST_TURNS: usize = 16;

/// One connection. Dropped, it is as if the pass had ended.
#[derive(Debug)]
pub struct Lane {
    recorder: Recorder,
    watcher: PassiveParser,
    /// Taken when it is kept.
    connection: Connection,
    pulse: Arc<Pulse>,
    /// What has been added to the levels goes up to here.
    levelled_ns: u64,
    request_state: RequestState,
    /// Who sent last in the handshake, and when.
    last_flight: Option<(Side, u64)>,
    /// When the client sent last.
    client_ns: u64,
    shutdown: Shutdown,
    now_ns: u64,
    settled: bool,
    /// The length of the first record that the server encrypted in the handshake.
    extensions_bytes: Option<u32>,
    /// A handshake with its host had been finished when it was opened.
    could_resume: bool,
    last_answer_ns: u64,
    /// What the server sent between the handshake and the first request.
    unasked_bytes: u64,
    /// A request was sent after the server had ended it.
    sent_into_closed: bool,
}

impl Lane {
    /// A connection that was accepted at `now_ns`. All stamps are CLOCK_MONOTONIC.
    pub fn open(recorder: &Recorder, way: Way, now_ns: u64) -> Lane {
        let opened_ns = recorder.since(now_ns);
        let number = recorder.totals().opened();
        Lane {
            recorder: recorder.clone(),
            watcher: PassiveParser::default(),
            connection: Connection::opened(number, way, opened_ns),
            pulse: Arc::default(),
            levelled_ns: opened_ns,
            request_state: RequestState::default(),
            last_flight: None,
            client_ns: opened_ns,
            shutdown: Shutdown::default(),
            now_ns: opened_ns,
            settled: false,
            extensions_bytes: None,
            could_resume: false,
            last_answer_ns: 0,
            unasked_bytes: 0,
            sent_into_closed: false,
        }
    }

    /// It is for `host`, as `host:port`. Said once; later hosts of the same connection are not told apart.
    pub fn goes_to(&mut self, host: &str) {
        if self.connection.host.is_empty() {
            self.connection.host = host.to_owned();
            let mut totals = self.recorder.totals();
            self.could_resume = totals.has_shaken_hands(host);
            totals.goes_to(host, self.connection.number, &self.pulse, self.connection.opened_ns);
        }
    }

    /// Resolving the host took so long, ns.
    pub fn resolved(&mut self, ns: u64) {
        self.connection.connecting.resolve_ns = Some(ns);
        self.recorder.totals().spreads.resolve.add(ns);
    }

    /// Connecting to it took so long, ns.
    pub fn connected(&mut self, ns: u64) {
        self.connection.connecting.connect_ns = Some(ns);
        self.recorder.totals().spreads.connect.add(ns);
    }

    /// The client may begin, from now on.
    pub fn established(&mut self, now_ns: u64) {
        let at = self.at(now_ns);
        self.connection.connecting.established_ns = Some(at);
        self.until(at, Doing::Connecting);
    }

    /// The host was not reached.
    pub fn not_reached(&mut self, reason: &str, now_ns: u64) {
        self.at(now_ns);
        self.connection.connecting.failure = Some(reason.to_owned());
        self.recorder.turned_away(reason);
    }

    /// Bytes came from one side.
    pub fn bytes(&mut self, from: Side, bytes: &[u8], now_ns: u64) {
        let at = self.at(now_ns);
        match from {
            Side::Client => {
                self.client_ns = at;
                self.connection.bytes_up += bytes.len() as u64;
            }
            Side::Server => self.connection.bytes_down += bytes.len() as u64,
        }
        let was_settled = self.is_shaken();
        if !was_settled && self.watcher.protocol() != Protocol::Http {
            self.flight(from, at);
        }
        let mut watcher = std::mem::take(&mut self.watcher);
        watcher.feed(from, bytes, |event| {
            // What a server's record shows of the client was when the client sent it.
            let of_client = matches!(event, Event::Finished(Side::Client) | Event::Data { from: Side::Client, .. });
            self.happened(event, if of_client { self.client_ns } else { at });
        });
        self.watcher = watcher;
        // What is not TLS has no records to tell requests by.
        if matches!(self.watcher.protocol(), Protocol::Http | Protocol::Other) {
            self.spoke(from, bytes.len() as u64, at);
        }
    }

    /// One side has ended its direction: orderly, or by a reset.
    pub fn ended(&mut self, side: Side, now_ns: u64) {
        let at = self.at(now_ns);
        let mut watcher = std::mem::take(&mut self.watcher);
        watcher.end(side, |event| self.happened(event, at));
        self.watcher = watcher;
        if let Some(data_ns) = self.shutdown.outlived(at) {
            self.said(Side::Server, u64::from(ALERT_BYTES), data_ns);
        }
        let end = self.end(side, at);
        self.shutdown.ended(end);
    }

    /// One side has nothing more to say.
    fn end(&self, side: Side, at: u64) -> End {
        let by_client = side == Side::Client;
        let in_vain = self.last_was(at).is_some_and(|was| !was.is_taken_for_answer(by_client));
        let doing = match self.doing(at) {
            _ if in_vain => Doing::Waiting,
            Doing::Waiting if by_client && self.takes_leave(at) => Doing::Idle,
            doing => doing,
        };
        End { side, at_ns: at, doing }
    }

    /// One side has sent what may be `close_notify`.
    fn perhaps_ends(&mut self, side: Side, at: u64) {
        let end = self.end(side, at);
        let data_ns = self.request_state.heard_ns().filter(|_| side == Side::Server);
        if let Some(data_ns) = self.shutdown.perhaps(end, data_ns) {
            self.said(side, u64::from(ALERT_BYTES), data_ns);
        }
    }

    /// Both directions are over.
    pub fn closed(mut self, now_ns: u64) {
        let at = self.at(now_ns);
        self.connection.closed_ns = Some(at);
        self.connection.close = self.close();
        self.settle();
    }

    fn at(&mut self, now_ns: u64) -> u64 {
        self.now_ns = self.recorder.since(now_ns).max(self.now_ns);
        self.now_ns
    }

    /// Whether requests can be under way: the handshake is over.
    fn is_shaken(&self) -> bool {
        self.connection.handshake.as_ref().is_some_and(|handshake| handshake.finished_ns.is_some())
    }

    /// Notes whose turn it was in the handshake.
    fn flight(&mut self, from: Side, at: u64) {
        let begins = self.last_flight.is_none();
        let (last, last_ns) = self.last_flight.unwrap_or((Side::Server, self.levelled_ns));
        self.last_flight = Some((from, at));
        if last == from {
            return;
        }
        let handshake = self.connection.handshake.get_or_insert_default();
        if begins {
            handshake.began_ns = Some(at);
            handshake.could_resume = self.could_resume;
        }
        if handshake.turns.len() < MOST_TURNS {
            handshake.turns.push(Turn { of: from, from_ns: last_ns, until_ns: at });
        }
    }

    fn happened(&mut self, event: Event, at: u64) {
        let handshake = self.connection.handshake.get_or_insert_default();
        match event {
            Event::ClientHello(hello) => {
                handshake.hello.get_or_insert(*hello);
            }
            Event::HelloRetryRequest(_) => handshake.retried = true,
            Event::ServerHello(answer) => {
                if let Some(group) = &answer.group {
                    handshake.group = Some(group.clone());
                }
                handshake.answer = Some(*answer);
            }
            Event::Group(group) => handshake.group = Some(group),
            Event::Certificates(chain) => {
                handshake.server_flight_bytes += u64::from(chain.bytes);
                handshake.chain = Some(*chain);
            }
            Event::Ticket => handshake.ticket = true,
            Event::Kind(kind) => handshake.kind = Some(kind),
            Event::Finished(side) => self.finished(side, at),
            Event::Handshake { from: Side::Server, bytes } => {
                self.extensions_bytes.get_or_insert(bytes);
                handshake.server_flight_bytes += u64::from(bytes);
            }
            Event::Alert(alert) => {
                count(&mut self.recorder.totals().counts.alerts, format!("{} {}", name(alert.from), alert.description));
                if handshake.alerts.len() < 8 {
                    handshake.alerts.push(alert);
                }
            }
            Event::HiddenAlert { from: Side::Client, after_handshake: false } => handshake.hidden_alert = true,
            // By its type it is an alert before TLS 1.3.
            Event::HiddenAlert { from, after_handshake: true } if !handshake.is_13() => {
                let end = self.end(from, at);
                self.shutdown.ended(end);
            }
            Event::HiddenAlert { from, after_handshake: true } => self.perhaps_ends(from, at),
            Event::Data { from, bytes: ALERT_BYTES, start: true } if handshake.is_13() => self.perhaps_ends(from, at),
            // The length of a record stands in its beginning.
            Event::Data { from, bytes, start } => self.spoke(from, if start { u64::from(bytes) } else { 0 }, at),
            Event::AfterHandshake { bytes } => self.unasked_bytes += u64::from(bytes),
            Event::Irregular(irregular) => {
                self.recorder.totals().counts.irregular += 1;
                self.connection.irregular.push(irregular);
            }
            Event::ClientCertificateAsked | Event::EarlyData | Event::Handshake { .. } | Event::HiddenAlert { .. } => {}
        }
    }

    /// One side's `Finished`: the handshake is over with the client's in TLS 1.3, with the second of both before.
    fn finished(&mut self, side: Side, at: u64) {
        let Some(handshake) = self.connection.handshake.as_mut() else { return };
        let is_13 = handshake.is_13();
        let resumed = handshake.kind == Some(HandshakeKind::Resumed);
        let last = match (is_13, resumed) {
            (true, _) | (false, true) => Side::Client,
            (false, false) => Side::Server,
        };
        if side == last && handshake.finished_ns.is_none() {
            handshake.finished_ns = Some(at);
            self.connection.may_be_h2 = may_be_h2(handshake, self.extensions_bytes);
            self.recorder.totals().shook_hands(&self.connection.host);
            self.until(at, Doing::Handshake);
        }
    }

    /// Adds to the levels what it did up to now.
    fn until(&mut self, until_ns: u64, doing: Doing) {
        if until_ns > self.levelled_ns {
            let stretch = Stretch { doing, from_ns: self.levelled_ns, until_ns };
            self.recorder.totals().level(stretch);
            self.levelled_ns = until_ns;
        }
    }

    fn doing(&self, at: u64) -> Doing {
        let is_shaking = self.watcher.protocol() == Protocol::Tls && !self.is_shaken();
        match (self.connection.connecting.established_ns, self.request_state.doing(at)) {
            (None, _) => Doing::Connecting,
            _ if is_shaking => Doing::Handshake,
            (_, Doing::Idle) if self.request_state.is_quiet() && self.connection.exchanged == 0 => Doing::Standing,
            (_, doing) => doing,
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.settle();
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// A record of TLS 1.3 whose suite has a tag of 16 bytes, with the header of one message (RFC 8446 §4, §5.2).
const SEALED_MESSAGE: u32 = 5 + 4 + 1 + 16;
/// EncryptedExtensions with nothing but the protocol that was chosen (RFC 8446 §4.3.1, RFC 7301 §3.1): two lengths, the
/// extension's type, two lengths again, the name.
const WITH_H2: u32 = SEALED_MESSAGE + 2 + 2 + 2 + 2 + 1 + 2;
const WITH_HTTP_1_1: u32 = WITH_H2 - 2 + 8;

/// Whether HTTP/2 may be spoken: chosen, where that is in clear (TLS 1.2), else offered, and not refused as far as the
/// length shows of the record that holds EncryptedExtensions, the first that a server of TLS 1.3 encrypts.
fn may_be_h2(handshake: &Handshake, extensions_bytes: Option<u32>) -> bool {
    let h2 = |name: &String| name == "h2";
    if handshake.is_13() {
        let has_short_tag = handshake.answer.as_ref().is_some_and(|answer| answer.suite.contains("_CCM_8"));
        // No extension beside it makes one as long as the other, but for record_size_limit (RFC 8449), which needs
        // GnuTLS or NSS at both ends.
        let is_refused = |bytes: u32| !has_short_tag && (bytes < WITH_H2 || bytes == WITH_HTTP_1_1);
        let is_offered = handshake.hello.as_ref().is_some_and(|hello| hello.alpn.iter().any(h2));
        is_offered && !extensions_bytes.is_some_and(is_refused)
    } else {
        handshake.answer.as_ref().and_then(|answer| answer.alpn.as_ref()).is_some_and(h2)
    }
}
