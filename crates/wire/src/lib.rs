//! TLS as seen from outside: what the records of a connection show without its keys.
//!
//! A [`PassiveParser`] takes the bytes of both directions in the order in which they came and reports what they hold:
//! the hellos, what was negotiated, whether a session was resumed, alerts, and where application data begins. It
//! decrypts nothing, does no I/O and has no clock: the caller forwards the bytes and timestamps the [`Event`]s. Its
//! input is not trusted: it never fails, reports what it can't parse ([`Irregular`]) and buffers a bounded number of
//! bytes ([`PassiveParser::MOST_BUFFERED`]).

mod certificate;
mod client_flight;
mod conversation;
mod event;
mod extension;
mod hello;
mod message;
mod names;
mod octets;
mod opening;
mod padding;
mod passive_parser;
mod progress;
mod record;
mod role;
mod sealed;
mod sealed_length;
mod server_flight;

pub use event::{
    Alert, Chain, ClientHello, Event, HandshakeKind, HelloRetry, Irregular, Irregularity, LeafKey, Protocol,
    ServerHello, Side,
};
pub use passive_parser::PassiveParser;
