//! Interprets the records and messages of both sides by those before them.

use crate::client_flight::{ClientFlight, Part};
use crate::event::{Emit, HandshakeKind, MOST_IRREGULAR};
use crate::hello::{self, ServerReply};
use crate::message::{self, Body, Message};
use crate::progress::Progress;
use crate::record::{ContentType, Header};
use crate::role::Role;
use crate::sealed::Sizes;
use crate::sealed_length::ALERT;
use crate::server_flight::ServerFlight;
use crate::{Alert, Event, Irregular, Irregularity, ServerHello, Side, certificate, names};

/// What has been negotiated.
#[derive(Debug, Default)]
enum Negotiated {
    /// Nothing yet.
    #[default]
    Nothing,
    /// TLS 1.2 or below, and the suite.
    Tls12(String),
    /// TLS 1.3.
    Tls13(Sizes),
}

/// The state of a connection.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    negotiated: Negotiated,
    /// How many ClientHellos have arrived, and whether the server has requested another.
    hellos: u8,
    retried: bool,
    kind_told: bool,
    /// The client has sent data before the server's hello.
    early: bool,
    /// TLS 1.3: the encrypted part of the handshake.
    client_flight: ClientFlight,
    server_flight: ServerFlight,
    client: Progress,
    server: Progress,
    irregular: u32,
    blind: bool,
}

impl Conversation {
    pub(crate) fn is_handshake_complete(&self) -> bool {
        match self.negotiated {
            Negotiated::Nothing => false,
            Negotiated::Tls12(_) => self.client.finished && self.server.finished,
            Negotiated::Tls13(_) => self.client.finished,
        }
    }

    pub(crate) fn is_tls13(&self) -> bool {
        matches!(self.negotiated, Negotiated::Tls13(_))
    }

    /// Whether nothing more of the connection can be parsed.
    pub(crate) fn is_blind(&self) -> bool {
        self.blind
    }

    pub(crate) fn irregularities(&self) -> u32 {
        self.irregular
    }

    pub(crate) fn irregular(&mut self, from: Side, what: Irregularity, detail: String, emit: Emit<'_>) {
        self.irregular = self.irregular.saturating_add(1);
        if self.irregular <= MOST_IRREGULAR {
            emit(Event::Irregular(Irregular { from, what, detail }));
        }
    }

    fn unexpected(&mut self, from: Side, what: &str, emit: Emit<'_>) {
        self.irregular(from, Irregularity::Unexpected, format!("{what} where it is not allowed"), emit);
    }

    fn progress(&mut self, from: Side) -> &mut Progress {
        match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// The role of the record that begins with `header`. Application data is reported here.
    pub(crate) fn role(&mut self, from: Side, header: Header, emit: Emit<'_>) -> Role {
        let encrypted = self.progress(from).encrypted;
        match header.content {
            ContentType::Handshake if encrypted && self.progress(from).finished => Role::Skipped,
            ContentType::Handshake if encrypted => Role::Finished,
            ContentType::Handshake if self.is_tls13() => {
                self.unexpected(from, "an unencrypted handshake record", emit);
                Role::Skipped
            }
            ContentType::Handshake => Role::Messages,
            ContentType::Alert if encrypted => Role::HiddenAlert,
            ContentType::Alert => self.counted(from, header, 2, Role::Alert, emit),
            ContentType::ChangeCipherSpec if encrypted => Role::Skipped,
            ContentType::ChangeCipherSpec => self.counted(from, header, 1, Role::ChangeCipherSpec, emit),
            ContentType::ApplicationData => self.application_data(from, header, emit),
            ContentType::Heartbeat => Role::Skipped,
        }
    }

    /// `role`, if the record has the length that its kind must have.
    fn counted(&mut self, from: Side, header: Header, length: u16, role: Role, emit: Emit<'_>) -> Role {
        if header.length == length {
            return role;
        }
        let detail = format!("a record of type {:?} with {} bytes", header.content, header.length);
        self.irregular(from, Irregularity::Malformed, detail, emit);
        Role::Skipped
    }

    fn application_data(&mut self, from: Side, header: Header, emit: Emit<'_>) -> Role {
        let encrypted = self.progress(from).encrypted;
        let role = match (&self.negotiated, from) {
            (Negotiated::Nothing, Side::Client) if self.hellos > 0 => Role::EarlyData,
            (Negotiated::Tls12(_), _) if encrypted => Role::Data,
            (Negotiated::Nothing | Negotiated::Tls12(_), _) => {
                self.unexpected(from, "application data", emit);
                Role::Skipped
            }
            (&Negotiated::Tls13(sizes), Side::Client) => self.sealed_by_client(sizes, header, emit),
            (&Negotiated::Tls13(sizes), Side::Server) => self.sealed_by_server(sizes, header, emit),
        };
        if role == Role::Data {
            let bytes = self.unpadded(from, header);
            self.progress(from).data = true;
            emit(Event::Data { from, bytes, start: true });
        }
        role
    }

    fn sealed_by_client(&mut self, sizes: Sizes, header: Header, emit: Emit<'_>) -> Role {
        if self.client.finished {
            return self.client.role_after_handshake(sizes, header, self.server.closes);
        }
        match self.client_flight.next(sizes, header, self.early) {
            Part::Alert => Role::HiddenAlert,
            Part::EarlyData => Role::Skipped,
            Part::Handshake => Role::Handshake,
            Part::Finished(padding) => {
                self.client.padding = padding;
                Role::Finished
            }
            Part::Data => {
                self.end_flight(sizes, emit);
                self.client.role_after_handshake(sizes, header, self.server.closes)
            }
        }
    }

    /// Ends the client's flight, if it ended before this record: a record after its end was data.
    fn end_flight(&mut self, sizes: Sizes, emit: Emit<'_>) {
        if self.client.finished || !self.client_flight.has_begun() {
            return;
        }
        let (data, padding) = self.client_flight.end(sizes);
        self.client.padding = padding;
        self.finished(Side::Client, emit);
        if let Some(bytes) = data {
            self.client.data = true;
            emit(Event::Data { from: Side::Client, bytes, start: true });
        }
    }

    fn sealed_by_server(&mut self, sizes: Sizes, header: Header, emit: Emit<'_>) -> Role {
        // A server sends nothing between its own Finished and the client's.
        self.end_flight(sizes, emit);
        if !self.client.finished {
            let inner = sizes.inner(header);
            if inner == ALERT {
                return Role::HiddenAlert;
            }
            self.server_flight.next(sizes, inner);
            return Role::Handshake;
        }
        let is_asked = self.client.data || self.server.data || self.client_flight.has_early_ended();
        match self.server.role_after_handshake(sizes, header, self.client.closes) {
            Role::Data if !is_asked => Role::AfterHandshake,
            role => role,
        }
    }

    /// The record's length with its header, and without its padding where that is known.
    fn unpadded(&mut self, from: Side, header: Header) -> u32 {
        match self.negotiated {
            Negotiated::Tls13(sizes) => self.progress(from).unpadded(sizes, header),
            Negotiated::Nothing | Negotiated::Tls12(_) => header.whole(),
        }
    }

    /// `from` sends nothing more.
    pub(crate) fn closes(&mut self, from: Side) {
        self.progress(from).closes = true;
    }

    /// The last byte of a record has arrived.
    pub(crate) fn ended(&mut self, from: Side, role: Role, header: Header, emit: Emit<'_>) {
        let bytes = header.whole();
        match role {
            Role::Messages | Role::Alert | Role::Data | Role::Skipped => {}
            Role::ChangeCipherSpec => self.changed_cipher(from, emit),
            Role::EarlyData => {
                if !std::mem::replace(&mut self.early, true) {
                    emit(Event::EarlyData);
                }
            }
            Role::Handshake => emit(Event::Handshake { from, bytes }),
            Role::Finished => self.finished(from, emit),
            Role::AfterHandshake => emit(Event::AfterHandshake { bytes: self.unpadded(from, header) }),
            Role::HiddenAlert => emit(Event::HiddenAlert { from, after_handshake: self.is_handshake_complete() }),
        }
    }

    fn finished(&mut self, from: Side, emit: Emit<'_>) {
        if std::mem::replace(&mut self.progress(from).finished, true) {
            return;
        }
        if let (Negotiated::Tls13(sizes), Side::Client) = (&self.negotiated, from) {
            // The server's Finished precedes the client's.
            self.server.padding = self.server_flight.padding(*sizes);
        }
        emit(Event::Finished(from));
    }

    fn changed_cipher(&mut self, from: Side, emit: Emit<'_>) {
        match self.negotiated {
            Negotiated::Tls12(_) => {
                self.progress(from).encrypted = true;
                if from == Side::Server {
                    // In a full handshake a Certificate, or at least the ServerHelloDone, would have arrived by now.
                    self.kind(HandshakeKind::Resumed, emit);
                }
            }
            Negotiated::Nothing if from == Side::Server && !self.retried => {
                self.unexpected(from, "a ChangeCipherSpec", emit);
            }
            // For middleboxes (RFC 8446 §D.4).
            Negotiated::Nothing | Negotiated::Tls13(_) => {}
        }
    }

    pub(crate) fn alert(&mut self, from: Side, level: u8, description: u8, emit: Emit<'_>) {
        let described = names::alert(description);
        let closes = matches!(described.as_str(), "close_notify" | "user_canceled");
        let fatal = level == 2 || (self.is_tls13() && !closes);
        emit(Event::Alert(Alert { from, level: names::alert_level(level), description: described, fatal }));
    }

    fn kind(&mut self, kind: HandshakeKind, emit: Emit<'_>) {
        if !std::mem::replace(&mut self.kind_told, true) {
            emit(Event::Kind(kind));
        }
    }

    /// An unencrypted handshake message has arrived.
    pub(crate) fn message(&mut self, from: Side, message: Message<'_>, emit: Emit<'_>) {
        let body = match &message.body {
            Body::Whole(body) => Some(body.as_ref()),
            Body::Skipped => None,
            Body::Oversized => {
                let detail = format!("a handshake message of type {} with {} bytes", message.kind, message.length);
                self.irregular(from, Irregularity::MessageOversized, detail, emit);
                None
            }
        };
        match (from, message.kind, &self.negotiated) {
            (Side::Client, message::CLIENT_HELLO, Negotiated::Nothing) => self.client_hello(body, emit),
            (Side::Server, message::SERVER_HELLO, Negotiated::Nothing) => self.server_hello(body, emit),
            (Side::Server, kind, Negotiated::Tls12(suite)) => {
                let suite = if kind == message::SERVER_KEY_EXCHANGE { suite.clone() } else { String::new() };
                self.server_message(kind, &suite, body, emit);
            }
            (Side::Server, message::HELLO_REQUEST, Negotiated::Nothing) => {}
            (
                Side::Client,
                message::CERTIFICATE
                | message::CERTIFICATE_VERIFY
                | message::CLIENT_KEY_EXCHANGE
                | message::CERTIFICATE_URL
                | message::SUPPLEMENTAL_DATA,
                Negotiated::Tls12(_),
            ) => {}
            (_, kind, _) => self.unexpected(from, &format!("a handshake message of type {kind}"), emit),
        }
    }

    fn client_hello(&mut self, body: Option<&[u8]>, emit: Emit<'_>) {
        if self.hellos > u8::from(self.retried) {
            return self.unexpected(Side::Client, "another ClientHello", emit);
        }
        self.hellos += 1;
        match body.map(hello::client) {
            Some(Ok(hello)) => emit(Event::ClientHello(Box::new(hello))),
            Some(Err(part)) => self.malformed(Side::Client, "ClientHello", part, emit),
            None => {}
        }
    }

    fn server_hello(&mut self, body: Option<&[u8]>, emit: Emit<'_>) {
        match body.map(hello::server) {
            Some(Ok(ServerReply::Retry(_))) if self.retried => self.unexpected(Side::Server, "another retry", emit),
            Some(Ok(ServerReply::Retry(retry))) => {
                self.retried = true;
                emit(Event::HelloRetryRequest(retry));
            }
            Some(Ok(ServerReply::Hello { hello, tls13 })) => self.negotiated(hello, tls13, emit),
            Some(Err(part)) => {
                self.malformed(Side::Server, "ServerHello", part, emit);
                self.blind = true;
            }
            None => self.blind = true,
        }
    }

    fn negotiated(&mut self, hello: ServerHello, tls13: bool, emit: Emit<'_>) {
        let kind = if hello.psk { HandshakeKind::Resumed } else { HandshakeKind::Full };
        self.client_flight.resumes(hello.psk);
        self.negotiated =
            if tls13 { Negotiated::Tls13(Sizes::of(&hello.suite)) } else { Negotiated::Tls12(hello.suite.clone()) };
        emit(Event::ServerHello(Box::new(hello)));
        if tls13 {
            self.kind(kind, emit);
        }
    }

    /// A message that a server sends after its hello, in TLS 1.2 or below.
    fn server_message(&mut self, kind: u8, suite: &str, body: Option<&[u8]>, emit: Emit<'_>) {
        let from = Side::Server;
        match kind {
            message::CERTIFICATE => match body.map(certificate::chain) {
                Some(Ok(chain)) => emit(Event::Certificates(Box::new(chain))),
                Some(Err(part)) => self.malformed(from, "Certificate", part, emit),
                None => {}
            },
            message::SERVER_KEY_EXCHANGE => match body.map(|body| hello::exchanged_group(suite, body)) {
                Some(Ok(Some(group))) => emit(Event::Group(group)),
                Some(Err(part)) => self.malformed(from, "ServerKeyExchange", part, emit),
                Some(Ok(None)) | None => {}
            },
            message::CERTIFICATE_REQUEST => emit(Event::ClientCertificateAsked),
            message::NEW_SESSION_TICKET => return emit(Event::Ticket),
            message::SERVER_HELLO_DONE | message::CERTIFICATE_STATUS => {}
            message::HELLO_REQUEST | message::SUPPLEMENTAL_DATA => return,
            other => return self.unexpected(from, &format!("a handshake message of type {other}"), emit),
        }
        // None of these is part of a resumption (RFC 5246 §7.3).
        self.kind(HandshakeKind::Full, emit);
    }

    fn malformed(&mut self, from: Side, message: &str, part: &str, emit: Emit<'_>) {
        self.irregular(from, Irregularity::Malformed, format!("a {message} that can't be parsed at {part}"), emit);
    }
}
