//! The outcome of every request of a manner: responses are read and added up by host, and failures are listed.

use std::time::Duration;

use fetch::talk::gets::FetchOutcome;
use fetch::{ErrorKind, FetchError};
use serde::{Deserialize, Serialize};

use crate::fleet::{FAILING_STATUS, Fleet, Role};

/// The status of a response with content.
const OK: u16 = 200;

/// The results of one host.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HostAccount {
    /// Its name.
    pub host: String,
    /// Where it listened.
    pub address: String,
    /// What it does.
    pub role: Role,
    /// Requests with a correct response.
    pub answers: u64,
    /// Requests that failed.
    pub failures: u64,
    /// Bytes of the bodies of these responses.
    pub bytes: u64,
    /// Mean time from opening the connection to the end of a correct response, ms; 0 without one.
    pub mean_latency_ms: f64,
    /// The greatest of these times, ms.
    pub greatest_latency_ms: f64,
}

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The host.
    pub host: String,
    /// The requested page.
    pub page: u64,
    /// What went wrong.
    pub reason: String,
    /// Whether it is expected: the failing host fails on purpose.
    pub expected: bool,
}

/// Adds up the results of requests.
#[derive(Debug)]
pub struct Accounts<'a> {
    fleet: &'a Fleet,
    hosts: Vec<HostAccount>,
    latency: Vec<Duration>,
    page_sum: u64,
    failures: Vec<Failure>,
}

/// The totals of a manner.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// Requests with a correct response.
    pub answers: u64,
    /// The sum of the page numbers in these responses.
    pub page_sum: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// By host, in the order of their numbers.
    pub hosts: Vec<HostAccount>,
    /// All that failed, in the order of their pages.
    pub failures: Vec<Failure>,
}

/// The part of a response that the tool reads.
#[derive(Deserialize)]
struct Echo {
    url: String,
    args: Args,
}

#[derive(Deserialize)]
struct Args {
    page: Vec<String>,
}

impl<'a> Accounts<'a> {
    /// Accounts without any request.
    pub fn new(fleet: &'a Fleet) -> Accounts<'a> {
        let account = |host: &crate::fleet::Host| HostAccount {
            host: host.name.clone(),
            address: host.address.to_string(),
            role: host.role,
            answers: 0,
            failures: 0,
            bytes: 0,
            mean_latency_ms: 0.0,
            greatest_latency_ms: 0.0,
        };
        let hosts: Vec<HostAccount> = fleet.hosts().iter().map(account).collect();
        let latency = vec![Duration::ZERO; hosts.len()];
        Accounts { fleet, hosts, latency, page_sum: 0, failures: Vec::new() }
    }

    /// Adds the result of one request for `url`.
    pub fn take(&mut self, got: FetchOutcome, url: &str) {
        let number = self.fleet.host_of(got.request);
        let account = &mut self.hosts[number];
        match got.answer.and_then(|(status, body)| read(status, &body, url, got.request).map(|page| (page, body.len())))
        {
            Ok((page, bytes)) => {
                account.answers += 1;
                account.bytes += bytes as u64;
                account.greatest_latency_ms = account.greatest_latency_ms.max(got.latency.as_secs_f64() * 1e3);
                self.latency[number] += got.latency;
                self.page_sum += page;
            }
            Err(error) => {
                account.failures += 1;
                let expected = account.role == Role::Failing && error == failing();
                let (host, reason) = (account.host.clone(), error.to_string());
                self.failures.push(Failure { host, page: got.request, reason, expected });
            }
        }
    }

    /// The totals.
    pub fn close(mut self) -> Totals {
        for (account, latency) in self.hosts.iter_mut().zip(&self.latency) {
            if account.answers > 0 {
                account.mean_latency_ms = latency.as_secs_f64() * 1e3 / account.answers as f64;
            }
        }
        self.failures.sort_by_key(|failure| failure.page);
        Totals {
            answers: self.hosts.iter().map(|host| host.answers).sum(),
            page_sum: self.page_sum,
            bytes: self.hosts.iter().map(|host| host.bytes).sum(),
            hosts: self.hosts,
            failures: self.failures,
        }
    }
}

impl Totals {
    /// Sentences on what contradicts that `requests` requests were made and none was lost.
    pub fn wrong(&self, requests: u64) -> Vec<String> {
        let mut wrong = Vec::new();
        let failed = self.failures.len() as u64;
        if self.answers + failed != requests {
            wrong.push(format!(
                "{} answers and {failed} failures are not the {requests} requests that were made",
                self.answers
            ));
        }
        let failed_pages: u64 = self.failures.iter().map(|failure| failure.page).sum();
        let all_pages = requests * requests.saturating_sub(1) / 2;
        if self.page_sum + failed_pages != all_pages {
            let sum = self.page_sum;
            wrong.push(format!(
                "the pages answered add up to {sum} and those failed to {failed_pages}, not to {all_pages}"
            ));
        }
        let unexpected: Vec<&Failure> = self.failures.iter().filter(|failure| !failure.expected).collect();
        if let Some(first) = unexpected.first() {
            let Failure { host, page, reason, .. } = first;
            wrong.push(format!(
                "failures that should not be: {}, the first of {host}, page {page}: {reason}",
                unexpected.len()
            ));
        }
        for host in self.hosts.iter().filter(|host| host.role == Role::Failing && host.answers > 0) {
            wrong
                .push(format!("{} of the requests of {} were answered, it fails all of them", host.answers, host.host));
        }
        wrong
    }
}

/// The page that a response names, if it is the requested one.
fn read(status: u16, body: &[u8], url: &str, request: u64) -> Result<u64, FetchError> {
    if status != OK {
        return Err(wrong_status(status));
    }
    let echo: Echo = serde_json::from_slice(body)
        .map_err(|error| ErrorKind::Content.because(format!("not the JSON that was expected: {error}")))?;
    if echo.url != url {
        return Err(ErrorKind::Content.because(format!("the answer is to {}, {url} was asked for", echo.url)));
    }
    match echo.args.page.first().map(|page| page.parse()) {
        Some(Ok(page)) if page == request => Ok(page),
        _ => Err(ErrorKind::Content.because(format!("the answer names page {:?}, not {request}", echo.args.page))),
    }
}

fn wrong_status(status: u16) -> FetchError {
    ErrorKind::Status.because(format!("{status} instead of {OK}"))
}

fn failing() -> FetchError {
    wrong_status(FAILING_STATUS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example;

    const LATENCY: Duration = Duration::from_millis(10);

    fn url(request: u64) -> String {
        format!("https://host/delay/1s?page={request}")
    }

    fn body(request: u64) -> Vec<u8> {
        format!(r#"{{"url":"{}","args":{{"page":["{request}"]}}}}"#, url(request)).into_bytes()
    }

    fn got(request: u64, status: u16, body: Vec<u8>) -> FetchOutcome {
        FetchOutcome { request, latency: LATENCY * (1 + request as u32), answer: Ok((status, body)) }
    }

    /// Five hosts, ten requests, of which `change` changes some.
    fn totals(change: impl Fn(FetchOutcome) -> Option<FetchOutcome>) -> Totals {
        let fleet = example(5, Duration::from_secs(1));
        let mut accounts = Accounts::new(&fleet);
        for request in 0..10 {
            let right = match fleet.hosts()[fleet.host_of(request)].role {
                Role::Failing => got(request, FAILING_STATUS, Vec::new()),
                Role::Ordinary | Role::Slow => got(request, OK, body(request)),
            };
            if let Some(got) = change(right) {
                accounts.take(got, &url(request));
            }
        }
        accounts.close()
    }

    #[test]
    fn answers_are_added_up_and_failures_listed() {
        let totals = totals(Some);
        assert_eq!((totals.answers, totals.page_sum), (8, 45 - 1 - 6));
        assert_eq!(totals.bytes, 8 * body(0).len() as u64);
        assert_eq!(totals.failures.iter().map(|failure| failure.page).collect::<Vec<_>>(), [1, 6]);
        assert!(totals.failures.iter().all(|failure| {
            failure.expected && failure.host == "host-01.test" && failure.reason == "status: 500 instead of 200"
        }));
        let host = &totals.hosts[2];
        assert_eq!((host.answers, host.failures, host.address.as_str()), (2, 0, "127.0.0.3:1002"));
        assert!(
            (host.mean_latency_ms - 55.0).abs() < 1e-6 && (host.greatest_latency_ms - 80.0).abs() < 1e-6,
            "{host:?}"
        );
        assert_eq!((totals.hosts[1].answers, totals.hosts[1].failures), (0, 2));
        assert_eq!(totals.wrong(10), Vec::<String>::new());
    }

    #[test]
    fn what_is_lost_doubled_or_mixed_up_is_found() {
        let wrong = |change: &dyn Fn(FetchOutcome) -> Option<FetchOutcome>| totals(change).wrong(10).join("; ");
        let lost = wrong(&|got| (got.request != 7).then_some(got));
        assert!(
            lost.contains("7 answers and 2 failures are not the 10 requests") && lost.contains("not to 45"),
            "{lost}"
        );
        let mixed = wrong(&|got| Some(if got.request == 3 { self::got(3, OK, body(4)) } else { got }));
        assert!(mixed.contains("host-03.test, page 3: content: the answer is to"), "{mixed}");
        let failed = wrong(&|got| Some(if got.request == 0 { self::got(0, 503, Vec::new()) } else { got }));
        assert!(
            failed.contains("failures that should not be: 1, the first of host-00.test, page 0: status: 503"),
            "{failed}"
        );
        let healed = wrong(&|got| Some(if got.request == 1 { self::got(1, OK, body(1)) } else { got }));
        assert!(healed.contains("1 of the requests of host-01.test were answered"), "{healed}");
        let cut = wrong(&|got| Some(if got.request == 2 { self::got(2, OK, b"{".to_vec()) } else { got }));
        assert!(cut.contains("not the JSON"), "{cut}");
        let refused = wrong(&|got| {
            Some(match got.request {
                6 => FetchOutcome { answer: Err(ErrorKind::Connect.because("refused")), ..got },
                _ => got,
            })
        });
        assert!(refused.contains("host-01.test, page 6: connect: refused"), "its own failure is a status: {refused}");
    }
}
