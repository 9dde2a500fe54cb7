//! Tracks one connection while it is open: derives what it did, and when, from the bytes of both directions.
//!
//! Crate [`wire`] parses the records, and [`RequestState`] tells requests from responses. The tracker adds times, and
//! what follows from the order of events.

mod finish;
mod requests;

use std::sync::Arc;

use wire::{Event, HandshakeKind, PassiveParser, Protocol, Side};

use crate::connection::{Connection, ConnectionKind, Doing, Handshake, Stretch, Turn};
use crate::recorder::{Recorder, SharedState, count};
use crate::request_state::RequestState;
use crate::shutdown::{End, Shutdown};

/// The length of a TLS 1.3 record that holds just an alert, its header included (RFC 8446 §5.2, §6). Two bytes of
/// data have the same length.
const ALERT_BYTES: u32 = 24;

/// A server that closes a connection this soon after its response did not mean to keep it; idle connections are kept
/// for seconds.
const AFTER_ANSWER_NS: u64 = 50_000_000;

/// The most turns of a handshake that are kept. A handshake has at most ten; the limit holds for peers that send single
/// bytes.
const MOST_TURNS: usize = 16;

/// Tracks one connection. A tracker that is dropped without [`ConnectionTracker::closed`] counts as open until the end
/// of the run.
#[derive(Debug)]
pub struct ConnectionTracker {
    recorder: Recorder,
    parser: PassiveParser,
    /// What is known of the connection. It moves to the recorder at the end.
    connection: Connection,
    shared: Arc<SharedState>,
    /// The time up to which the connection has been added to the gauges.
    counted_until_ns: u64,
    request_state: RequestState,
    /// Which side sent last in the handshake, and when.
    last_flight: Option<(Side, u64)>,
    /// When the client last sent something.
    client_ns: u64,
    shutdown: Shutdown,
    now_ns: u64,
    is_finished: bool,
    /// The length of the server's first encrypted record of the handshake.
    extensions_bytes: Option<u32>,
    /// A handshake with its host had finished when this connection was opened.
    could_resume: bool,
    last_answer_ns: u64,
    /// Bytes that the server sent between the handshake and the first request.
    unasked_bytes: u64,
    /// A request was sent after the server had closed it.
    sent_into_closed: bool,
}

impl ConnectionTracker {
    /// Starts to track a connection that was accepted at `now_ns`. All timestamps are of CLOCK_MONOTONIC.
    pub fn open(recorder: &Recorder, way: ConnectionKind, now_ns: u64) -> ConnectionTracker {
        let opened_ns = recorder.since(now_ns);
        let number = recorder.totals().opened();
        ConnectionTracker {
            recorder: recorder.clone(),
            parser: PassiveParser::default(),
            connection: Connection::opened(number, way, opened_ns),
            shared: Arc::default(),
            counted_until_ns: opened_ns,
            request_state: RequestState::default(),
            last_flight: None,
            client_ns: opened_ns,
            shutdown: Shutdown::default(),
            now_ns: opened_ns,
            is_finished: false,
            extensions_bytes: None,
            could_resume: false,
            last_answer_ns: 0,
            unasked_bytes: 0,
            sent_into_closed: false,
        }
    }

    /// Sets the host, as `host:port`. Only the first call has an effect: later hosts of the same connection are counted
    /// as the first.
    pub fn set_host(&mut self, host: &str) {
        if self.connection.host.is_empty() {
            self.connection.host = host.to_owned();
            let mut totals = self.recorder.totals();
            self.could_resume = totals.has_shaken_hands(host);
            totals.opened_to(host, self.connection.number, &self.shared, self.connection.opened_ns);
        }
    }

    /// Records how long it took to resolve the host, ns.
    pub fn resolved(&mut self, ns: u64) {
        self.connection.connecting.resolve_ns = Some(ns);
        self.recorder.totals().histograms.resolve.add(ns);
    }

    /// Records how long it took to connect to the host, ns.
    pub fn connected(&mut self, ns: u64) {
        self.connection.connecting.connect_ns = Some(ns);
        self.recorder.totals().histograms.connect.add(ns);
    }

    /// Records when the client could begin to send to the host.
    pub fn established(&mut self, now_ns: u64) {
        let at = self.at(now_ns);
        self.connection.connecting.established_ns = Some(at);
        self.until(at, Doing::Connecting);
    }

    /// Records why the host was not reached.
    pub fn not_reached(&mut self, reason: &str, now_ns: u64) {
        self.at(now_ns);
        self.connection.connecting.failure = Some(reason.to_owned());
        self.recorder.turned_away(reason);
    }

    /// Records bytes that one side sent.
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
        if !was_settled && self.parser.protocol() != Protocol::Http {
            self.flight(from, at);
        }
        let mut parser = std::mem::take(&mut self.parser);
        parser.feed(from, bytes, |event| {
            // What a server's record shows of the client happened when the client last sent something.
            let of_client = matches!(event, Event::Finished(Side::Client) | Event::Data { from: Side::Client, .. });
            self.happened(event, if of_client { self.client_ns } else { at });
        });
        self.parser = parser;
        // Without TLS there are no records, so requests are told by bytes.
        if matches!(self.parser.protocol(), Protocol::Http | Protocol::Other) {
            self.spoke(from, bytes.len() as u64, at);
        }
    }

    /// Records that one side has ended its direction, with FIN or a reset.
    pub fn ended(&mut self, side: Side, now_ns: u64) {
        let at = self.at(now_ns);
        let mut parser = std::mem::take(&mut self.parser);
        parser.end(side, |event| self.happened(event, at));
        self.parser = parser;
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

    /// One side has sent a record that may be `close_notify`.
    fn perhaps_ends(&mut self, side: Side, at: u64) {
        let end = self.end(side, at);
        let data_ns = self.request_state.heard_ns().filter(|_| side == Side::Server);
        if let Some(data_ns) = self.shutdown.perhaps(end, data_ns) {
            self.said(side, u64::from(ALERT_BYTES), data_ns);
        }
    }

    /// Records that both directions have ended.
    pub fn closed(mut self, now_ns: u64) {
        let at = self.at(now_ns);
        self.connection.closed_ns = Some(at);
        self.connection.close = self.close();
        self.finish();
    }

    fn at(&mut self, now_ns: u64) -> u64 {
        self.now_ns = self.recorder.since(now_ns).max(self.now_ns);
        self.now_ns
    }

    /// Whether the handshake is complete, so that requests can be in flight.
    fn is_shaken(&self) -> bool {
        self.connection.handshake.as_ref().is_some_and(|handshake| handshake.finished_ns.is_some())
    }

    /// Records whose turn it was in the handshake.
    fn flight(&mut self, from: Side, at: u64) {
        let begins = self.last_flight.is_none();
        let (last, last_ns) = self.last_flight.unwrap_or((Side::Server, self.counted_until_ns));
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
            // Before TLS 1.3 the record's type shows that it is an alert.
            Event::HiddenAlert { from, after_handshake: true } if !handshake.is_13() => {
                let end = self.end(from, at);
                self.shutdown.ended(end);
            }
            Event::HiddenAlert { from, after_handshake: true } => self.perhaps_ends(from, at),
            Event::Data { from, bytes: ALERT_BYTES, start: true } if handshake.is_13() => self.perhaps_ends(from, at),
            // The length of a record is reported with its beginning.
            Event::Data { from, bytes, start } => self.spoke(from, if start { u64::from(bytes) } else { 0 }, at),
            Event::AfterHandshake { bytes } => self.unasked_bytes += u64::from(bytes),
            Event::Irregular(irregular) => {
                self.recorder.totals().counts.irregular += 1;
                self.connection.irregular.push(irregular);
            }
            Event::ClientCertificateAsked | Event::EarlyData | Event::Handshake { .. } | Event::HiddenAlert { .. } => {}
        }
    }

    /// One side has sent its `Finished`. In TLS 1.3 the client's completes the handshake, before that the second one
    /// does.
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

    /// Adds what the connection did up to now to the gauges.
    fn until(&mut self, until_ns: u64, doing: Doing) {
        if until_ns > self.counted_until_ns {
            let stretch = Stretch { doing, from_ns: self.counted_until_ns, until_ns };
            self.recorder.totals().add_stretch(stretch);
            self.counted_until_ns = until_ns;
        }
    }

    fn doing(&self, at: u64) -> Doing {
        let is_shaking = self.parser.protocol() == Protocol::Tls && !self.is_shaken();
        match (self.connection.connecting.established_ns, self.request_state.doing(at)) {
            (None, _) => Doing::Connecting,
            _ if is_shaking => Doing::Handshake,
            (_, Doing::Idle) if self.request_state.is_quiet() && self.connection.exchanged == 0 => Doing::Standing,
            (_, doing) => doing,
        }
    }
}

impl Drop for ConnectionTracker {
    fn drop(&mut self) {
        self.finish();
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// The overhead of a TLS 1.3 record with the header of one message, under a suite with a tag of 16 bytes (RFC 8446 §4,
/// §5.2).
const SEALED_MESSAGE: u32 = 5 + 4 + 1 + 16;
/// EncryptedExtensions with only the chosen protocol (RFC 8446 §4.3.1, RFC 7301 §3.1): the length of the extensions,
/// the extension's type and length, the lengths of the list and of the name, and the name.
const WITH_H2: u32 = SEALED_MESSAGE + 2 + 2 + 2 + 2 + 1 + 2;
const WITH_HTTP_1_1: u32 = WITH_H2 - 2 + 8;

/// Whether the connection may use HTTP/2. In TLS 1.2 the server's choice is visible. In TLS 1.3 the client must have
/// offered HTTP/2, and the length of the record that holds EncryptedExtensions, the first that the server encrypts,
/// must not show that the server refused it.
fn may_be_h2(handshake: &Handshake, extensions_bytes: Option<u32>) -> bool {
    let h2 = |name: &String| name == "h2";
    if handshake.is_13() {
        let has_short_tag = handshake.answer.as_ref().is_some_and(|answer| answer.suite.contains("_CCM_8"));
        // No other extension makes the two lengths equal, except record_size_limit (RFC 8449), which needs GnuTLS or
        // NSS at both ends.
        let is_refused = |bytes: u32| !has_short_tag && (bytes < WITH_H2 || bytes == WITH_HTTP_1_1);
        let is_offered = handshake.hello.as_ref().is_some_and(|hello| hello.alpn.iter().any(h2));
        is_offered && !extensions_bytes.is_some_and(is_refused)
    } else {
        handshake.answer.as_ref().and_then(|answer| answer.alpn.as_ref()).is_some_and(h2)
    }
}
