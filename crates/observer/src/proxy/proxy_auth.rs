//! Who may use the proxy: the command, and nobody else on this machine.
//!
//! A password that only the command's environment holds is enough. Programs that do not send it unasked (some want a
//! 407 first, some drop it from the URL), or send one of their own, are let in if the socket they come by belongs to
//! the command or to what it started.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rand::RngExt;
use tokio::net::TcpStream;

use super::head::Head;
use crate::command::process_tree;
use crate::loopback;
use crate::shared_look::{Haste, SharedLook};

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

/// The command's process, once it runs, and the processes of this one that are none of the command's.
#[derive(Debug, Clone, Default)]
pub(super) struct Owner(Arc<OnceLock<(u32, Vec<u32>)>>);

impl Owner {
    /// The inodes of the sockets that the command and its descendants have open.
    fn sockets(&self) -> HashSet<u64> {
        self.0
            .get()
            .map(|(root, others)| process_tree::sockets(&process_tree::members(*root, others)))
            .unwrap_or_default()
    }

    pub(super) fn set(&self, pid: u32, others: Vec<u32>) {
        // A proxy serves one command: the first.
        let _ = self.0.set((pid, others));
    }
}

/// Decides.
pub(super) struct Gate {
    /// What stands behind the scheme in a header (RFC 7617).
    expected: String,
    /// What the command has open.
    open: SharedLook<HashSet<u64>>,
}

impl Gate {
    pub(super) fn new(password: Password, owner: Owner) -> Gate {
        let expected = BASE64_STANDARD.encode(format!("{USER}:{}", password.as_str()));
        Gate { expected, open: SharedLook::new(move || owner.sockets()) }
    }

    /// Whether the client who sent `head` may go on.
    pub(super) async fn admits(&self, head: &Head, client: &TcpStream) -> bool {
        head.authorization.as_deref().is_some_and(|given| self.is_password(given)) || self.owns(client).await
    }

    /// Whether that is the password, in a header's value. The case of a scheme does not matter (RFC 9110 §11.1).
    fn is_password(&self, given: &str) -> bool {
        let parts = given.trim().split_once(' ');
        parts.is_some_and(|(scheme, pair)| scheme.eq_ignore_ascii_case("basic") && pair.trim_start() == self.expected)
    }

    /// Whether the client is the command, or of its family.
    async fn owns(&self, client: &TcpStream) -> bool {
        let (Ok(peer), Ok(own)) = (client.peer_addr(), client.local_addr()) else { return false };
        let Some(inode) = loopback::inode(peer, own).await else { return false };
        self.open.take(Haste::AtOnce).await.is_some_and(|open| open.contains(&inode))
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

    #[test]
    fn the_case_of_the_scheme_does_not_matter_and_that_of_the_password_does() {
        let password = Password("f00d".to_owned());
        let gate = Gate::new(password, Owner::default());
        let pair = BASE64_STANDARD.encode("tlstax:f00d");
        for right in [format!("Basic {pair}"), format!("basic {pair}"), format!("BASIC   {pair}")] {
            assert!(gate.is_password(&right), "{right}");
        }
        for wrong in [pair.clone(), format!("Bearer {pair}"), format!("Basic {}", pair.to_uppercase()), "Basic".into()]
        {
            assert!(!gate.is_password(&wrong), "{wrong}");
        }
    }

    #[test]
    fn the_command_may_come_without_a_password_and_nobody_else() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (accepted, _) = listener.accept().await.unwrap();
            let mut other = std::process::Command::new("sleep").arg("60").spawn().unwrap();
            for (command, is_owned) in [(Some(std::process::id()), true), (Some(other.id()), false), (None, false)] {
                let owner = Owner::default();
                if let Some(pid) = command {
                    owner.set(pid, Vec::new());
                }
                assert_eq!(Gate::new(Password::draw(), owner).owns(&accepted).await, is_owned, "{command:?}");
            }
            other.kill().unwrap();
            other.wait().unwrap();
        });
    }
}
