//! Authentication: only the command may use the proxy, and no other program on this machine.
//!
//! A password that is only in the command's environment suffices. Some programs send it only after a 407, some drop it
//! from the URL, and some send another one. Those are admitted if their socket belongs to the command or to a process
//! that it started.

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

/// The user name, which is not checked.
pub(super) const USER: &str = "tlstax";

/// The password in the command's environment.
#[derive(Debug, Clone)]
pub(crate) struct Password(String);

impl Password {
    /// A new password of 128 random bits from the system, in characters that need no encoding in a URL.
    pub(crate) fn draw() -> Password {
        Password(format!("{:032x}", rand::rng().random::<u128>()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The command's process, once it runs, and children of this process that don't belong to the command.
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
        // A proxy serves only the first command.
        let _ = self.0.set((pid, others));
    }
}

/// Decides whether a client may use the proxy.
pub(super) struct ProxyAuth {
    /// The expected credentials, as they follow the scheme in a header (RFC 7617).
    expected: String,
    /// The inodes of the sockets that the command has open.
    open: SharedLook<HashSet<u64>>,
}

impl ProxyAuth {
    pub(super) fn new(password: Password, owner: Owner) -> ProxyAuth {
        let expected = BASE64_STANDARD.encode(format!("{USER}:{}", password.as_str()));
        ProxyAuth { expected, open: SharedLook::new(move || owner.sockets()) }
    }

    /// Whether the client that sent `head` may use the proxy.
    pub(super) async fn admits(&self, head: &Head, client: &TcpStream) -> bool {
        head.authorization.as_deref().is_some_and(|given| self.is_password(given)) || self.owns(client).await
    }

    /// Whether a header's value holds the password. The case of the scheme does not matter (RFC 9110 §11.1).
    fn is_password(&self, given: &str) -> bool {
        let parts = given.trim().split_once(' ');
        parts.is_some_and(|(scheme, pair)| scheme.eq_ignore_ascii_case("basic") && pair.trim_start() == self.expected)
    }

    /// Whether the client is the command or one of its descendants.
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
        let auth = ProxyAuth::new(password, Owner::default());
        let pair = BASE64_STANDARD.encode("tlstax:f00d");
        for right in [format!("Basic {pair}"), format!("basic {pair}"), format!("BASIC   {pair}")] {
            assert!(auth.is_password(&right), "{right}");
        }
        for wrong in [pair.clone(), format!("Bearer {pair}"), format!("Basic {}", pair.to_uppercase()), "Basic".into()]
        {
            assert!(!auth.is_password(&wrong), "{wrong}");
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
                assert_eq!(ProxyAuth::new(Password::draw(), owner).owns(&accepted).await, is_owned, "{command:?}");
            }
            other.kill().unwrap();
            other.wait().unwrap();
        });
    }
}
