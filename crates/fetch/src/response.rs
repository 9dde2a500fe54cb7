//! Checks whether a response is the right one.
//!
//! The first response of each target is parsed and checked; later ones must hold the same bytes, which costs only a
//! comparison of memory. Both ways find a response that was truncated, belongs to another request or was made up.

use std::sync::OnceLock;

use workload::{Body, Expectation, Status};

use crate::target::Targets;
use crate::{ErrorKind, FetchError};

/// The longest body that is read, bytes. A longer one is an error, so that it cannot fill the memory.
pub(crate) const LONGEST_BODY: usize = 64 << 20;

/// Checks the responses of one trial.
#[derive(Debug)]
pub(crate) struct Checker {
    expectation: Expectation,
    /// The first right body of each target.
    first: Box<[OnceLock<Box<[u8]>>]>,
}

impl Checker {
    /// A checker for that many targets.
    pub(crate) fn new(expectation: Expectation, targets: &Targets) -> Checker {
        Checker { expectation, first: (0..targets.count()).map(|_| OnceLock::new()).collect() }
    }

    /// The status that every response must have.
    pub(crate) fn status(&self) -> Status {
        self.expectation.status
    }

    /// Checks the response to a request for target number `number`.
    pub(crate) fn check(&self, targets: &Targets, number: usize, status: u16, body: &[u8]) -> Result<(), FetchError> {
        if !self.expectation.status.allows(status) {
            return Err(ErrorKind::Status.because(format!("{status} instead of {}", self.expectation.status)));
        }
        let Some(slot) = self.first.get(number) else { return Ok(()) };
        match slot.get() {
            Some(first) => self.compare(first, body),
            None => {
                self.examine(&targets.get(number).url, body)?;
                // Of two first responses at once, the later one is compared like any other.
                match slot.set(body.into()) {
                    Ok(()) => Ok(()),
                    Err(_) => self.compare(slot.get().map_or(body, |first| first), body),
                }
            }
        }
    }

    fn examine(&self, url: &str, body: &[u8]) -> Result<(), FetchError> {
        match self.expectation.body {
            Body::Echo => echoes(url, body),
            Body::Sized { length, .. } => same_length(length, body),
            Body::SameLength | Body::Any => Ok(()),
        }
    }

    fn compare(&self, first: &[u8], body: &[u8]) -> Result<(), FetchError> {
        if self.expectation.body == Body::Any {
            return Ok(());
        }
        same_length(first.len() as u64, body)?;
        let repeats = matches!(self.expectation.body, Body::Echo | Body::Sized { repeats: true, .. });
        match repeats && first != body {
            true => Err(ErrorKind::Content.because("the body differs from the first one of the same URL")),
            false => Ok(()),
        }
    }
}

/// The status and the body of a response; `None` while it is incomplete.
pub(crate) fn complete(bytes: &[u8]) -> Result<Option<(u16, &[u8])>, FetchError> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(bytes).map_err(|error| ErrorKind::Http.because(error))?;
    let httparse::Status::Complete(head) = parsed else { return Ok(None) };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse::<usize>().ok());
    let Some(length) = length.filter(|length| *length <= LONGEST_BODY) else {
        return Err(ErrorKind::Http.because("the response does not state its length"));
    };
    let body = &bytes[head..];
    let Some(status) = response.code else { return Err(ErrorKind::Http.because("the response has no status")) };
    Ok((body.len() >= length).then(|| (status, &body[..length])))
}

fn same_length(expected: u64, body: &[u8]) -> Result<(), FetchError> {
    match body.len() as u64 == expected {
        true => Ok(()),
        false => Err(ErrorKind::Length.because(format!("{} bytes instead of {expected}", body.len()))),
    }
}

fn echoes(url: &str, body: &[u8]) -> Result<(), FetchError> {
    let json: serde_json::Value = serde_json::from_slice(body)
        .map_err(|error| ErrorKind::Content.because(format!("not the JSON that was expected: {error}")))?;
    match json.get("url").and_then(|value| value.as_str()) {
        Some(echoed) if echoed == url => Ok(()),
        echoed => Err(ErrorKind::Content.because(format!("the response is to {echoed:?}, the request was for {url}"))),
    }
}

#[cfg(test)]
mod tests {
    use measure::protocol::Target;

    use super::*;

    fn checker(path: &str) -> (Checker, Targets) {
        let url = format!("http://localhost:1{path}");
        let target = Target { url, host: "localhost".into(), addr: "127.0.0.1:1".parse().unwrap() };
        let targets = Targets::parse(&[target]).unwrap();
        (Checker::new(Expectation::of(&path.parse().unwrap()), &targets), targets)
    }

    fn kinds(path: &str, responses: &[(u16, &str)]) -> Vec<Option<ErrorKind>> {
        let (checker, targets) = checker(path);
        let check = |(status, body): &(u16, &str)| checker.check(&targets, 0, *status, body.as_bytes());
        responses.iter().map(|response| check(response).err().map(|error| error.kind)).collect()
    }

    #[test]
    fn an_echo_names_its_url_and_never_changes() {
        let right = r#"{"url":"http://localhost:1/get"}"#;
        let other = r#"{"url":"http://localhost:1/got"}"#;
        assert_eq!(
            kinds("/get", &[(503, right), (200, other), (200, "{"), (200, right), (200, other), (200, "")]),
            [
                Some(ErrorKind::Status),
                Some(ErrorKind::Content),
                Some(ErrorKind::Content),
                None,
                Some(ErrorKind::Content),
                Some(ErrorKind::Length)
            ]
        );
    }

    #[test]
    fn bytes_have_the_length_that_was_asked_for() {
        assert_eq!(
            kinds("/bytes/3", &[(200, "ab"), (200, "abc"), (200, "xyz")]),
            [Some(ErrorKind::Length), None, None]
        );
        let seeded = kinds("/bytes/3?seed=1", &[(200, "abc"), (200, "xyz")]);
        assert_eq!(seeded, [None, Some(ErrorKind::Content)]);
    }

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
