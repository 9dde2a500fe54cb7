//! What the records and messages of both sides mean, given those before them.

use crate::client_flight::{ClientFlight, Part};
use crate::event::{HandshakeKind, MOST_IRREGULAR, Tell};
use crate::hello::{self, Answer};
use crate::message::{self, Body, Message};
use crate::progress::Progress;
use crate::record::{ContentType, Header};
use crate::role::Role;
use crate::sealed::Sizes;
use crate::sealed_length::ALERT;
use crate::server_flight::ServerFlight;
use crate::{Alert, Event, Irregular, Irregularity, ServerHello, Side, certificate, names};

/// What was agreed on.
#[derive(Debug, Default)]
enum Agreed {
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
    agreed: Agreed,
    /// How many hellos of the client's came, and whether the server asked for another.
    hellos: u8,
    retried: bool,
    kind_told: bool,
    /// Data came before the server's hello.
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
    pub(crate) fn settled(&self) -> bool {
        match self.agreed {
            Agreed::Nothing => false,
            Agreed::Tls12(_) => self.client.finished && self.server.finished,
            Agreed::Tls13(_) => self.client.finished,
        }
    }

    pub(crate) fn is_tls13(&self) -> bool {
        matches!(self.agreed, Agreed::Tls13(_))
    }

    /// Whether nothing more of the connection can be understood.
    pub(crate) fn is_blind(&self) -> bool {
        self.blind
    }

    pub(crate) fn irregularities(&self) -> u32 {
        self.irregular
    }

    pub(crate) fn irregular(&mut self, from: Side, what: Irregularity, detail: String, tell: Tell<'_>) {
        self.irregular = self.irregular.saturating_add(1);
        if self.irregular <= MOST_IRREGULAR {
            tell(Event::Irregular(Irregular { from, what, detail }));
        }
    }

    fn unexpected(&mut self, from: Side, what: &str, tell: Tell<'_>) {
        self.irregular(from, Irregularity::Unexpected, format!("{what} where none may be"), tell);
    }

    fn progress(&mut self, from: Side) -> &mut Progress {
        match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// What the record that begins with `header` is for. Data is told here.
    pub(crate) fn role(&mut self, from: Side, header: Header, tell: Tell<'_>) -> Role {
        let encrypted = self.progress(from).encrypted;
        match header.content {
            ContentType::Handshake if encrypted && self.progress(from).finished => Role::Skipped,
            ContentType::Handshake if encrypted => Role::Finished,
            ContentType::Handshake if self.is_tls13() => {
                self.unexpected(from, "a handshake record in clear", tell);
                Role::Skipped
            }
            ContentType::Handshake => Role::Messages,
            ContentType::Alert if encrypted => Role::HiddenAlert,
            ContentType::Alert => self.counted(from, header, 2, Role::Alert, tell),
            ContentType::ChangeCipherSpec if encrypted => Role::Skipped,
            ContentType::ChangeCipherSpec => self.counted(from, header, 1, Role::ChangeCipherSpec, tell),
            ContentType::ApplicationData => self.application_data(from, header, tell),
            ContentType::Heartbeat => Role::Skipped,
        }
    }

    /// `role`, if the record is as long as one of its kind has to be.
    fn counted(&mut self, from: Side, header: Header, length: u16, role: Role, tell: Tell<'_>) -> Role {
        if header.length == length {
            return role;
        }
        let detail = format!("a record of type {:?} that has {} bytes", header.content, header.length);
        self.irregular(from, Irregularity::Malformed, detail, tell);
        Role::Skipped
    }

    fn application_data(&mut self, from: Side, header: Header, tell: Tell<'_>) -> Role {
        let encrypted = self.progress(from).encrypted;
        let role = match (&self.agreed, from) {
            (Agreed::Nothing, Side::Client) if self.hellos > 0 => Role::EarlyData,
            (Agreed::Tls12(_), _) if encrypted => Role::Data,
            (Agreed::Nothing | Agreed::Tls12(_), _) => {
                self.unexpected(from, "application data", tell);
                Role::Skipped
            }
            (&Agreed::Tls13(sizes), Side::Client) => self.sealed_by_client(sizes, header, tell),
            (&Agreed::Tls13(sizes), Side::Server) => self.sealed_by_server(sizes, header, tell),
        };
        if role == Role::Data {
            let bytes = self.unpadded(from, header);
            self.progress(from).data = true;
            tell(Event::Data { from, bytes, start: true });
        }
        role
    }

    fn sealed_by_client(&mut self, sizes: Sizes, header: Header, tell: Tell<'_>) -> Role {
        if self.client.finished {
            return self.client.settled(sizes, header, self.server.closes);
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
                self.end_flight(sizes, tell);
                self.client.settled(sizes, header, self.server.closes)
            }
        }
    }

    /// The client's flight was over before this, and what came behind its end was data.
    fn end_flight(&mut self, sizes: Sizes, tell: Tell<'_>) {
        if self.client.finished || !self.client_flight.has_begun() {
            return;
        }
        let (data, padding) = self.client_flight.end(sizes);
        self.client.padding = padding;
        self.finished(Side::Client, tell);
        if let Some(bytes) = data {
            self.client.data = true;
            tell(Event::Data { from: Side::Client, bytes, start: true });
        }
    }

    fn sealed_by_server(&mut self, sizes: Sizes, header: Header, tell: Tell<'_>) -> Role {
        // A server has nothing to say between its own Finished and the client's.
        self.end_flight(sizes, tell);
        if !self.client.finished {
            let inner = sizes.inner(header);
            if inner == ALERT {
                return Role::HiddenAlert;
            }
            self.server_flight.next(sizes, inner);
            return Role::Handshake;
        }
        let is_asked = self.client.data || self.server.data || self.client_flight.has_early_ended();
        match self.server.settled(sizes, header, self.client.closes) {
            Role::Data if !is_asked => Role::AfterHandshake,
            role => role,
        }
    }

    /// The record's length with its header, and without its padding where that is known.
    fn unpadded(&mut self, from: Side, header: Header) -> u32 {
        match self.agreed {
            Agreed::Tls13(sizes) => self.progress(from).unpadded(sizes, header),
            Agreed::Nothing | Agreed::Tls12(_) => header.whole(),
        }
    }

    /// `from` sends nothing more.
    pub(crate) fn closes(&mut self, from: Side) {
        self.progress(from).closes = true;
    }

    /// The last byte of a record came.
    pub(crate) fn ended(&mut self, from: Side, role: Role, header: Header, tell: Tell<'_>) {
        let bytes = header.whole();
        match role {
            Role::Messages | Role::Alert | Role::Data | Role::Skipped => {}
            Role::ChangeCipherSpec => self.changed_cipher(from, tell),
            Role::EarlyData => {
                if !std::mem::replace(&mut self.early, true) {
                    tell(Event::EarlyData);
                }
            }
            Role::Handshake => tell(Event::Handshake { from, bytes }),
            Role::Finished => self.finished(from, tell),
            Role::AfterHandshake => tell(Event::AfterHandshake { bytes: self.unpadded(from, header) }),
            Role::HiddenAlert => tell(Event::HiddenAlert { from, settled: self.settled() }),
        }
    }

    fn finished(&mut self, from: Side, tell: Tell<'_>) {
        if std::mem::replace(&mut self.progress(from).finished, true) {
            return;
        }
        if let (Agreed::Tls13(sizes), Side::Client) = (&self.agreed, from) {
            // The server's is before the client's.
            self.server.padding = self.server_flight.padding(*sizes);
        }
        tell(Event::Finished(from));
    }

    fn changed_cipher(&mut self, from: Side, tell: Tell<'_>) {
        match self.agreed {
            Agreed::Tls12(_) => {
                self.progress(from).encrypted = true;
                if from == Side::Server {
                    // A full handshake would have brought a certificate, or at least its end, by now.
                    self.kind(HandshakeKind::Resumed, tell);
                }
            }
            Agreed::Nothing if from == Side::Server && !self.retried => {
                self.unexpected(from, "a ChangeCipherSpec", tell);
            }
            // For middleboxes (RFC 8446 §D.4).
            Agreed::Nothing | Agreed::Tls13(_) => {}
        }
    }

    pub(crate) fn alert(&mut self, from: Side, level: u8, description: u8, tell: Tell<'_>) {
        let described = names::alert(description);
        let closes = matches!(described.as_str(), "close_notify" | "user_canceled");
        let fatal = level == 2 || (self.is_tls13() && !closes);
        tell(Event::Alert(Alert { from, level: names::alert_level(level), description: described, fatal }));
    }

    fn kind(&mut self, kind: HandshakeKind, tell: Tell<'_>) {
        if !std::mem::replace(&mut self.kind_told, true) {
            tell(Event::Kind(kind));
        }
    }

    /// A handshake message came, in clear.
    pub(crate) fn message(&mut self, from: Side, message: Message<'_>, tell: Tell<'_>) {
        let body = match &message.body {
            Body::Whole(body) => Some(body.as_ref()),
            Body::Skipped => None,
            Body::Oversized => {
                let detail = format!("a handshake message of type {} with {} bytes", message.kind, message.length);
                self.irregular(from, Irregularity::MessageOversized, detail, tell);
                None
            }
        };
        match (from, message.kind, &self.agreed) {
            (Side::Client, message::CLIENT_HELLO, Agreed::Nothing) => self.client_hello(body, tell),
            (Side::Server, message::SERVER_HELLO, Agreed::Nothing) => self.server_hello(body, tell),
            (Side::Server, kind, Agreed::Tls12(suite)) => {
                let suite = if kind == message::SERVER_KEY_EXCHANGE { suite.clone() } else { String::new() };
                self.server_message(kind, &suite, body, tell);
            }
            (Side::Server, message::HELLO_REQUEST, Agreed::Nothing) => {}
            (
                Side::Client,
                message::CERTIFICATE
                | message::CERTIFICATE_VERIFY
                | message::CLIENT_KEY_EXCHANGE
                | message::CERTIFICATE_URL
                | message::SUPPLEMENTAL_DATA,
                Agreed::Tls12(_),
            ) => {}
            (_, kind, _) => self.unexpected(from, &format!("a handshake message of type {kind}"), tell),
        }
    }

    fn client_hello(&mut self, body: Option<&[u8]>, tell: Tell<'_>) {
        if self.hellos > u8::from(self.retried) {
            return self.unexpected(Side::Client, "another ClientHello", tell);
        }
        self.hellos += 1;
        match body.map(hello::client) {
            Some(Ok(hello)) => tell(Event::ClientHello(Box::new(hello))),
            Some(Err(part)) => self.malformed(Side::Client, "ClientHello", part, tell),
            None => {}
        }
    }

    fn server_hello(&mut self, body: Option<&[u8]>, tell: Tell<'_>) {
        match body.map(hello::server) {
            Some(Ok(Answer::Retry(_))) if self.retried => self.unexpected(Side::Server, "another retry", tell),
            Some(Ok(Answer::Retry(retry))) => {
                self.retried = true;
                tell(Event::HelloRetryRequest(retry));
            }
            Some(Ok(Answer::Hello { hello, tls13 })) => self.answered(hello, tls13, tell),
            Some(Err(part)) => {
                self.malformed(Side::Server, "ServerHello", part, tell);
                self.blind = true;
            }
            None => self.blind = true,
        }
    }

    fn answered(&mut self, hello: ServerHello, tls13: bool, tell: Tell<'_>) {
        let kind = if hello.psk { HandshakeKind::Resumed } else { HandshakeKind::Full };
        self.client_flight.resumes(hello.psk);
        self.agreed = if tls13 { Agreed::Tls13(Sizes::of(&hello.suite)) } else { Agreed::Tls12(hello.suite.clone()) };
        tell(Event::ServerHello(Box::new(hello)));
        if tls13 {
            self.kind(kind, tell);
        }
    }

    /// A message of a server of TLS 1.2 or below, after its hello.
    fn server_message(&mut self, kind: u8, suite: &str, body: Option<&[u8]>, tell: Tell<'_>) {
        let from = Side::Server;
        match kind {
            message::CERTIFICATE => match body.map(certificate::chain) {
                Some(Ok(chain)) => tell(Event::Certificates(Box::new(chain))),
                Some(Err(part)) => self.malformed(from, "Certificate", part, tell),
                None => {}
            },
            message::SERVER_KEY_EXCHANGE => match body.map(|body| hello::exchanged_group(suite, body)) {
                Some(Ok(Some(group))) => tell(Event::Group(group)),
                Some(Err(part)) => self.malformed(from, "ServerKeyExchange", part, tell),
                Some(Ok(None)) | None => {}
            },
            message::CERTIFICATE_REQUEST => tell(Event::ClientCertificateAsked),
            message::NEW_SESSION_TICKET => return tell(Event::Ticket),
            message::SERVER_HELLO_DONE | message::CERTIFICATE_STATUS => {}
            message::HELLO_REQUEST | message::SUPPLEMENTAL_DATA => return,
            other => return self.unexpected(from, &format!("a handshake message of type {other}"), tell),
        }
        // None of these is part of a resumption (RFC 5246 §7.3).
        self.kind(HandshakeKind::Full, tell);
    }

    fn malformed(&mut self, from: Side, message: &str, part: &str, tell: Tell<'_>) {
        self.irregular(from, Irregularity::Malformed, format!("a {message} that can't be read: {part}"), tell);
    }
}
