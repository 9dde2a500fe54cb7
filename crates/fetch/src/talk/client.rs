//! The client of the stages: a new connection per request, every operation of it waiting in the stage's way, every step of
//! it noted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use measure::marks::Marks;
use measure::trace::Step;
use rustls::ClientConfig;
use serde_json::Value;

use super::stream::{Lane, Stream};
use super::ways::Ways;
use crate::answer::LONGEST_BODY;
use crate::clients::{Shared, USER_AGENT};
use crate::slot::AsyncClient;
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

/// One slot's client.
pub(crate) struct StageClient {
    shared: Shared,
    tls: Option<Arc<ClientConfig>>,
    ways: Ways,
    reading: Reading,
    /// Where all requests meet between sending and reading, in the stage that sends them all first.
    meet: Option<Arc<Meeting>>,
    marks: Marks,
}

/// Where requests wait for each other between sending and reading.
#[derive(Default)]
struct Meeting {
    begun: AtomicU64,
    sent: AtomicU64,
}

impl Meeting {
    fn begins(&self) {
        self.begun.fetch_add(1, Relaxed);
    }

    /// One more is sent. Returns when all that have begun are: on one thread others have their turn at every yield.
    async fn sent(&self) {
        self.sent.fetch_add(1, Relaxed);
        while self.sent.load(Relaxed) < self.begun.load(Relaxed) {
            tokio::task::yield_now().await;
        }
    }
}

/// A client per slot. With `meet` all of them send before any reads.
pub(crate) fn clients(shared: &Shared, slots: u32, ways: Ways, reading: Reading, meet: bool) -> Vec<StageClient> {
    let meet = meet.then(Arc::default);
    let client = |_| StageClient {
        shared: shared.clone(),
        tls: shared.tls.rustls(),
        ways,
        reading,
        meet: meet.clone(),
        marks: Marks::default(),
    };
    (0..slots).map(client).collect()
}

impl AsyncClient for StageClient {
    async fn fetch(&mut self, request: u64) -> Result<(), FetchError> {
        let tracer = Arc::clone(&self.shared.tracer);
        let lane = Lane { tracer: &tracer, request };
        lane.note(Step::Start);
        if let Some(meet) = &self.meet {
            meet.begins();
        }
        let targets = Arc::clone(&self.shared.targets);
        let target = targets.get(targets.pick(self.shared.connection, 0, request));
        let mut stream = self.open(target, lane).await?;

        lane.note(Step::Sending);
        stream.send(&get(target, request)).await.map_err(|error| ErrorKind::Http.because(error))?;
        self.marks.wrote();
        lane.note(Step::Sent);
        if let Some(meet) = &self.meet {
            meet.sent().await;
        }
        lane.note(Step::Reading);
        let (status, body) = self.answer(&mut stream, lane).await?;
        check(&self.shared, target, request, status, &body)?;
        lane.note(Step::Done);
        Ok(())
    }

    fn marks(&self) -> &Marks {
        &self.marks
    }
}

impl StageClient {
    async fn open<'a>(&self, target: &Target, lane: Lane<'a>) -> Result<Stream<'a>, FetchError> {
        let stream = Stream::connect(target.addr, self.ways, lane).await;
        let mut stream = stream.map_err(|error| ErrorKind::Connect.because(error))?;
        self.marks.connected();
        if let Some(config) = &self.tls {
            lane.note(Step::Handshake);
            stream.handshake(config, &target.host).await.map_err(|error| ErrorKind::Tls.because(error))?;
            self.marks.secured();
            lane.note(Step::Secured);
        }
        Ok(stream)
    }

    /// Reads until the answer is complete: its status and its body.
    async fn answer(&self, stream: &mut Stream<'_>, lane: Lane<'_>) -> Result<(u16, Vec<u8>), FetchError> {
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let bytes = match self.reading {
                Reading::Recv => stream.recv().await,
                Reading::RecvInto => stream.recv_into(&mut buffer).await.map(|count| buffer[..count].to_vec()),
            };
            let bytes = bytes.map_err(|error| ErrorKind::Http.because(error))?;
            if answer.is_empty() && !bytes.is_empty() {
                self.marks.read();
                lane.note(Step::FirstByte);
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

/// The request's number, as the talk's scripts have it: every answer names it back.
fn path(target: &Target, request: u64) -> String {
    let path = target.path.path_and_query().map_or("/", |path| path.as_str());
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}page={request}")
}

fn get(target: &Target, request: u64) -> Vec<u8> {
    let host = String::from_utf8_lossy(target.authority.as_bytes());
    let path = path(target, request);
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

/// Every answer is to the request that asked: status 200, and the page of its own.
fn check(shared: &Shared, target: &Target, request: u64, status: u16, body: &[u8]) -> Result<(), FetchError> {
    let expected = shared.checker.status();
    if status != expected {
        return Err(ErrorKind::Status.because(format!("{status} instead of {expected}")));
    }
    let json: Value = serde_json::from_slice(body)
        .map_err(|error| ErrorKind::Content.because(format!("not the JSON that was expected: {error}")))?;
    let asked = format!("page={request}");
    match json.get("url").and_then(Value::as_str) {
        Some(url) if url.split(['?', '&']).any(|part| part == asked) => Ok(()),
        url => {
            Err(ErrorKind::Content
                .because(format!("the answer is to {url:?}, {asked} of {} was asked for", target.url)))
        }
    }
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
