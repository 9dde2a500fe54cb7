//! Where a connection goes: names resolved as the system does, or as the user says; and where none goes.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Instant;

use observation::Lane;
use tokio::net::{TcpStream, lookup_host};

use super::barred::{is_barred, is_barred_name};
use super::happy_eyeballs;
use super::upstream::{self, Next, Upstream};
use crate::Error;

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
    ByProxy { name: String, problem: upstream::Problem },
    #[error("the command hung up before it was connected to")]
    GivenUp,
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
    /// The proxy at the other end of `stream`, which requests are sent to in full.
    pub(super) next: Option<Next>,
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

    /// Connects to `target`, which is `host:port`, or to the proxy that requests in plain HTTP are sent to in its stead.
    pub(super) async fn connect(&self, target: &str) -> Result<Reached, Unreached> {
        match self.route("http", target).await? {
            Route::Addresses { found, resolve_ns } => directly(&found, resolve_ns).await,
            Route::Through(next) => {
                let begun = Instant::now();
                let stream = next.connect().await.map_err(|problem| by_proxy(&next, problem))?;
                let connect_ns = ns_since(begun);
                Ok(Reached { stream, resolve_ns: None, connect_ns, early: Vec::new(), next: Some(next) })
            }
        }
    }

    /// A stream that ends at `target`, which is `host:port`.
    async fn tunnel(&self, target: &str) -> Result<Reached, Unreached> {
        match self.route("https", target).await? {
            Route::Addresses { found, resolve_ns } => directly(&found, resolve_ns).await,
            Route::Through(next) => {
                let begun = Instant::now();
                let tunnel = next.tunnel(target).await;
                let (stream, early) = tunnel.map_err(|problem| by_proxy(&next, problem))?;
                Ok(Reached { stream, resolve_ns: None, connect_ns: ns_since(begun), early, next: None })
            }
        }
    }

    /// A stream that ends at `target`, on behalf of `client`: its end is the attempt's. A client that has `sent` something already
    /// may have ended its direction with that, and wait for the answer.
    pub(super) async fn tunnel_for(&self, client: &TcpStream, sent: bool, target: &str) -> Result<Reached, Unreached> {
        tokio::select! {
            biased;
            outcome = self.tunnel(target) => outcome,
            () = hung_up(client), if !sent => Err(Unreached::GivenUp),
        }
    }

    /// What leads to `target`, where anything may.
    async fn route(&self, scheme: &str, target: &str) -> Result<Route, Unreached> {
        let host = target.rsplit_once(':').map_or(target, |(host, _)| bare(host)).trim_end_matches('.');
        if let Some(mapping) = self.mappings.iter().find(|mapping| mapping.name == host) {
            return Ok(Route::Addresses { found: vec![mapping.to], resolve_ns: None });
        }
        let is_allowed = self.allowed.0.iter().any(|named| named == host);
        let refused = || Unreached::Refused(host.to_owned());
        if !is_allowed && is_barred_name(host) {
            return Err(refused());
        }
        if let Some(next) = self.upstream.towards(scheme, target) {
            return Ok(Route::Through(next));
        }
        let begun = Instant::now();
        let found = lookup_host(target).await.map_err(|error| Unreached::Unresolved(error.to_string()))?;
        let resolve_ns = host.parse::<IpAddr>().is_err().then(|| ns_since(begun));
        let (barred, open): (Vec<_>, Vec<_>) = found.partition(|address| is_barred(address.ip()));
        let found = match (is_allowed, open.is_empty()) {
            (true, _) => open.into_iter().chain(barred).collect(),
            (false, true) if !barred.is_empty() => return Err(refused()),
            (false, _) => open,
        };
        Ok(Route::Addresses { found, resolve_ns })
    }
}

/// How a host is reached.
enum Route {
    /// By the addresses that may be tried, and how long it took to find them, ns.
    Addresses { found: Vec<SocketAddr>, resolve_ns: Option<u64> },
    /// By a proxy, which resolves its name.
    Through(Next),
}

async fn directly(addresses: &[SocketAddr], resolve_ns: Option<u64>) -> Result<Reached, Unreached> {
    let begun = Instant::now();
    let connected = happy_eyeballs::connect(addresses).await;
    let stream = connected.map_err(|error| Unreached::Unconnected(error.to_string()))?;
    Ok(Reached { stream, resolve_ns, connect_ns: ns_since(begun), early: Vec::new(), next: None })
}

fn by_proxy(next: &Next, problem: upstream::Problem) -> Unreached {
    Unreached::ByProxy { name: next.address().to_owned(), problem }
}

/// Returns when `client` is gone, and takes nothing of what it sends. Behind what it has sent its end can't be seen.
async fn hung_up(client: &TcpStream) {
    if matches!(client.peek(&mut [0]).await, Ok(1..)) {
        std::future::pending().await
    }
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn ns_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
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
    fn brackets_are_no_part_of_an_address() {
        assert_eq!(Allowed::from_iter(["[FE80::1]".to_owned()]), Allowed(vec!["fe80::1".into()]));
    }
}
