//! The targets of requests, parsed once so that no request pays for it.

use std::net::SocketAddr;

use hyper::Uri;
use hyper::http::HeaderValue;
use measure::protocol;
use workload::Connection;

use crate::PrepareError;

/// One URL, in the forms that clients need.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The whole URL, as the origin echoes it.
    pub(crate) url: String,
    /// The same, parsed.
    pub(crate) uri: Uri,
    /// Path and query alone: the request target of RFC 9112 §3.2.1.
    pub(crate) path: Uri,
    /// The Host header.
    pub(crate) authority: HeaderValue,
    /// The server's name, for SNI and verification.
    pub(crate) host: String,
    /// The address that it listens on.
    pub(crate) addr: SocketAddr,
}

/// All targets of a trial. Never empty.
#[derive(Debug)]
pub(crate) struct Targets(Vec<Target>);

impl Targets {
    /// Parses the targets of a job.
    pub(crate) fn parse(targets: &[protocol::Target]) -> Result<Targets, PrepareError> {
        let parsed: Vec<Target> = targets.iter().map(parse).collect::<Result<_, _>>()?;
        match parsed.is_empty() {
            false => Ok(Targets(parsed)),
            true => Err(PrepareError::Target { url: String::new(), reason: "the job names no target".to_owned() }),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them, in the order of their numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Target> {
        self.0.iter()
    }

    /// The number of the target that a request goes to. Kept connections stay with their slot's target; new ones take
    /// the targets in turn, so that no single port accumulates all the sockets in TIME_WAIT.
    pub(crate) fn pick(&self, connection: Connection, slot: u32, request: u64) -> usize {
        let turn = match connection {
            // A session can only be resumed with the server that it was made with.
            Connection::KeepAlive | Connection::KeepAliveFor(_) | Connection::Resumed => u64::from(slot),
            Connection::NewConn | Connection::NewClient | Connection::Own => request,
        };
        (turn % self.0.len() as u64) as usize
    }

    /// The target of that number, as [`Targets::pick`] gives it.
    pub(crate) fn get(&self, number: usize) -> &Target {
        &self.0[number % self.0.len()]
    }
}

fn parse(target: &protocol::Target) -> Result<Target, PrepareError> {
    let refuse = |reason: String| PrepareError::Target { url: target.url.clone(), reason };
    let uri: Uri = target.url.parse().map_err(|error: hyper::http::uri::InvalidUri| refuse(error.to_string()))?;
    let authority = uri.authority().ok_or_else(|| refuse("it names no host".to_owned()))?;
    let authority = HeaderValue::from_str(authority.as_str()).map_err(|error| refuse(error.to_string()))?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let path = path.parse().map_err(|error: hyper::http::uri::InvalidUri| refuse(error.to_string()))?;
    Ok(Target { url: target.url.clone(), path, authority, host: target.host.clone(), addr: target.addr, uri })
}
