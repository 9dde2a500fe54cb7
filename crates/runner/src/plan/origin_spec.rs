//! The origin of a run: one of tlstax's, or the user's server.
//!
//! `--origin` requests it, and it is found before the run is planned. The modules that carry out the plan start it.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::AtomicBool;

use measure::result::OriginInfo;
use origin::{Choice, EmbeddedProgram, Kind};
use url::Url;
use workload::{Path, PathError};

use crate::plan::request_body::RequestBody;
use crate::plan::user_server::{LoadConsent, UserServer, UserServerError};
use crate::plan::verification::Verification;

/// One of tlstax's origins, or the user's server. When it is requested, the former is a choice and the latter a URL.
/// Once it is found, the former is a program, and the latter has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginSpec<Ours = Choice, Theirs = Url> {
    /// One of tlstax's origins.
    Ours(Ours),
    /// A server of the user's: it has no ledger, so nothing is proved, and nothing is pinned.
    Theirs(Theirs),
}

/// Why an origin cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum OriginSpecError {
    /// One of our origins is not available.
    #[error(transparent)]
    Ours(#[from] origin::Error),
    /// A server of the user's cannot be used.
    #[error(transparent)]
    Theirs(#[from] UserServerError),
}

impl FromStr for OriginSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<OriginSpec, String> {
        if !text.contains("://") {
            return text.parse().map(OriginSpec::Ours).map_err(|error: origin::Error| format!("{error}, or a URL"));
        }
        let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL: {error}"))?;
        match (url.scheme(), url.host_str(), url.username(), url.password()) {
            ("http" | "https", Some(_), "", None) => Ok(OriginSpec::Theirs(url)),
            ("http" | "https", ..) => Err("give a URL with a host, and without a user or password".to_owned()),
            _ => Err(format!("{text:?} is neither http nor https")),
        }
    }
}

impl fmt::Display for OriginSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OriginSpec::Ours(choice) => choice.fmt(f),
            OriginSpec::Theirs(url) => url.fmt(f),
        }
    }
}

impl OriginSpec {
    /// Whether it is one of tlstax's origins.
    pub fn is_ours(&self) -> bool {
        matches!(self, OriginSpec::Ours(_))
    }

    /// Whether only cells with TLS (or only those without) can fetch from it; `None`: both can.
    pub fn wants_tls(&self) -> Option<bool> {
        match self {
            OriginSpec::Ours(_) => None,
            OriginSpec::Theirs(url) => Some(url.scheme() == "https"),
        }
    }

    /// The path that a URL names.
    ///
    /// # Errors
    /// When it cannot be fetched.
    pub fn path(&self) -> Result<Option<Path>, PathError> {
        let OriginSpec::Theirs(url) = self else { return Ok(None) };
        let text = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        text.parse().map(Some)
    }

    /// Finds the origin, and returns one line that says why it was chosen. `path` is fetched from the user's server
    /// instead of its URL's own path. `embedded` is the program of the embedded origin; `say` receives a message before
    /// a step that takes long, which ends once `interrupt` is true.
    ///
    /// # Errors
    ///
    /// When one of our origins is not available, a host is unknown, or `consent` does not allow loading it.
    pub fn find(
        &self,
        path: Option<&Path>,
        consent: LoadConsent,
        embedded: EmbeddedProgram,
        say: &mut dyn FnMut(&str),
        interrupt: &AtomicBool,
    ) -> Result<(OriginSpec<Kind, UserServer>, String), OriginSpecError> {
        match self {
            OriginSpec::Ours(choice) => {
                let (kind, why) = origin::choose(*choice, embedded, say, interrupt)?;
                Ok((OriginSpec::Ours(kind), why))
            }
            OriginSpec::Theirs(url) => {
                Ok((OriginSpec::Theirs(UserServer::find(url, path, consent)?), "asked for".to_owned()))
            }
        }
    }
}

impl OriginSpec<Kind, UserServer> {
    /// The same; a server of the user's has that verification, and every request to it that body.
    pub fn asked(self, verification: Verification, body: Option<RequestBody>) -> Self {
        match self {
            OriginSpec::Ours(kind) => OriginSpec::Ours(kind),
            OriginSpec::Theirs(server) => OriginSpec::Theirs(UserServer { verification, body, ..server }),
        }
    }

    /// Its description in `run.json`: `why` it was chosen, and how many listeners each transport of tlstax's origin has.
    /// The version is only known once it runs.
    pub(crate) fn info(&self, why: String, ports: u16) -> OriginInfo {
        match self {
            OriginSpec::Ours(kind) => OriginInfo {
                name: kind.name().to_owned(),
                version: String::new(),
                why,
                ports: usize::from(ports),
                verification: None,
            },
            OriginSpec::Theirs(UserServer { target, verification, .. }) => OriginInfo {
                name: target.url.clone(),
                version: target.addr.to_string(),
                why,
                ports: 1,
                verification: verification.info(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_urls_are_told_apart() {
        assert_eq!("embedded".parse::<OriginSpec>(), Ok(OriginSpec::Ours(Choice::Embedded)));
        let asked: OriginSpec = "https://127.0.0.1:8443/a?b=c".parse().unwrap();
        assert_eq!((asked.wants_tls(), asked.path().unwrap().unwrap().as_str()), (Some(true), "/a?b=c"));
        for text in ["nginx", "ftp://x/", "http://", "https://user:secret@x/"] {
            assert!(text.parse::<OriginSpec>().is_err(), "{text} was taken");
        }
    }

    #[test]
    fn a_host_elsewhere_is_not_loaded_unasked() {
        let asked: OriginSpec = "http://192.0.2.1/".parse().unwrap();
        let find = |may_load, limited| {
            let program = EmbeddedProgram { exe: "x".into(), leading_args: Vec::new() };
            asked.find(None, LoadConsent { may_load, limited }, program, &mut |_| (), &AtomicBool::new(false))
        };
        for (may_load, limited) in [(false, true), (true, false)] {
            let error = find(may_load, limited).unwrap_err().to_string();
            assert!(error.contains("--i-may-load-this-host"), "{error}");
        }
        assert!(find(true, true).is_ok());
    }
}
