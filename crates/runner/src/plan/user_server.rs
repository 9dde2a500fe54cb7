//! A server of the user's: looked up by its URL, and put under load only if that is allowed.

use std::net::ToSocketAddrs;

use measure::protocol::Target;
use url::Url;
use workload::Path;

use crate::plan::request_body::RequestBody;
use crate::plan::verification::Verification;

/// A server of the user's, of which only the address is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserServer {
    pub(crate) target: Target,
    /// How its certificate is verified.
    pub(crate) verification: Verification,
    /// The body of every request, if they have one.
    pub(crate) body: Option<RequestBody>,
}

/// The user's consent to put load on a server that is not on this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadConsent {
    /// Whether the user allows the load.
    pub may_load: bool,
    /// Whether the user has set the number of requests and the concurrency.
    pub limited: bool,
}

/// Why a server of the user's cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UserServerError {
    /// Its name cannot be resolved.
    #[error("looking up {host}: {reason}")]
    Unknown {
        /// The name.
        host: String,
        /// The reason.
        reason: String,
    },
    /// It is not on this machine, and the user has not given the full consent.
    #[error("{0} is not on this machine: only with --i-may-load-this-host, -n and -c will it be loaded")]
    Elsewhere(String),
}

impl UserServer {
    /// The server of `url`; `path` replaces the URL's own path.
    ///
    /// # Errors
    ///
    /// When its host is unknown, or when it is not on this machine and `consent` is incomplete.
    pub(crate) fn find(url: &Url, path: Option<&Path>, consent: LoadConsent) -> Result<UserServer, UserServerError> {
        let target = target(url, path)?;
        let allowed = target.addr.ip().is_loopback() || (consent.may_load && consent.limited);
        match allowed {
            true => Ok(UserServer { target, verification: Verification::default(), body: None }),
            false => Err(UserServerError::Elsewhere(target.host)),
        }
    }
}

fn target(url: &Url, path: Option<&Path>) -> Result<Target, UserServerError> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let unknown = |reason: String| UserServerError::Unknown { host: host.clone(), reason };
    let mut addresses = (host.as_str(), port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?;
    // IPv4 first: a server on localhost often listens only there.
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
