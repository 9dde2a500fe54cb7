//! `--origin`: one of ours by name, or a server of the user's by its URL.

use std::fmt;
use std::net::ToSocketAddrs;
use std::str::FromStr;

use harness::OriginSpec;
use measure::protocol::Target;
use origin::{Choice, EmbeddedProgram};
use url::Url;
use workload::Path;

use crate::failure::Failure;
use crate::interrupt;

/// What `--origin` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OriginFlag {
    Ours(Choice),
    Theirs(Url),
}

impl FromStr for OriginFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<OriginFlag, String> {
        if !text.contains("://") {
            return text.parse().map(OriginFlag::Ours).map_err(|error: origin::Error| format!("{error}, or a URL"));
        }
        let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL: {error}"))?;
        match (url.scheme(), url.host_str(), url.username(), url.password()) {
            ("http" | "https", Some(_), "", None) => Ok(OriginFlag::Theirs(url)),
            ("http" | "https", ..) => Err("give a URL with a host, and without a user or password".to_owned()),
            _ => Err(format!("{text:?} is neither http nor https")),
        }
    }
}

impl fmt::Display for OriginFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OriginFlag::Ours(choice) => choice.fmt(f),
            OriginFlag::Theirs(url) => url.fmt(f),
        }
    }
}

impl OriginFlag {
    /// Whether cells over TLS (or those without) are the ones that can fetch it; `None`: both can.
    pub(crate) fn wants_tls(&self) -> Option<bool> {
        match self {
            OriginFlag::Ours(_) => None,
            OriginFlag::Theirs(url) => Some(url.scheme() == "https"),
        }
    }

    /// The path that a URL names.
    pub(crate) fn path(&self) -> Result<Option<Path>, Failure> {
        let OriginFlag::Theirs(url) = self else { return Ok(None) };
        let text = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        text.parse().map(Some).map_err(|error: workload::PathError| Failure::Usage(error.to_string()))
    }

    /// What to fetch from, and why, in one line. `path` is what is fetched of a URL. A server off this machine is only
    /// taken with `may_load` and limits that were given.
    pub(crate) fn spec(
        &self,
        path: Option<&Path>,
        embedded: EmbeddedProgram,
        may_load: bool,
        limited: bool,
    ) -> Result<(OriginSpec, String), Failure> {
        let url = match self {
            OriginFlag::Ours(choice) => {
                let interrupt = interrupt::flag()?;
                let (kind, why) = origin::choose(*choice, embedded, &mut |line| terminal::say(line), &interrupt)?;
                return Ok((OriginSpec::Ours(kind), why));
            }
            OriginFlag::Theirs(url) => url,
        };
        let target = target(url, path)?;
        let allowed = target.addr.ip().is_loopback() || (may_load && limited);
        if !allowed {
            return Err(Failure::Usage(format!(
                "{} is not on this machine: only with --i-may-load-this-host, -n and -c will it be loaded",
                target.host
            )));
        }
        Ok((OriginSpec::Theirs(target), "asked for".to_owned()))
    }
}

fn target(url: &Url, path: Option<&Path>) -> Result<Target, Failure> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let unknown = |reason: String| Failure::Usage(format!("looking up {host}: {reason}"));
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
    fn names_and_urls_are_told_apart() {
        assert_eq!("embedded".parse(), Ok(OriginFlag::Ours(Choice::Embedded)));
        let asked: OriginFlag = "https://127.0.0.1:8443/a?b=c".parse().unwrap();
        assert_eq!((asked.wants_tls(), asked.path().unwrap().unwrap().as_str()), (Some(true), "/a?b=c"));
        for text in ["nginx", "ftp://x/", "http://", "https://user:secret@x/"] {
            assert!(text.parse::<OriginFlag>().is_err(), "{text} was taken");
        }
    }

    #[test]
    fn a_host_elsewhere_is_not_loaded_unasked() {
        let asked: OriginFlag = "http://192.0.2.1/".parse().unwrap();
        let program = || EmbeddedProgram { exe: "x".into(), leading_args: Vec::new() };
        for (may_load, limited) in [(false, true), (true, false)] {
            let error = asked.spec(None, program(), may_load, limited).unwrap_err().to_string();
            assert!(error.contains("--i-may-load-this-host"), "{error}");
        }
        assert!(asked.spec(None, program(), true, true).is_ok());
    }

    #[test]
    fn the_path_asked_for_replaces_that_of_the_url() {
        let url = Url::parse("http://127.0.0.1:1/a?b=c").unwrap();
        let path: Path = "/d?e".parse().unwrap();
        assert_eq!(target(&url, Some(&path)).unwrap().url, "http://127.0.0.1:1/d?e");
        assert_eq!(target(&url, None).unwrap().url, "http://127.0.0.1:1/a?b=c");
    }
}
