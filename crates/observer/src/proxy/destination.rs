//! Decides where a connection goes. Names are resolved by the system or by the user's mappings; blocked addresses are
//! refused.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use observation::ConnectionTracker;
use tokio::net::TcpStream;

use super::blocked_addresses::{is_barred, is_barred_name};
use super::happy_eyeballs;
use super::next_proxy::{self, NextProxy};
use super::upstream::{Unreadable, Upstream};
use crate::{Error, open_files};

/// `NAME=ADDRESS:PORT`: connections to any port of this host go to this address.
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
            return Err(wrong("the part before '=' is not a host name"));
        }
        let to = to.parse().map_err(|_| wrong("the part after '=' is not an address with a port"))?;
        Ok(Mapping { name: name.to_ascii_lowercase(), to })
    }
}

/// Hosts that the user has allowed although they are link-local or a metadata service.
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
    #[error("refused: {0} is a link-local address or a cloud metadata service (--allow-host {0} allows it)")]
    Refused(String),
    #[error("its name could not be resolved: {0}")]
    Unresolved(String),
    #[error("connecting failed: {0}")]
    Unconnected(String),
    #[error("the proxy {name} failed: {problem}")]
    ByProxy { name: String, problem: next_proxy::Problem },
    #[error("it can't be parsed as host:port, so it is not known which proxy to use for it")]
    Unreadable,
    #[error("the command closed the connection before the host was reached")]
    GivenUp,
    #[error("the observer had reached its limit of open files")]
    NoRoom,
}

impl Unreached {
    /// The status code of the response to the client.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Unreached::Refused(_) => StatusCode::FORBIDDEN,
            Unreached::Unreadable => StatusCode::BAD_REQUEST,
            Unreached::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        }
    }
}

/// A connection to a host.
pub(super) struct Reached {
    pub(super) stream: TcpStream,
    /// Time to resolve its name, ns; `None` if there was no name to resolve.
    pub(super) resolve_ns: Option<u64>,
    /// Time to connect to one of its addresses, or to establish a tunnel through a proxy, ns.
    pub(super) connect_ns: u64,
    /// Bytes that it has sent already.
    pub(super) already_read: Vec<u8>,
}

impl Reached {
    /// Records in `tracker` how long it took.
    pub(super) fn tell(&self, tracker: &mut ConnectionTracker) {
        if let Some(ns) = self.resolve_ns {
            tracker.resolved(ns);
        }
        tracker.connected(self.connect_ns);
    }
}

/// Resolves hosts and connects to them.
pub(super) struct Destinations {
    mappings: Vec<Mapping>,
    allowed: Allowed,
    upstream: Upstream,
}

impl Destinations {
    pub(super) fn new(mappings: Vec<Mapping>, allowed: Allowed, upstream: Upstream) -> Destinations {
        Destinations { mappings, allowed, upstream }
    }

    /// The route to `target`, which is `host:port`.
    pub(super) fn route(&self, scheme: &str, target: &str) -> Result<Route, Unreached> {
        let host = host_of(target).trim_end_matches('.');
        if let Some(mapping) = self.mappings.iter().find(|mapping| mapping.name == host) {
            return Ok(Route::Mapped(mapping.to));
        }
        let is_allowed = self.allowed.0.iter().any(|named| named == host);
        if !is_allowed && is_barred_name(host) {
            return Err(Unreached::Refused(host.to_owned()));
        }
        let next = self.upstream.towards(scheme, target).map_err(|Unreadable| Unreached::Unreadable)?;
        Ok(next.map_or(Route::Resolved { is_allowed }, Route::Proxy))
    }

    /// Connects to `target`, or to the upstream proxy that plain HTTP requests for it are sent to.
    pub(super) async fn connect(&self, route: &Route, target: &str) -> Result<Reached, Unreached> {
        let Route::Proxy(next) = route else { return directly(route, target).await };
        let begun = Instant::now();
        let stream = next.connect().await.map_err(|problem| by_proxy(next, problem))?;
        Ok(Reached { stream, resolve_ns: None, connect_ns: ns_since(begun), already_read: Vec::new() })
    }

    /// A connection or a tunnel to `target`, which is `host:port`.
    async fn tunnel(&self, target: &str) -> Result<Reached, Unreached> {
        let route = self.route("https", target)?;
        let Route::Proxy(next) = &route else { return directly(&route, target).await };
        let begun = Instant::now();
        let (stream, already_read) = next.tunnel(target).await.map_err(|problem| by_proxy(next, problem))?;
        Ok(Reached { stream, resolve_ns: None, connect_ns: ns_since(begun), already_read })
    }

    /// The same on behalf of `client`: the attempt ends if the client hangs up. A client that has `sent` something
    /// already may have ended its direction with that and wait for the response.
    pub(super) async fn tunnel_for(&self, client: &TcpStream, sent: bool, target: &str) -> Result<Reached, Unreached> {
        tokio::select! {
            biased;
            outcome = self.tunnel(target) => outcome,
            () = hung_up(client), if !sent => Err(Unreached::GivenUp),
        }
    }
}

/// The route to a host.
#[derive(Debug)]
pub(super) enum Route {
    /// To an address that the user has mapped it to.
    Mapped(SocketAddr),
    /// To the addresses that its name resolves to; if the user has allowed the host, to blocked ones too.
    Resolved { is_allowed: bool },
    /// Through an upstream proxy, which resolves its name.
    Proxy(NextProxy),
}

/// The addresses of `target` to which connecting is allowed.
async fn resolved(target: &str, is_allowed: bool) -> Result<(Vec<SocketAddr>, Duration), Unreached> {
    let (found, took) = open_files::look_up(target).await.map_err(|error| of_system(&error, Unreached::Unresolved))?;
    let (barred, open): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| is_barred(address.ip()));
    match (is_allowed, open.is_empty()) {
        (true, _) => Ok((open.into_iter().chain(barred).collect(), took)),
        (false, true) if !barred.is_empty() => Err(Unreached::Refused(host_of(target).to_owned())),
        (false, _) => Ok((open, took)),
    }
}

/// Converts the system's `error`. If there were no more open files, it is not the host's fault.
fn of_system(error: &io::Error, else_: impl FnOnce(String) -> Unreached) -> Unreached {
    if open_files::is_out(error) { Unreached::NoRoom } else { else_(error.to_string()) }
}

async fn directly(route: &Route, target: &str) -> Result<Reached, Unreached> {
    let (addresses, resolve_ns) = match route {
        Route::Mapped(to) => (vec![*to], None),
        route => {
            let (found, took) = resolved(target, matches!(route, Route::Resolved { is_allowed: true })).await?;
            (found, host_of(target).parse::<IpAddr>().is_err().then(|| ns(took)))
        }
    };
    let begun = Instant::now();
    let connected = happy_eyeballs::connect(&addresses).await;
    let stream = connected.map_err(|error| of_system(&error, Unreached::Unconnected))?;
    Ok(Reached { stream, resolve_ns, connect_ns: ns_since(begun), already_read: Vec::new() })
}

pub(super) fn by_proxy(next: &NextProxy, problem: next_proxy::Problem) -> Unreached {
    match problem {
        next_proxy::Problem::Unconnected(error) if open_files::is_out(&error) => Unreached::NoRoom,
        problem => Unreached::ByProxy { name: next.address().to_owned(), problem },
    }
}

/// Returns when `client` has hung up, without consuming what it sends. If it has sent something, its end can't be seen.
async fn hung_up(client: &TcpStream) {
    // The head has been read completely, so the socket is readable only if there is something new.
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
            let refused = closed.route("http", barred);
            assert!(matches!(refused, Err(Unreached::Refused(_))), "{barred}: {refused:?}");
        }
        assert!(matches!(closed.route("https", "api.test:443"), Ok(Route::Proxy(_))));
        assert!(matches!(closed.route("https", "a b:443"), Err(Unreached::Unreadable)));
        assert!(matches!(destinations(allowed).route("http", "169.254.169.254:80"), Ok(Route::Proxy(_))));
    }

    #[test]
    fn brackets_are_no_part_of_an_address() {
        assert_eq!(Allowed::from_iter(["[FE80::1]".to_owned()]), Allowed(vec!["fe80::1".into()]));
    }
}
