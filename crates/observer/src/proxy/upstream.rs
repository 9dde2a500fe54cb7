//! The proxy that the user's environment names already: connections go on through it, as they would have done unobserved.
//!
//! Which hosts go by which is decided by an HTTP library's rules for these variables. Only proxies that are spoken to in plain
//! HTTP are gone through.

use std::io;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};

use super::happy_eyeballs;
use crate::Error;
use crate::variables::PROXIES;

/// The longest head of an answer that is read, bytes.
const LONGEST: usize = 32 << 10;

/// The most header lines of it that are read.
const MOST_HEADERS: usize = 128;

/// Which hosts are reached through which proxy.
#[derive(Debug, Default)]
pub struct Upstream {
    matcher: Option<Matcher>,
    /// `host:port` of the proxies, without passwords.
    names: Vec<String>,
}

impl Upstream {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in either spelling.
    ///
    /// # Errors
    /// [`Error::Upstream`] where one of them names what can't be gone through.
    pub fn of_environment() -> Result<Upstream, Error> {
        let mut names = Vec::new();
        for variable in PROXIES {
            let Some(value) = std::env::var_os(variable).filter(|value| !value.is_empty()) else { continue };
            let value = value.to_string_lossy();
            let name = named(&value).ok_or_else(|| Error::Upstream { variable: variable.to_owned() })?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(Upstream { matcher: Some(Matcher::from_env()), names })
    }

    /// Its proxies, for people; `None` without any.
    pub(crate) fn name(&self) -> Option<String> {
        (!self.names.is_empty()).then(|| self.names.join(", "))
    }

    /// What leads to `target`, which is `host:port`; `None` where it is reached without.
    pub(super) fn towards(&self, scheme: &str, target: &str) -> Option<Next> {
        let uri: Uri = format!("{scheme}://{target}").parse().ok()?;
        Next::of(&self.matcher.as_ref()?.intercept(&uri)?)
    }
}

/// What a variable's value names, if it is a proxy that is spoken to in plain HTTP.
fn named(value: &str) -> Option<String> {
    let any = Matcher::builder().all(value).build().intercept(&Uri::from_static("http://host.invalid"))?;
    Next::of(&any).map(|next| next.address)
}

/// A proxy on the way to a host.
#[derive(Debug, Clone)]
pub(super) struct Next {
    /// Its `host:port`.
    address: String,
    /// What it wants in `Proxy-Authorization`.
    pub(super) authorization: Option<HeaderValue>,
}

/// Why it led nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("connecting to it: {0}")]
    Io(#[from] io::Error),
    #[error("it answered {0}")]
    Refused(String),
    #[error("its answer is no HTTP: {0}")]
    NoHttp(#[from] httparse::Error),
    #[error("the head of its answer is longer than {LONGEST} bytes")]
    TooLong,
}

impl Next {
    fn of(intercept: &Intercept) -> Option<Next> {
        let uri = intercept.uri();
        let host = uri.host().filter(|_| uri.scheme_str() == Some("http"))?;
        let address = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        Some(Next { address, authorization: intercept.basic_auth().cloned() })
    }

    /// Its `host:port`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// A connection to it.
    pub(super) async fn connect(&self) -> Result<TcpStream, Problem> {
        let addresses: Vec<_> = lookup_host(&self.address).await?.collect();
        Ok(happy_eyeballs::connect(&addresses).await?)
    }

    /// A tunnel to `target`, and what has come through it already.
    pub(super) async fn tunnel(&self, target: &str) -> Result<(TcpStream, Vec<u8>), Problem> {
        let mut stream = self.connect().await?;
        let mut head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
        if let Some(authorization) = &self.authorization {
            head.extend_from_slice(b"Proxy-Authorization: ");
            head.extend_from_slice(authorization.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        stream.write_all(&head).await?;
        let mut answer = Vec::with_capacity(1024);
        loop {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            if let Some(length) = accepted(&answer)? {
                return Ok((stream, answer.split_off(length)));
            }
            if answer.len() > LONGEST {
                return Err(Problem::TooLong);
            }
        }
    }
}

/// How long the head is that `answer` begins with, if that opens the tunnel (RFC 9110 §9.3.6); `None` where more must come.
fn accepted(answer: &[u8]) -> Result<Option<usize>, Problem> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(answer)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(Some(length));
    }
    Err(Problem::Refused(format!("{status} {}", response.reason.unwrap_or_default()).trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_without_its_password_and_others_than_http_are_not_gone_through() {
        for (value, name) in [
            ("http://proxy.test:3128", Some("proxy.test:3128")),
            ("http://user:word@proxy.test", Some("proxy.test:80")),
            ("proxy.test:3128", Some("proxy.test:3128")),
            ("http://[::1]:3128/", Some("[::1]:3128")),
            ("https://proxy.test:3128", None),
            ("socks5h://proxy.test:1080", None),
            ("http://", None),
        ] {
            assert_eq!(named(value).as_deref(), name, "{value}");
        }
    }

    #[test]
    fn who_goes_by_none_is_found_and_a_password_is_sent() {
        let matcher = Matcher::builder().https("http://user:word@proxy.test:3128").no("inside.test,10.0.0.0/8").build();
        let upstream = Upstream { matcher: Some(matcher), names: Vec::new() };
        let next = upstream.towards("https", "api.test:443").unwrap();
        assert_eq!(next.address(), "proxy.test:3128");
        assert_eq!(next.authorization.unwrap(), "Basic dXNlcjp3b3Jk");
        for (scheme, target) in [("https", "www.inside.test:443"), ("https", "10.1.2.3:443"), ("http", "api.test:80")] {
            assert!(upstream.towards(scheme, target).is_none(), "{target}");
        }
        assert!(Upstream::default().towards("https", "api.test:443").is_none());
    }

    #[test]
    fn an_answer_opens_the_tunnel_or_says_why_not() {
        assert_eq!(accepted(b"HTTP/1.1 200 OK\r\nVia: a\r\n\r\nmore").unwrap(), Some(27));
        assert_eq!(accepted(b"HTTP/1.1 200 OK\r\nVia").unwrap(), None);
        let refused = accepted(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap_err().to_string();
        assert_eq!(refused, "it answered 407 Proxy Authentication Required");
        assert!(matches!(accepted(b"SSH-2.0-x\r\n"), Err(Problem::NoHttp(_))));
    }
}
