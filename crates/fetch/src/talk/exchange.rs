//! One GET over a connection of its own, up to the bytes of its response: every operation waits as the connection
//! prescribes, every step is traced.
//!
//! The clients decide when to send and to read, and check the response.

use std::sync::Arc;

use measure::marks::{RequestMarks, SetupMarks};
use measure::trace::Step;
use rustls::ClientConfig;

use super::stream::{Lane, Stream};
use super::ways::Ways;
use crate::clients::USER_AGENT;
use crate::response::complete;
use crate::target::Target;
use crate::{ErrorKind, FetchError};

/// Which of the connection's two operations a client reads with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As the HTTP client of Python 2.7.
    Recv,
    /// As that of Python 3.7.
    RecvInto,
}

/// An established connection, for one request.
pub(super) struct Exchange<'a> {
    stream: Stream<'a>,
    lane: Lane<'a>,
    marks: &'a RequestMarks,
}

impl<'a> Exchange<'a> {
    /// Connects to `target`, with a TLS handshake if there is a config for it.
    pub(super) async fn open(
        target: &Target,
        tls: Option<&Arc<ClientConfig>>,
        ways: Ways,
        lane: Lane<'a>,
        marks: &'a RequestMarks,
    ) -> Result<Exchange<'a>, FetchError> {
        let stream = Stream::connect(target.addr, ways, lane).await;
        let mut stream = stream.map_err(|error| ErrorKind::Connect.because(error))?;
        let mut setup = SetupMarks::connected();
        if let Some(config) = tls {
            lane.note(Step::Handshake);
            stream.handshake(config, &target.host).await.map_err(|error| ErrorKind::Tls.because(error))?;
            setup.secured();
            lane.note(Step::Secured);
        }
        marks.opened(setup);
        Ok(Exchange { stream, lane, marks })
    }

    /// Sends the request for page `request` of `target`.
    pub(super) async fn send(&mut self, target: &Target, request: u64) -> Result<(), FetchError> {
        self.lane.note(Step::Sending);
        self.stream.send(&get(target, request)).await.map_err(|error| ErrorKind::Http.because(error))?;
        self.marks.wrote();
        self.lane.note(Step::Sent);
        Ok(())
    }

    /// Reads until the response is complete; returns its status and its body.
    pub(super) async fn answer(&mut self, reading: Reading) -> Result<(u16, Vec<u8>), FetchError> {
        self.lane.note(Step::Reading);
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let bytes = match reading {
                Reading::Recv => self.stream.recv().await,
                Reading::RecvInto => self.stream.recv_into(&mut buffer).await.map(|count| buffer[..count].to_vec()),
            };
            let bytes = bytes.map_err(|error| ErrorKind::Http.because(error))?;
            if answer.is_empty() && !bytes.is_empty() {
                self.marks.read();
                self.lane.note(Step::FirstByte);
            }
            if bytes.is_empty() {
                return Err(ErrorKind::Http.because("the connection was closed before the response was complete"));
            }
            answer.extend_from_slice(&bytes);
            if let Some((status, body)) = complete(&answer)? {
                return Ok((status, body.to_vec()));
            }
        }
    }
}

/// A path or a URL with the request's number, as in the talk's scripts: every response repeats it.
pub(super) fn paged(path: &str, request: u64) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}page={request}")
}

fn get(target: &Target, request: u64) -> Vec<u8> {
    let host = String::from_utf8_lossy(target.authority.as_bytes());
    let path = paged(target.path.path_and_query().map_or("/", |path| path.as_str()), request);
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\n\r\n").into_bytes()
}
