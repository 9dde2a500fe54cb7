//! Where a connection goes: names resolved as the system does, or as the user says; and where none goes.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use observation::Lane;
use tokio::net::TcpStream;

use super::blocked_addresses::{is_barred, is_barred_name};
use super::happy_eyeballs;
use super::next::{self, Next};
use super::upstream::{Unreadable, Upstream};
use crate::{Error, open_files};

/// `NAME=ADDRESS:PORT`: whatever port of the host is asked for, it is this address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    name: String,
    to: SocketAddr,
}

impl FromStr for Mapping {
    type Err = Error;

    fn from_str(text: &str) -> Result<Mapping, Error> {
        let wrong = |reason: &str| Error::Mapping { text: text.to_owned(), reason: reason.to_owned() };
        let (name, to) = text.split_once('=').ok_or_else(|| wrong("there is no '='"))?;
        if name.is_empty() || name.contains([':', '/', ' ']) {
            return Err(wrong("what stands before '=' is no host name"));
        }
        let to = to.parse().map_err(|_| wrong("what stands after '=' is no address with a port"))?;
        Ok(Mapping { name: name.to_ascii_lowercase(), to })
    }
}

/// Hosts that the user named although they are link-local or a metadata service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed(Vec<String>);

impl FromIterator<String> for Allowed {
    fn from_iter<I: IntoIterator<Item = String>>(hosts: I) -> Allowed {
        Allowed(hosts.into_iter().map(|host| bare(&host).to_ascii_lowercase()).collect())
    }
}

/// Why a host was not reached.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreached {
    #[error("refused: {0} is link-local or a metadata service (name it by --allow-host to go there)")]
    Refused(String),
    #[error("its name could not be resolved: {0}")]
    Unresolved(String),
    #[error("connecting failed: {0}")]
    Unconnected(String),
    #[error("by the proxy {name}: {problem}")]
    ByProxy { name: String, problem: next::Problem },
    #[error("it can't be read as host:port, so which proxy leads there can't be told")]
    Unreadable,
    #[error("the command hung up before it was connected to")]
    GivenUp,
    #[error("the observer could open no more files")]
    NoRoom,
}

impl Unreached {
    /// What the client is told.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Unreached::Refused(_) => StatusCode::FORBIDDEN,
            Unreached::Unreadable => StatusCode::BAD_REQUEST,
            Unreached::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        }
    }
}

/// A host that was reached.
pub(super) struct Reached {
    pub(super) stream: TcpStream,
    /// Time to resolve its name, ns; `None` where there was none to resolve.
    pub(super) resolve_ns: Option<u64>,
    /// Time until one of its addresses was connected to, or the way through a proxy stood, ns.
    pub(super) connect_ns: u64,
    /// What it has sent already.
    pub(super) early: Vec<u8>,
}

impl Reached {
    /// Tells a lane how long it took.
    pub(super) fn tell(&self, lane: &mut Lane) {
        if let Some(ns) = self.resolve_ns {
            lane.resolved(ns);
        }
        lane.connected(self.connect_ns);
    }
}

/// Resolves and connects.
pub(super) struct Destinations {
    mappings: Vec<Mapping>,
    allowed: Allowed,
    upstream: Upstream,
}

impl Destinations {
    pub(super) fn new(mappings: Vec<Mapping>, allowed: Allowed, upstream: Upstream) -> Destinations {
        Destinations { mappings, allowed, upstream }
    }

    /// How `target`, which is `host:port`, is reached, where it may be.
    pub(super) fn way(&self, scheme: &str, target: &str) -> Result<Way, Unreached> {
        let host = host_of(target).trim_end_matches('.');
        if let Some(mapping) = self.mappings.iter().find(|mapping| mapping.name == host) {
            return Ok(Way::Mapped(mapping.to));
        }
        let is_allowed = self.allowed.0.iter().any(|named| named == host);
        if !is_allowed && is_barred_name(host) {
            return Err(Unreached::Refused(host.to_owned()));
        }
        let next = self.upstream.towards(scheme, target).map_err(|Unreadable| Unreached::Unreadable)?;
        Ok(next.map_or(Way::Resolved { is_allowed }, Way::Through))
    }

    /// Connects to `target`, or to the proxy that requests in plain HTTP are sent to in its stead.
    pub(super) async fn connect(&self, way: &Way, target: &str) -> Result<Reached, Unreached> {
        let Way::Through(next) = way else { return directly(way, target).await };
        let begun = Instant::now();
        let stream = next.connect().await.map_err(|problem| by_proxy(next, problem))?;
        Ok(Reached { stream, resolve_ns: None, connect_ns: ns_since(begun), early: Vec::new() })
    }

    /// A stream that ends at `target`, which is `host:port`.
    async fn tunnel(&self, target: &str) -> Result<Reached, Unreached> {
        let way = self.way("https", target)?;
        let Way::Through(next) = &way else { return directly(&way, target).await };
        let begun = Instant::now();
        let (stream, early) = next.tunnel(target).await.map_err(|problem| by_proxy(next, problem))?;
        Ok(Reached { stream, resolve_ns: None, connect_ns: ns_since(begun), early })
    }

    /// A stream that ends at `target`, on behalf of `client`: its end is the attempt's. A client that has `sent`
    /// something already may have ended its direction with that, and wait for the answer.
    pub(super) async fn tunnel_for(&self, client: &TcpStream, sent: bool, target: &str) -> Result<Reached, Unreached> {
        tokio::select! {
            biased;
            outcome = self.tunnel(target) => outcome,
            () = hung_up(client), if !sent => Err(Unreached::GivenUp),
        }
    }
}

/// How a host is reached.
#[derive(Debug)]
pub(super) enum Way {
    /// At an address that the user gave for it.
    Mapped(SocketAddr),
    /// At those that its name has; where the user named it, at barred ones too.
    Resolved { is_allowed: bool },
    /// By a proxy, which resolves its name.
    Through(Next),
}

/// The addresses of `target` that may be tried.
async fn resolved(target: &str, is_allowed: bool) -> Result<(Vec<SocketAddr>, Duration), Unreached> {
    let (found, took) = open_files::look_up(target).await.map_err(|error| of_system(&error, Unreached::Unresolved))?;
    let (barred, open): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| is_barred(address.ip()));
    match (is_allowed, open.is_empty()) {
        (true, _) => Ok((open.into_iter().chain(barred).collect(), took)),
        (false, true) if !barred.is_empty() => Err(Unreached::Refused(host_of(target).to_owned())),
        (false, _) => Ok((open, took)),
    }
}

/// What the system's `error` means: nothing of the host, where there were no more open files.
fn of_system(error: &io::Error, else_: impl FnOnce(String) -> Unreached) -> Unreached {
    if open_files::is_out(error) { Unreached::NoRoom } else { else_(error.to_string()) }
}

async fn directly(way: &Way, target: &str) -> Result<Reached, Unreached> {
    let (addresses, resolve_ns) = match way {
        Way::Mapped(to) => (vec![*to], None),
        way => {
            let (found, took) = resolved(target, matches!(way, Way::Resolved { is_allowed: true })).await?;
            (found, host_of(target).parse::<IpAddr>().is_err().then(|| ns(took)))
        }
    };
    let begun = Instant::now();
    let connected = happy_eyeballs::connect(&addresses).await;
    let stream = connected.map_err(|error| of_system(&error, Unreached::Unconnected))?;
    Ok(Reached { stream, resolve_ns, connect_ns: ns_since(begun), early: Vec::new() })
}

pub(super) fn by_proxy(next: &Next, problem: next::Problem) -> Unreached {
    match problem {
        next::Problem::Unconnected(error) if open_files::is_out(&error) => Unreached::NoRoom,
        problem => Unreached::ByProxy { name: next.address().to_owned(), problem },
    }
}

/// Returns when `client` is gone, and takes nothing of what it sends. Behind what it has sent its end can't be seen.
async fn hung_up(client: &TcpStream) {
    // Its head has been read to the end: there is something new, or it is not ready.
    if client.readable().await.is_err() {
        return;
    }
    if matches!(client.peek(&mut [0]).await, Ok(1..)) {
        std::future::pending().await
    }
}

/// The host of `host:port`.
fn host_of(target: &str) -> &str {
    target.rsplit_once(':').map_or(target, |(host, _)| bare(host))
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn ns_since(begun: Instant) -> u64 {
    ns(begun.elapsed())
}

fn ns(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_a_name_and_an_address() {
        let mapping: Mapping = "Api.Test=127.0.0.1:8443".parse().unwrap();
        assert_eq!(mapping, Mapping { name: "api.test".into(), to: "127.0.0.1:8443".parse().unwrap() });
        for wrong in ["api.test", "=127.0.0.1:1", "api.test=127.0.0.1", "api.test:443=127.0.0.1:1", "a=localhost:1"] {
            let error = wrong.parse::<Mapping>().unwrap_err().to_string();
            assert!(error.contains("NAME=ADDRESS:PORT"), "{error}");
        }
    }

    #[test]
    fn another_proxy_is_not_asked_for_what_is_barred() {
        let allowed = Allowed::from_iter(["169.254.169.254".to_owned()]);
        let destinations =
            |allowed| Destinations::new(Vec::new(), allowed, Upstream::through("http://proxy.test:3128"));
        let closed = destinations(Allowed::default());
        for barred in ["2852039166:80", "0xa9fea9fe:80", "169.254.43518:80", "169.254.169.254.:80", "metadata.goog:80"]
        {
            let refused = closed.way("http", barred);
            assert!(matches!(refused, Err(Unreached::Refused(_))), "{barred}: {refused:?}");
        }
        assert!(matches!(closed.way("https", "api.test:443"), Ok(Way::Through(_))));
        assert!(matches!(closed.way("https", "a b:443"), Err(Unreached::Unreadable)));
        assert!(matches!(destinations(allowed).way("http", "169.254.169.254:80"), Ok(Way::Through(_))));
    }

    #[test]
    fn brackets_are_no_part_of_an_address() {
        assert_eq!(Allowed::from_iter(["[FE80::1]".to_owned()]), Allowed(vec!["fe80::1".into()]));
    }
}
