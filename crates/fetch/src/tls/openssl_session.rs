//! The session that a slot's OpenSSL connections resume from one another: kept when one ends, offered when the next
//! begins.
//!
//! It is read from the connection when that ends, not in a callback: OpenSSL calls none for a ticket that renews a
//! session of TLS 1.2. By its end a connection has read the tickets that arrived before its response.

use std::sync::{Arc, Mutex, PoisonError};

use ::openssl::error::ErrorStack;
use ::openssl::ssl::{Ssl, SslRef, SslSession, SslVersion};

/// The latest session of one slot's connections, all of one context.
#[derive(Clone, Default)]
pub(super) struct SlotSession(Arc<Mutex<Option<SslSession>>>);

impl SlotSession {
    /// Keeps the session of a connection that has ended.
    pub(super) fn keep(&self, ssl: &SslRef) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ssl.session().map(ToOwned::to_owned);
    }

    /// Offers the slot's session on a new connection.
    pub(super) fn offer(&self, ssl: &mut Ssl) -> Result<(), ErrorStack> {
        match self.take() {
            Some(session) => set(ssl, &session),
            None => Ok(()),
        }
    }

    /// A ticket of TLS 1.3 is for one connection (RFC 8446 §C.4), a session of TLS 1.2 for any number.
    fn take(&self) -> Option<SslSession> {
        let mut session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match session.as_ref()?.protocol_version() == SslVersion::TLS1_3 {
            true => session.take(),
            false => session.clone(),
        }
    }
}

/// The crate has no safe call for it.
#[allow(unsafe_code, reason = "a session must be one of the connection's own context, which the crate cannot see")]
fn set(ssl: &mut Ssl, session: &SslSession) -> Result<(), ErrorStack> {
    // SAFETY: the session comes from a connection of the slot, and all of these are made from the one context that
    // belongs to the same `OpenSsl` as this `SlotSession`; so is `ssl`.
    unsafe { ssl.set_session(session) }
}
