//! One GET over a connection of its own, to the bytes of its answer: every operation waits in the connection's way, every
//! step is noted.
//!
//! When it is sent and read beside others, and what an answer must hold, is for the clients.

use std::sync::Arc;

use measure::marks::Marks;
use measure::trace::Step;
use rustls::ClientConfig;

use super::stream::{Lane, Stream};
use super::ways::Ways;
use crate::answer::LONGEST_BODY;
use crate::clients::USER_AGENT;
use crate::target::Target;
use crate::{ErrorKind, FetchError};

/// How a client reads: by which of two operations of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As the HTTP client of Python 2.7.
    Recv,
    /// As that of Python 3.7.
    RecvInto,
}

/// A connection that stands, for one request.
pub(super) struct Exchange<'a> {
    stream: Stream<'a>,
    lane: Lane<'a>,
    marks: &'a Marks,
}

impl<'a> Exchange<'a> {
    /// Connects to `target`, with a handshake if there is a configuration for it.
    pub(super) async fn open(
        target: &Target,
        tls: Option<&Arc<ClientConfig>>,
        ways: Ways,
        lane: Lane<'a>,
        marks: &'a Marks,
    ) -> Result<Exchange<'a>, FetchError> {
        let stream = Stream::connect(target.addr, ways, lane).await;
        let mut stream = stream.map_err(|error| ErrorKind::Connect.because(error))?;
        marks.connected();
        if let Some(config) = tls {
            lane.note(Step::Handshake);
            stream.handshake(config, &target.host).await.map_err(|error| ErrorKind::Tls.because(error))?;
            marks.secured();
            lane.note(Step::Secured);
        }
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

    /// Reads until the answer is complete: its status and its body.
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
                return Err(ErrorKind::Http.because("the connection ended before the answer was complete"));
            }
            answer.extend_from_slice(&bytes);
            if let Some((status, body)) = complete(&answer)? {
                return Ok((status, body.to_vec()));
            }
        }
    }
}

/// A path or a URL with the request's number, as the talk's scripts have it: every answer names it back.
pub(super) fn paged(path: &str, request: u64) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}page={request}")
}

fn get(target: &Target, request: u64) -> Vec<u8> {
    let host = String::from_utf8_lossy(target.authority.as_bytes());
    let path = paged(target.path.path_and_query().map_or("/", |path| path.as_str()), request);
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\n\r\n").into_bytes()
}

/// The status and the body of an answer that is all there; `None` while some is to come.
fn complete(answer: &[u8]) -> Result<Option<(u16, &[u8])>, FetchError> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(answer).map_err(|error| ErrorKind::Http.because(error))?;
    let httparse::Status::Complete(head) = parsed else { return Ok(None) };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse::<usize>().ok());
    let Some(length) = length.filter(|length| *length <= LONGEST_BODY) else {
        return Err(ErrorKind::Http.because("the answer does not tell its length"));
    };
    let body = &answer[head..];
    let Some(status) = response.code else { return Err(ErrorKind::Http.because("the answer has no status")) };
    Ok((body.len() >= length).then(|| (status, &body[..length])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_when_its_length_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(complete(answer).unwrap(), Some((200, &b"abc"[..])));
        for cut in 0..answer.len() {
            assert_eq!(complete(&answer[..cut]).unwrap(), None, "{cut}");
        }
        assert!(complete(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "without a length nobody knows when it ends");
        assert!(complete(b"SSH-2.0\r\n\r\n").is_err());
    }
}
