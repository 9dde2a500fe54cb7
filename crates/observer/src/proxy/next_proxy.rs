//! An upstream proxy on the route to a host: connects to it and requests tunnels.

use std::io;

use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::Intercept;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::happy_eyeballs;
use crate::open_files;

/// The longest response head that is read, together with interim responses before it, bytes.
const LONGEST: usize = 32 << 10;

/// The most header lines of a response that are read.
const MOST_HEADERS: usize = 128;

/// An upstream proxy on the route to a host.
#[derive(Debug, Clone)]
pub(super) struct NextProxy {
    /// Its `host:port`.
    address: String,
    /// The value of `Proxy-Authorization` for it.
    pub(super) authorization: Option<HeaderValue>,
}

/// Why a host was not reached through the proxy.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("connecting to it: {0}")]
    Unconnected(#[source] io::Error),
    #[error("requesting a tunnel from it: {0}")]
    BrokeOff(#[from] io::Error),
    #[error("it closed the connection before its response was complete")]
    Ended,
    #[error("it responded {0}")]
    Refused(String),
    #[error("its response is not HTTP: {0}")]
    NoHttp(#[from] httparse::Error),
    #[error("the head of its response is longer than {LONGEST} bytes")]
    TooLong,
}

impl NextProxy {
    /// The proxy that `intercept` names; `None` if it does not use plain HTTP.
    pub(super) fn of(intercept: &Intercept) -> Option<NextProxy> {
        let uri = intercept.uri();
        let host = uri.host().filter(|_| uri.scheme_str() == Some("http"))?;
        let address = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        Some(NextProxy { address, authorization: intercept.basic_auth().cloned() })
    }

    /// Its `host:port`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Connects to it.
    pub(super) async fn connect(&self) -> Result<TcpStream, Problem> {
        let (addresses, _) = open_files::look_up(&self.address).await.map_err(Problem::Unconnected)?;
        happy_eyeballs::connect(&addresses).await.map_err(Problem::Unconnected)
    }

    /// Opens a tunnel to `target`. Returns it with the bytes that have come through it already.
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
                return Err(Problem::Ended);
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

/// The length of the response heads at the beginning of `answer`, if the last one opens the tunnel (RFC 9110 §9.3.6);
/// `None` if they are incomplete. Interim responses (1xx, RFC 9110 §15.2) are skipped.
fn accepted(answer: &[u8]) -> Result<Option<usize>, Problem> {
    let mut begins = 0;
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let rest = answer.get(begins..).unwrap_or_default();
        let httparse::Status::Complete(length) = response.parse(rest)? else { return Ok(None) };
        begins += length;
        let status = response.code.unwrap_or_default();
        match status {
            100..200 => {}
            200..300 => return Ok(Some(begins)),
            _ => return Err(Problem::Refused(words(status, response.reason.unwrap_or_default()))),
        }
    }
}

/// A status code with its reason phrase, which may be empty.
pub(super) fn words(status: u16, reason: &str) -> String {
    format!("{status} {reason}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_opens_the_tunnel_or_says_why_not() {
        assert_eq!(accepted(b"HTTP/1.1 200 OK\r\nVia: a\r\n\r\nmore").unwrap(), Some(27));
        assert_eq!(accepted(b"HTTP/1.1 200 OK\r\nVia").unwrap(), None);
        let refused = accepted(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap_err().to_string();
        assert_eq!(refused, "it responded 407 Proxy Authentication Required");
        assert!(matches!(accepted(b"SSH-2.0-x\r\n"), Err(Problem::NoHttp(_))));
    }

    #[test]
    fn an_answer_that_announces_another_is_passed_over() {
        let announced =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nmore";
        assert_eq!(accepted(announced).unwrap(), Some(announced.len() - 4));
        assert_eq!(accepted(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap(), None);
        assert!(matches!(accepted(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 502 No\r\n\r\n"), Err(Problem::Refused(_))));
    }

    #[test]
    fn one_that_hangs_up_instead_of_answering_was_connected_to() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let next = NextProxy { address: listener.local_addr().unwrap().to_string(), authorization: None };
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(std::io::Read::read(&mut stream, &mut [0; 1024]).unwrap() > 0);
        });
        let problem = runtime.block_on(next.tunnel("api.test:443")).unwrap_err();
        serving.join().unwrap();
        assert!(matches!(problem, Problem::Ended), "{problem}");
    }
}
