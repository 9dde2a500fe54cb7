//! A proxy on loopback for one command: it carries connections on to where the command asks, and sees them.
//!
//! Tunnels (`CONNECT`, RFC 9110 §9.3.6) are forwarded unread. Requests in absolute form, which are not encrypted, are
//! passed on by an HTTP library. Who may use the proxy is for `proxy_auth` to say, and where connections go for
//! `destination`.

mod blocked_addresses;
mod destination;
mod embedded;
mod forwarded;
mod happy_eyeballs;
mod head;
mod next;
mod proxy_auth;
mod shared;
mod upstream;

use std::net::SocketAddr;
use std::rc::Rc;

use observation::{Lane, Recorder, Way};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::Error;
use crate::clock::now_ns;
use crate::open_files::Room;
use crate::tap::{self, Acknowledgements, Early, Listener, Running};
pub use destination::{Allowed, Mapping};
use destination::{Destinations, Reached, Unreached};
use head::{Asked, Head, Problem};
use proxy_auth::Gate;
pub(crate) use proxy_auth::Password;
use shared::Shared;
pub use upstream::Upstream;

/// A running proxy. Dropped, it has ended, and the connections through it with it.
pub struct Proxy {
    address: SocketAddr,
    password: Password,
    owner: proxy_auth::Owner,
    upstream: Option<String>,
    _running: Running,
}

impl Proxy {
    /// Opens one on a port of loopback that the system picks, and tells `recorder`.
    ///
    /// # Errors
    /// No port can be opened, or no thread started.
    pub fn start(
        mappings: Vec<Mapping>,
        allowed: Allowed,
        upstream: Upstream,
        recorder: Recorder,
    ) -> Result<Proxy, Error> {
        let listener = Listener::open().map_err(Error::Listen)?;
        let address = listener.address;
        let (password, owner) = (Password::draw(), proxy_auth::Owner::default());
        let gate = Gate::new(password.clone(), owner.clone());
        let named = upstream.name();
        let serving = move || {
            let destinations = Destinations::new(mappings, allowed, upstream);
            let shared = Rc::new(Shared { gate, destinations, recorder });
            serve(listener, shared)
        };
        let running = Running::start("proxy", serving).map_err(Error::Listen)?;
        Ok(Proxy { address, password, owner, upstream: named, _running: running })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The user and the password that it asks for.
    pub fn credentials(&self) -> (&'static str, &str) {
        (proxy_auth::USER, self.password.as_str())
    }

    /// `host:port` of the proxies through which it reaches hosts in its turn, if any.
    pub(crate) fn upstream(&self) -> Option<String> {
        self.upstream.clone()
    }

    /// Process `pid` and its descendants may use it without a password, `others` of this process' own may not.
    pub(crate) fn belongs_to(&self, pid: u32, others: Vec<u32>) {
        self.owner.set(pid, others);
    }
}

async fn serve(listener: Listener, shared: Rc<Shared>) {
    // It was opened by this process a moment ago: only a loop without a reactor would refuse it.
    let Ok(listener) = listener.into_async() else { return };
    let mut room = Room::of_process();
    loop {
        let (client, place) = tap::accept(&listener, &mut room, &shared.recorder).await;
        let opened_ns = now_ns();
        let shared = Rc::clone(&shared);
        spawn_local(async move {
            connection(client, opened_ns, shared).await;
            drop(place);
        });
    }
}

async fn connection(mut client: TcpStream, opened_ns: u64, shared: Rc<Shared>) {
    let head = match head::read(&mut client, head::WITHIN).await {
        Ok(Some(head)) => head,
        // Whoever connects and says nothing has asked for nothing.
        Ok(None) => return,
        Err(problem @ Problem::Late) => {
            return refuse(client, "408 Request Timeout", &problem.to_string()).await;
        }
        Err(problem) => return refuse(client, "400 Bad Request", &problem.to_string()).await,
    };
    if !shared.gate.admits(&head, &client).await {
        shared.recorder.stranger();
        let words = "this proxy serves one command only; its password is in that command's HTTPS_PROXY";
        return refuse(
            client,
            "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"tlstax observe\"",
            words,
        )
        .await;
    }
    match &head.asked {
        Asked::Tunnel(host) => {
            let host = host.clone();
            tunnel(client, opened_ns, &host, head, &shared).await;
        }
        Asked::Forward => forwarded::serve(client, opened_ns, head, &shared).await,
    }
}

async fn tunnel(client: TcpStream, opened_ns: u64, host: &str, head: Head, shared: &Shared) {
    let mut lane = Lane::open(&shared.recorder, Way::Tunnel, opened_ns);
    lane.goes_to(host);
    match shared.destinations.tunnel_for(&client, !head.after().is_empty(), host).await {
        Ok(reached) => {
            reached.tell(&mut lane);
            open(client, reached, head, lane).await;
        }
        Err(unreached) => {
            match unreached {
                Unreached::NoRoom => shared.recorder.no_room(),
                _ => lane.not_reached(&unreached.to_string(), now_ns()),
            }
            lane.closed(now_ns());
            refuse(client, &unreached.status().to_string(), &format!("{host}: {unreached}")).await;
        }
    }
}

async fn open(mut client: TcpStream, reached: Reached, head: Head, mut lane: Lane) {
    lane.established(now_ns());
    if client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
        let early = Early { client: head.after(), server: &reached.early };
        tap::forward(client, reached.stream, early, Acknowledgements::AtOnce, lane).await;
    } else {
        lane.closed(now_ns());
    }
}

/// Answers with a status and a reason, and closes.
async fn refuse(mut client: TcpStream, status: &str, words: &str) {
    let body = format!("tlstax observe: {words}\n");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // A client that is gone has no use for it.
    let _ = client.write_all((head + &body).as_bytes()).await;
    let _ = client.shutdown().await;
}
