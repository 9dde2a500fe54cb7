//! Reads the head of the first request of a connection to the proxy, and parses what the proxy needs.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, timeout_at};

/// The longest head that is read, bytes: twice what servers usually accept.
const LONGEST: usize = 32 << 10;

/// How long a client may take to send it. A client that sends nothing must not hold a permit that others need.
pub(super) const WITHIN: Duration = Duration::from_secs(10);

/// The most header lines that are read.
const MOST_HEADERS: usize = 128;

/// A request's head, and the bytes that were read after it.
pub(super) struct Head {
    pub(super) request_kind: ProxyRequest,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<String>,
    bytes: Vec<u8>,
    length: usize,
}

/// What a proxy is requested to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ProxyRequest {
    /// Connect to this `host:port`.
    Tunnel(String),
    /// Forward the request.
    Forward,
}

/// Why a head can't be read or parsed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("the request's head is longer than {LONGEST} bytes")]
    TooLong,
    #[error("this is not a request to an HTTP proxy: {0}")]
    NoHttp(#[from] httparse::Error),
    #[error("CONNECT needs host:port, not {0:?}")]
    Target(String),
    #[error("the request's head did not arrive in time")]
    Late,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Head {
    /// All bytes that were read, the head included.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes that were read after the head.
    pub(super) fn after(&self) -> &[u8] {
        self.bytes.get(self.length..).unwrap_or_default()
    }
}

/// Reads the head of `client`'s first request; `None` if it closes the connection, or the time is over, before it has
/// sent anything.
pub(super) async fn read(client: &mut TcpStream, within: Duration) -> Result<Option<Head>, Problem> {
    let until = Instant::now() + within;
    let mut bytes = Vec::with_capacity(1024);
    loop {
        let read = match timeout_at(until, client.read_buf(&mut bytes)).await {
            Ok(read) => read?,
            Err(_) if bytes.is_empty() => return Ok(None),
            Err(_) => return Err(Problem::Late),
        };
        if let Some(head) = parse(&mut bytes)? {
            return Ok(Some(head));
        }
        match read {
            0 if bytes.is_empty() => return Ok(None),
            0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            _ if bytes.len() > LONGEST => return Err(Problem::TooLong),
            _ => {}
        }
    }
}

/// Parses the head at the beginning of `bytes` and takes them; `None` if the head is incomplete.
fn parse(bytes: &mut Vec<u8>) -> Result<Option<Head>, Problem> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = request.parse(bytes)? else { return Ok(None) };
    let authorization = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("proxy-authorization"));
    let authorization = authorization.map(|header| String::from_utf8_lossy(header.value).into_owned());
    let request_kind = match (request.method, request.path) {
        (Some("CONNECT"), Some(target)) => ProxyRequest::Tunnel(checked(target)?),
        _ => ProxyRequest::Forward,
    };
    Ok(Some(Head { request_kind, authorization, length, bytes: std::mem::take(bytes) }))
}

/// Checks that a target is `host:port`, with both parts and no user before them (RFC 9110 §9.3.6): different parsers
/// could take a different part for the host.
fn checked(target: &str) -> Result<String, Problem> {
    let is_host = |host: &str| !host.is_empty() && !host.contains(['@', '/', '?', '#', '\\']);
    let is_whole = target.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && port.parse::<u16>().is_ok());
    if is_whole { Ok(target.to_ascii_lowercase()) } else { Err(Problem::Target(target.chars().take(100).collect())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<Head>, Problem> {
        parse(&mut text.as_bytes().to_vec())
    }

    #[test]
    fn a_tunnel_is_understood_with_its_password_and_what_follows() {
        let head =
            head("CONNECT Api.Test:443 HTTP/1.1\r\nproxy-authorization: Basic abc\r\n\r\n\x16\x03").unwrap().unwrap();
        assert_eq!(head.request_kind, ProxyRequest::Tunnel("api.test:443".into()));
        assert_eq!(head.authorization.as_deref(), Some("Basic abc"));
        assert_eq!(head.after(), [0x16, 3]);
    }

    #[test]
    fn who_says_nothing_or_stops_is_not_waited_for() {
        use std::io::Write;
        let waiting = |said: &'static [u8]| async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            client.write_all(said).unwrap();
            let (mut stream, _) = listener.accept().await.unwrap();
            read(&mut stream, Duration::from_millis(50)).await
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert!(matches!(runtime.block_on(waiting(b"")), Ok(None)));
        assert!(matches!(runtime.block_on(waiting(b"CONNECT api.test:443")), Err(Problem::Late)));
    }

    #[test]
    fn anything_else_is_to_be_forwarded() {
        let head = head("GET http://api.test/ HTTP/1.1\r\n\r\n").unwrap().unwrap();
        assert_eq!((head.request_kind.clone(), head.after().len()), (ProxyRequest::Forward, 0));
    }

    #[test]
    fn a_part_waits_for_the_rest_and_nonsense_does_not() {
        assert!(head("CONNECT api.test:443 HTTP/1.1\r\nHost: a").unwrap().is_none());
        assert!(matches!(head("\x16\x03\x01 hello"), Err(Problem::NoHttp(_))));
        for target in ["api.test", ":443", "api.test:99999", "api.test:", "user@api.test:443", "a/b:443"] {
            assert!(matches!(head(&format!("CONNECT {target} HTTP/1.1\r\n\r\n")), Err(Problem::Target(_))), "{target}");
        }
    }
}
