//! The hosts: names for listeners on several loopback addresses, and the behaviour of each.
//!
//! No name is resolved. Request i goes to host i modulo their number. One host is slow and one fails, as happens with
//! many hosts.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use measure::protocol::Target;
use serde::Serialize;

/// How many hosts are allowed: at least one that is slow and one that fails, and no more names than fit in a
/// certificate.
pub const HOSTS: RangeInclusive<u16> = 2..=200;

/// How many loopback addresses they share.
const ADDRESSES: u8 = 5;

/// How much longer the slow host takes.
pub const SLOW: u32 = 5;

/// The status with which the failing host responds.
pub const FAILING_STATUS: u16 = 500;

/// The slow and the failing host are the first ones, so that the smallest sample contains both.
const SLOW_HOST: usize = 0;
const FAILING_HOST: usize = 1;

/// The behaviour of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It responds after the service time.
    Ordinary,
    /// It responds after [`SLOW`] times the service time.
    Slow,
    /// It responds with [`FAILING_STATUS`] immediately.
    Failing,
}

/// The names of `hosts` hosts: `host-00.test` and so on.
pub fn names(hosts: u16) -> Vec<String> {
    (0..hosts).map(|number| format!("host-{number:02}.test")).collect()
}

/// The addresses that hosts share: 127.0.0.1 and so on, no more than there are hosts.
pub fn addresses(hosts: u16) -> Vec<Ipv4Addr> {
    (1..=ADDRESSES).take(usize::from(hosts)).map(|last| Ipv4Addr::new(127, 0, 0, last)).collect()
}

/// A host of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name, as the certificate has it.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it does.
    pub role: Role,
}

/// All hosts of a run, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    hosts: Vec<Host>,
    service: Duration,
}

impl Fleet {
    /// A host for each of `listeners`, with that service time.
    pub fn new(listeners: &[SocketAddr], service: Duration) -> Fleet {
        let names = names(u16::try_from(listeners.len()).unwrap_or(u16::MAX));
        let host = |(number, (name, address)): (usize, (String, &SocketAddr))| {
            let role = match number {
                SLOW_HOST => Role::Slow,
                FAILING_HOST => Role::Failing,
                _ => Role::Ordinary,
            };
            Host { name, address: *address, role }
        };
        Fleet { hosts: names.into_iter().zip(listeners).enumerate().map(host).collect(), service }
    }

    /// All of them.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// The number of the host that a request goes to.
    pub fn host_of(&self, request: u64) -> usize {
        (request % self.hosts.len() as u64) as usize
    }

    /// What is fetched of each host, in the order of their numbers.
    pub fn targets(&self) -> Vec<Target> {
        let target = |host: &Host| Target {
            url: format!("https://{}:{}{}", host.name, host.address.port(), self.path(host.role)),
            host: host.name.clone(),
            addr: host.address,
        };
        self.hosts.iter().map(target).collect()
    }

    /// The sum of the service times of the first `requests` requests, s.
    pub fn service_s(&self, requests: u64) -> f64 {
        let hosts = self.hosts.len() as u64;
        let asked = |number: usize| requests / hosts + u64::from((number as u64) < requests % hosts);
        let of_host = |(number, host): (usize, &Host)| asked(number) as f64 * self.service(host.role).as_secs_f64();
        self.hosts.iter().enumerate().map(of_host).sum()
    }

    fn service(&self, role: Role) -> Duration {
        match role {
            Role::Ordinary => self.service,
            Role::Slow => self.service * SLOW,
            Role::Failing => Duration::ZERO,
        }
    }

    fn path(&self, role: Role) -> String {
        match role {
            // With its unit, a delay is taken to the nanosecond; without, to the millisecond below.
            Role::Ordinary | Role::Slow => format!("/delay/{}s", self.service(role).as_secs_f64()),
            Role::Failing => format!("/status/{FAILING_STATUS}"),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Ordinary => "ordinary",
            Role::Slow => "slow",
            Role::Failing => "failing",
        })
    }
}

/// A fleet of `hosts` for tests, on ports that nobody asks.
#[cfg(test)]
pub(crate) fn example(hosts: u16, service: Duration) -> Fleet {
    let addresses = addresses(hosts);
    let listener = |number: u16| SocketAddr::from((addresses[usize::from(number) % addresses.len()], 1000 + number));
    Fleet::new(&(0..hosts).map(listener).collect::<Vec<_>>(), service)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Duration = Duration::from_millis(130);

    #[test]
    fn names_stand_for_several_addresses_of_this_machine() {
        let names = names(200);
        assert_eq!(
            (names[0].as_str(), names[49].as_str(), names[199].as_str()),
            ("host-00.test", "host-49.test", "host-199.test")
        );
        assert_eq!(addresses(50).len(), 5);
        assert_eq!(addresses(2).len(), 2);
        assert!(addresses(50).iter().all(Ipv4Addr::is_loopback));
    }

    #[test]
    fn one_host_is_slow_and_one_fails_however_few_there_are() {
        for hosts in [2, 50, 200] {
            let fleet = example(hosts, SERVICE);
            let count = |role| fleet.hosts().iter().filter(|host| host.role == role).count();
            assert_eq!((count(Role::Slow), count(Role::Failing)), (1, 1), "{hosts}");
            assert_eq!(fleet.hosts().len(), usize::from(hosts));
        }
        let targets = example(50, SERVICE).targets();
        assert_eq!(targets[0].url, "https://host-00.test:1000/delay/0.65s");
        assert_eq!(targets[1].url, "https://host-01.test:1001/status/500");
        assert_eq!(targets[7].url, "https://host-07.test:1007/delay/0.13s");
        assert_eq!(targets[7].addr, "127.0.0.3:1007".parse().unwrap());
    }

    #[test]
    fn service_times_add_up_as_requests_take_turns() {
        let fleet = example(50, SERVICE);
        let is_near = |requests, expected: f64| {
            let one_by_one: f64 = (0..requests)
                .map(|request| fleet.service(fleet.hosts[fleet.host_of(request)].role).as_secs_f64())
                .sum();
            let sum = fleet.service_s(requests);
            assert!((sum - expected).abs() < 1e-6 && (sum - one_by_one).abs() < 1e-6, "{requests}: {sum}");
        };
        is_near(0, 0.0);
        is_near(2, 0.65);
        is_near(20, 18.0 * 0.13 + 0.65);
        is_near(10_000, 9_600.0 * 0.13 + 200.0 * 0.65);
    }
}
