//! Requests for one path, at most C in flight: N of them, or as many as fit in a time.
//!
//! Without a rate it is a closed loop: a request starts when one of the C slots is free. With a rate it is an open
//! loop: a request is due at its own time, and waits for a slot if none is free.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Amount, Expectation, Path, Rate, RequestSpec, Requests, Server};

/// How many requests are in flight at most.
pub type Concurrency = NonZeroU32;

/// The number of hosts to fetch from.
pub type Hosts = NonZeroU32;

/// The work of each trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Workload {
    /// The path of every request.
    pub path: Path,
    /// How much the measured part of a trial does.
    #[serde(flatten)]
    pub amount: Amount,
    /// C: requests in flight at most. Where it exceeds N, N are in flight.
    pub concurrency: Concurrency,
    /// R: requests due per second; `None`: a request starts when a slot is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// The kind of server, which determines the expected responses.
    #[serde(default)]
    pub server: Server,
    /// Method, headers and body of every request.
    #[serde(default, skip_serializing_if = "RequestSpec::is_default")]
    pub request: RequestSpec,
    /// The number of hosts that take turns, each with a name of its own.
    #[serde(default = "one_host", skip_serializing_if = "is_one")]
    pub hosts: Hosts,
}

fn one_host() -> Hosts {
    Hosts::MIN
}

fn is_one(hosts: &Hosts) -> bool {
    *hosts == Hosts::MIN
}

impl Workload {
    /// GETs of `path` from one host of an httpbin, each as soon as a slot is free.
    pub fn of(path: Path, amount: Amount, concurrency: Concurrency) -> Workload {
        Workload {
            path,
            amount,
            concurrency,
            rate: None,
            server: Server::Httpbin,
            request: RequestSpec::default(),
            hosts: Hosts::MIN,
        }
    }

    /// The requirements for every response.
    pub fn expectation(&self) -> Expectation {
        match self.server {
            Server::Httpbin => Expectation::of(&self.path),
            Server::Unknown => Expectation::unknown(),
        }
    }

    /// N, if it is known beforehand: always, except in a closed loop with a duration.
    pub fn requests(&self) -> Option<Requests> {
        self.rate.map_or(self.amount, |rate| self.amount.at(rate)).requests()
    }

    /// Whether requests start or end by the clock, which not every engine can do.
    pub fn is_timed(&self) -> bool {
        self.rate.is_some() || matches!(self.amount, Amount::Duration(_))
    }

    /// The least time that it takes, however fast the client is, ns: until its last request is due, or no more may
    /// start.
    pub fn least_ns(&self) -> u64 {
        match (self.rate, self.requests(), self.amount) {
            (Some(rate), Some(requests), _) => rate.due_ns(requests.get() - 1),
            (_, _, Amount::Duration(ns)) => ns.get(),
            (_, _, Amount::Requests(_)) => 0,
        }
    }

    /// Slots that can be used: C, or N if that is less.
    pub fn slots(&self) -> u32 {
        let requests = self.requests().and_then(|requests| u32::try_from(requests.get()).ok());
        requests.map_or(self.concurrency.get(), |n| n.min(self.concurrency.get()))
    }

    /// How long a model that never overlaps two requests waits for the origin's service time, s. If the number is not
    /// known: for those that are in flight when the time is over.
    pub fn serial_wait_seconds(&self) -> f64 {
        let requests = self.requests().map_or(u64::from(self.concurrency.get()), Requests::get);
        self.path.delay_seconds() * requests as f64
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    fn workload(amount: Amount, c: u32, rate: Option<&str>) -> Workload {
        Workload {
            rate: rate.map(|rate| rate.parse().unwrap()),
            ..Workload::of("/get".parse().unwrap(), amount, Concurrency::new(c).unwrap())
        }
    }

    fn requests(n: u64) -> Amount {
        Amount::Requests(Requests::new(n).unwrap())
    }

    const TWO_SECONDS: Amount = Amount::Duration(NonZeroU64::new(2_000_000_000).unwrap());

    #[test]
    fn more_slots_than_requests_are_not_used() {
        assert_eq!(workload(requests(10), 64, None).slots(), 10);
        assert_eq!(workload(requests(u64::MAX), 64, None).slots(), 64);
        assert_eq!(workload(TWO_SECONDS, 64, None).slots(), 64);
        assert_eq!(workload(TWO_SECONDS, 64, Some("4")).slots(), 8);
    }

    #[test]
    fn a_number_of_requests_is_written_as_it_always_was() {
        let old = r#"{"path":"/get","requests":800,"concurrency":64,"server":"httpbin"}"#;
        let new = workload(requests(800), 64, None);
        let written = serde_json::to_string(&new).unwrap();
        assert_eq!(written, old);
        assert_eq!(serde_json::from_str::<Workload>(&written).unwrap(), new);
        let least = r#"{"path":"/get","requests":800,"concurrency":64}"#;
        assert_eq!(serde_json::from_str::<Workload>(least).unwrap(), new);
    }

    #[test]
    fn a_request_of_the_users_is_another_workload() {
        let get = workload(requests(3), 1, None);
        let posted = Workload {
            request: RequestSpec::new(Some("POST".parse().unwrap()), Vec::new(), None).unwrap(),
            ..get.clone()
        };
        let text = serde_json::to_string(&posted).unwrap();
        assert!(text.contains(r#""request":{"method":"POST"}"#), "{text}");
        assert_eq!(serde_json::from_str::<Workload>(&text).unwrap(), posted);
        assert_ne!(posted, get);
    }

    #[test]
    fn a_time_and_a_rate_survive_their_text() {
        for told in
            [workload(TWO_SECONDS, 8, None), workload(TWO_SECONDS, 8, Some("2.5")), workload(requests(3), 1, Some("9"))]
        {
            let text = serde_json::to_string(&told).unwrap();
            assert_eq!(serde_json::from_str::<Workload>(&text).unwrap(), told, "{text}");
        }
        assert!(
            serde_json::to_string(&workload(TWO_SECONDS, 8, None)).unwrap().contains(r#""duration_ns":2000000000"#)
        );
        for wrong in [
            r#"{"path":"/get","concurrency":1}"#,
            r#"{"path":"/get","concurrency":1,"requests":0}"#,
            r#"{"path":"/get","concurrency":1,"duration_ns":0}"#,
            r#"{"path":"/get","concurrency":1,"requests":1,"rate":0}"#,
        ] {
            assert!(serde_json::from_str::<Workload>(wrong).is_err(), "{wrong} was read");
        }
    }

    #[test]
    fn a_rate_and_a_time_make_a_number() {
        let paced = workload(TWO_SECONDS, 64, Some("100"));
        assert_eq!((paced.requests(), paced.least_ns()), (Requests::new(200), 1_990_000_000));
        assert_eq!(workload(TWO_SECONDS, 64, None).requests(), None);
        assert_eq!(workload(TWO_SECONDS, 64, None).least_ns(), 2_000_000_000);
        assert!(!workload(requests(1), 1, None).is_timed() && paced.is_timed());
    }
}
