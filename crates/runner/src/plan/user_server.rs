//! A server of the user's: looked up by its URL, and loaded only where that is allowed.

use std::net::ToSocketAddrs;

use measure::protocol::Target;
use url::Url;
use workload::Path;

/// A server of the user's, of which nothing is known but its one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserServer {
    pub(crate) target: Target,
}

/// What the user says of loading a server off this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadConsent {
    /// That it may be loaded.
    pub may_load: bool,
    /// How much is fetched, and how much of that at once.
    pub limited: bool,
}

/// Why a server of the user's cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UserServerError {
    /// Its name stands for no address.
    #[error("looking up {host}: {reason}")]
    Unknown {
        /// The name.
        host: String,
        /// Why.
        reason: String,
    },
    /// It is off this machine, and the user did not say all that it takes to load it.
    #[error("{0} is not on this machine: only with --i-may-load-this-host, -n and -c will it be loaded")]
    Elsewhere(String),
}

impl UserServer {
    /// The server of `url`, of which `path` is fetched where it is not the URL's own.
    ///
    /// # Errors
    /// When its host is not known, and when it is off this machine and `consent` is not whole.
    pub(crate) fn find(url: &Url, path: Option<&Path>, consent: LoadConsent) -> Result<UserServer, UserServerError> {
        let target = target(url, path)?;
        let allowed = target.addr.ip().is_loopback() || (consent.may_load && consent.limited);
        if allowed { Ok(UserServer { target }) } else { Err(UserServerError::Elsewhere(target.host)) }
    }
}

fn target(url: &Url, path: Option<&Path>) -> Result<Target, UserServerError> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let unknown = |reason: String| UserServerError::Unknown { host: host.clone(), reason };
    let mut addresses = (host.as_str(), port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?;
    // IPv4 first: a server on localhost often listens there alone.
    let first = addresses.next();
    let addr = addresses.chain(first).find(|addr| addr.is_ipv4()).or(first);
    let addr = addr.ok_or_else(|| unknown("it has no address".to_owned()))?;
    let mut url = url.clone();
    url.set_fragment(None);
    if let Some(path) = path {
        let (before_query, query) = path.as_str().split_once('?').map_or((path.as_str(), None), |(p, q)| (p, Some(q)));
        url.set_path(before_query);
        url.set_query(query);
    }
    Ok(Target { url: url.to_string(), host, addr })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_asked_for_replaces_that_of_the_url() {
        let url = Url::parse("http://127.0.0.1:1/a?b=c").unwrap();
        let path: Path = "/d?e".parse().unwrap();
        assert_eq!(target(&url, Some(&path)).unwrap().url, "http://127.0.0.1:1/d?e");
        assert_eq!(target(&url, None).unwrap().url, "http://127.0.0.1:1/a?b=c");
    }
}
