//! N GETs of one path, C at most in flight, closed loop: a request starts when one of the C slots is free.

use std::num::{NonZeroU32, NonZeroU64};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Expectation, Path, Server};

/// How many requests a trial makes.
pub type Requests = NonZeroU64;

/// How many requests are in flight at most.
pub type Concurrency = NonZeroU32;

/// How many hosts are fetched from.
pub type Hosts = NonZeroU32;

/// What is fetched in each trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Workload {
    /// The path of every request.
    pub path: Path,
    /// N: requests in the measured part of a trial.
    pub requests: Requests,
    /// C: requests in flight at most. Where it exceeds N, N are in flight.
    pub concurrency: Concurrency,
    /// Whose answers are to be expected.
    #[serde(default)]
    pub server: Server,
    /// How many hosts are fetched from by turns, each under a name of its own.
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
    /// What every answer must be.
    pub fn expectation(&self) -> Expectation {
        match self.server {
            Server::Httpbin => Expectation::of(&self.path),
            Server::Unknown => Expectation::unknown(),
        }
    }

    /// Slots that can ever be in use: C, or N where that is less.
    pub fn slots(&self) -> u32 {
        u32::try_from(self.requests.get()).map_or(self.concurrency.get(), |n| n.min(self.concurrency.get()))
    }

    /// The time a model that never overlaps two requests spends waiting for the origin's service time, seconds.
    pub fn serial_wait_seconds(&self) -> f64 {
        self.path.delay_seconds() * self.requests.get() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_slots_than_requests_are_not_used() {
        let workload = |n, c| Workload {
            path: "/get".parse().unwrap(),
            requests: Requests::new(n).unwrap(),
            concurrency: Concurrency::new(c).unwrap(),
            server: Server::Httpbin,
            hosts: Hosts::MIN,
        };
        assert_eq!(workload(10, 64).slots(), 10);
        assert_eq!(workload(u64::MAX, 64).slots(), 64);
    }
}
