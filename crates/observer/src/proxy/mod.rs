//! A loopback proxy for one command. It forwards connections to the hosts that the command requests, and records them.
//!
//! Tunnels (`CONNECT`, RFC 9110 §9.3.6) are forwarded unread. Requests in absolute form, which are not encrypted, are
//! forwarded by an HTTP library. `proxy_auth` decides who may use the proxy, and `destination` where connections go.

mod blocked_addresses;
mod destination;
mod embedded;
mod forwarded;
mod happy_eyeballs;
mod head;
mod next_proxy;
mod proxy_auth;
mod shared;
mod upstream;

use std::net::SocketAddr;
use std::rc::Rc;

use observation::{ConnectionKind, ConnectionTracker, Recorder};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::Error;
use crate::clock::now_ns;
use crate::open_files::ConnectionLimit;
use crate::tap::{self, Acknowledgements, AlreadyRead, Listener, Running};
pub use destination::{Allowed, Mapping};
use destination::{Destinations, Reached, Unreached};
use head::{Head, Problem, ProxyRequest};
pub(crate) use proxy_auth::Password;
use proxy_auth::ProxyAuth;
use shared::Shared;
pub use upstream::Upstream;

/// A running proxy. Dropping it ends the proxy and its connections.
pub struct Proxy {
    address: SocketAddr,
    password: Password,
    owner: proxy_auth::Owner,
    upstream: Option<String>,
    _running: Running,
}

impl Proxy {
    /// Starts a proxy on a loopback port that the system picks, and records its connections in `recorder`.
    ///
    /// # Errors
    /// No port can be opened, or no thread can be started.
    pub fn start(
        mappings: Vec<Mapping>,
        allowed: Allowed,
        upstream: Upstream,
        recorder: Recorder,
    ) -> Result<Proxy, Error> {
        let listener = Listener::open().map_err(Error::Listen)?;
        let address = listener.address;
        let (password, owner) = (Password::draw(), proxy_auth::Owner::default());
        let auth = ProxyAuth::new(password.clone(), owner.clone());
        let named = upstream.name();
        let serving = move || {
            let destinations = Destinations::new(mappings, allowed, upstream);
            let shared = Rc::new(Shared { auth, destinations, recorder });
            serve(listener, shared)
        };
        let running = Running::start("proxy", serving).map_err(Error::Listen)?;
        Ok(Proxy { address, password, owner, upstream: named, _running: running })
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The user name and the password that it requires.
    pub fn credentials(&self) -> (&'static str, &str) {
        (proxy_auth::USER, self.password.as_str())
    }

    /// `host:port` of the upstream proxies through which it reaches hosts, if any.
    pub(crate) fn upstream(&self) -> Option<String> {
        self.upstream.clone()
    }

    /// Lets process `pid` and its descendants use the proxy without a password, except `others`, which are children of
    /// this process.
    pub(crate) fn belongs_to(&self, pid: u32, others: Vec<u32>) {
        self.owner.set(pid, others);
    }
}

async fn serve(listener: Listener, shared: Rc<Shared>) {
    // The listener is valid, so only a runtime without a reactor would refuse it.
    let Ok(listener) = listener.into_async() else { return };
    let mut room = ConnectionLimit::of_process();
    loop {
        let (client, permit) = tap::accept(&listener, &mut room, &shared.recorder).await;
        let opened_ns = now_ns();
        let shared = Rc::clone(&shared);
        spawn_local(async move {
            connection(client, opened_ns, shared).await;
            drop(permit);
        });
    }
}

async fn connection(mut client: TcpStream, opened_ns: u64, shared: Rc<Shared>) {
    let head = match head::read(&mut client, head::WITHIN).await {
        Ok(Some(head)) => head,
        // A client that connects and sends nothing has made no request.
        Ok(None) => return,
        Err(problem @ Problem::Late) => {
            return refuse(client, "408 Request Timeout", &problem.to_string()).await;
        }
        Err(problem) => return refuse(client, "400 Bad Request", &problem.to_string()).await,
    };
    if !shared.auth.admits(&head, &client).await {
        shared.recorder.stranger();
        let words = "this proxy serves only the observed command, whose HTTPS_PROXY has its password";
        return refuse(
            client,
            "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"tlstax observe\"",
            words,
        )
        .await;
    }
    match &head.request_kind {
        ProxyRequest::Tunnel(host) => {
            let host = host.clone();
            tunnel(client, opened_ns, &host, head, &shared).await;
        }
        ProxyRequest::Forward => forwarded::serve(client, opened_ns, head, &shared).await,
    }
}

async fn tunnel(client: TcpStream, opened_ns: u64, host: &str, head: Head, shared: &Shared) {
    let mut tracker = ConnectionTracker::open(&shared.recorder, ConnectionKind::Tunnel, opened_ns);
    tracker.set_host(host);
    match shared.destinations.tunnel_for(&client, !head.after().is_empty(), host).await {
        Ok(reached) => {
            reached.tell(&mut tracker);
            open(client, reached, head, tracker).await;
        }
        Err(unreached) => {
            match unreached {
                Unreached::NoRoom => shared.recorder.no_room(),
                _ => tracker.not_reached(&unreached.to_string(), now_ns()),
            }
            tracker.closed(now_ns());
            refuse(client, &unreached.status().to_string(), &format!("{host}: {unreached}")).await;
        }
    }
}

async fn open(mut client: TcpStream, reached: Reached, head: Head, mut tracker: ConnectionTracker) {
    tracker.established(now_ns());
    if client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
        let already_read = AlreadyRead { client: head.after(), server: &reached.already_read };
        tap::forward(client, reached.stream, already_read, Acknowledgements::AtOnce, tracker).await;
    } else {
        tracker.closed(now_ns());
    }
}

/// Responds with a status and a reason, and closes.
async fn refuse(mut client: TcpStream, status: &str, words: &str) {
    let body = format!("tlstax observe: {words}\n");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // It fails if the client is gone, which doesn't matter.
    let _ = client.write_all((head + &body).as_bytes()).await;
    let _ = client.shutdown().await;
}
