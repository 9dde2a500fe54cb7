//! Who may use the proxy: the command, and nobody else on this machine.
//!
//! A password that only the command's environment holds is enough. Programs that do not send it unasked (some want a 407 first, some
//! drop it from the URL) are let in if the socket they come by belongs to the command or to what it started.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rand::RngExt;
use tokio::net::TcpStream;

use super::head::Head;
use crate::command::family;

/// The name before the password, which no one looks at.
pub(super) const USER: &str = "tlstax";

/// What the command's environment holds.
#[derive(Debug, Clone)]
pub(crate) struct Password(String);

impl Password {
    /// A new one: 128 bits of the system's random numbers, in letters that a URL takes as they are.
    pub(crate) fn draw() -> Password {
        Password(format!("{:032x}", rand::rng().random::<u128>()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The command's process, once it runs.
#[derive(Debug, Clone, Default)]
pub(super) struct Owner(Arc<AtomicU32>);

impl Owner {
    pub(super) fn set(&self, pid: u32) {
        self.0.store(pid, Relaxed);
    }
}

/// Decides.
pub(super) struct Gate {
    /// As a header has it (RFC 7617).
    expected: String,
    owner: Owner,
}

impl Gate {
    pub(super) fn new(password: Password, owner: Owner) -> Gate {
        let pair = BASE64_STANDARD.encode(format!("{USER}:{}", password.as_str()));
        Gate { expected: format!("Basic {pair}"), owner }
    }

    /// Whether the client who sent `head` may go on.
    pub(super) fn admits(&self, head: &Head, client: &TcpStream) -> bool {
        match &head.authorization {
            Some(given) => *given == self.expected,
            None => self.owns(client),
        }
    }

    fn owns(&self, client: &TcpStream) -> bool {
        let owner = self.owner.0.load(Relaxed);
        match client.peer_addr() {
            Ok(peer) if owner != 0 => family::owns_socket(owner, peer),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_fit_a_url() {
        let (one, other) = (Password::draw(), Password::draw());
        assert_ne!(one.as_str(), other.as_str());
        assert!(one.as_str().len() == 32 && one.as_str().chars().all(|c| c.is_ascii_alphanumeric()));
    }
}
