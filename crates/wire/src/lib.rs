//! TLS as seen from outside: what the records of a connection tell without its keys.
//!
//! A [`Watcher`] is given the bytes of both directions in the order they came and says what they hold: the hellos, what
//! was negotiated, whether a session was resumed, alerts, and where application data begins. It reads nothing that is
//! encrypted, does no I/O and knows no clock: forwarding bytes and stamping [`Event`]s is for the caller. What it is
//! given is not trusted: it never fails, says what it can't make sense of ([`Irregular`]) and holds a bounded number of
//! bytes ([`Watcher::MOST_BUFFERED`]).

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
mod progress;
mod record;
mod role;
mod sealed;
mod sealed_length;
mod server_flight;
mod watcher;

pub use event::{
    Alert, Chain, ClientHello, Event, HandshakeKind, HelloRetry, Irregular, Irregularity, LeafKey, Protocol,
    ServerHello, Side,
};
pub use watcher::Watcher;
