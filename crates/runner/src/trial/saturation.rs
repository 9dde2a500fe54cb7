//! Detects what limited a trial, or may have, other than the model.

use ledger::Side;
use measure::kernel::{self, Counters};
use measure::process::Cost;
use measure::result::{Flag, Pinning};
use workload::Workload;

/// Share of the origin's CPU time from which it, not the client, is the limit.
const ORIGIN_BOUND: f64 = 0.90;

/// Share of the client's CPU time from which it counts as full.
const CLIENT_FULL: f64 = 0.95;

/// Sockets in TIME_WAIT per origin port from which connecting itself becomes slow: half of the 28,232 ephemeral ports.
/// If half of the kernel's own limit is less, that is the bound.
const TIME_WAIT_PER_PORT: u64 = 14_000;

/// The load of a trial on the machine.
pub(crate) struct Load<'a> {
    pub(crate) workload: &'a Workload,
    pub(crate) pinning: &'a Pinning,
    pub(crate) ports: u16,
    pub(crate) wall_ns: u64,
    pub(crate) client: Cost,
    pub(crate) origin: Cost,
    pub(crate) before: Counters,
    pub(crate) after: Counters,
    /// Most requests in flight, counted by the client.
    pub(crate) client_in_flight: Option<u64>,
    pub(crate) ledger: Option<&'a Side>,
}

/// The limits that were reached.
pub(crate) fn flags(load: &Load<'_>) -> Vec<Flag> {
    let share = |cost: &Cost, cpus: usize| match load.wall_ns {
        0 => 0.0,
        wall => cost.cpu_ns as f64 / (wall as f64 * cpus as f64),
    };
    let most = most_time_wait(load.ports);
    let found = [
        (Flag::OriginBound, share(&load.origin, load.pinning.origin.len()) >= ORIGIN_BOUND),
        (Flag::ClientFull, share(&load.client, load.pinning.client.len()) >= CLIENT_FULL),
        (Flag::TimeWait, load.before.time_wait >= most),
        (Flag::ListenOverflow, load.after.listen_overflows > load.before.listen_overflows),
        (Flag::FewInFlight, few_in_flight(load)),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag).collect()
}

/// Sockets in TIME_WAIT from which connecting to an origin with this many ports becomes slow.
pub(crate) fn most_time_wait(ports: u16) -> u64 {
    (u64::from(ports) * TIME_WAIT_PER_PORT).min(kernel::most_time_wait() / 2)
}

/// Whether a quarter of C or less was in flight: counted by the client, and with a delayed response also by the origin.
/// If responses come at once, few are in flight at the origin whatever the concurrency; and at a fixed rate C is a
/// maximum, not a goal.
fn few_in_flight(load: &Load<'_>) -> bool {
    if load.workload.rate.is_some() {
        return false;
    }
    let slots = u64::from(load.workload.slots());
    let few = |most: u64| most * 4 <= slots;
    let waits = load.workload.path.delay_seconds() > 0.0;
    load.client_in_flight.is_some_and(few) || (waits && load.ledger.is_some_and(|ledger| few(ledger.most_in_flight)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flagged(path: &str, client_ms: u64, origin_ms: u64, in_flight: u64, ledger: u64) -> Vec<Flag> {
        flagged_at(None, path, client_ms, origin_ms, in_flight, ledger)
    }

    fn flagged_at(
        rate: Option<f64>,
        path: &str,
        client_ms: u64,
        origin_ms: u64,
        in_flight: u64,
        ledger: u64,
    ) -> Vec<Flag> {
        let workload = Workload {
            rate: rate.map(|rate| rate.try_into().unwrap()),
            ..Workload::of(
                path.parse().unwrap(),
                workload::Amount::Requests(100.try_into().unwrap()),
                64.try_into().unwrap(),
            )
        };
        let cost = |ms: u64| Cost { cpu_ns: ms * 1_000_000, user_share: None };
        flags(&Load {
            workload: &workload,
            pinning: &Pinning { client: vec![0], origin: vec![1] },
            ports: 16,
            wall_ns: 1_000_000_000,
            client: cost(client_ms),
            origin: cost(origin_ms),
            before: Counters::default(),
            after: Counters::default(),
            client_in_flight: Some(in_flight),
            ledger: Some(&Side { most_in_flight: ledger, ..Side::default() }),
        })
    }

    #[test]
    fn full_cpus_are_told_apart() {
        assert_eq!(flagged("/get", 500, 890, 64, 1), []);
        assert_eq!(flagged("/get", 500, 900, 64, 1), [Flag::OriginBound]);
        assert_eq!(flagged("/get", 950, 500, 64, 1), [Flag::ClientFull]);
    }

    #[test]
    fn few_in_flight_are_marked_where_it_means_something() {
        assert_eq!(flagged("/get", 0, 0, 16, 1), [Flag::FewInFlight]);
        assert_eq!(flagged("/get", 0, 0, 17, 1), []);
        assert_eq!(flagged("/delay/1", 0, 0, 64, 2), [Flag::FewInFlight]);
        assert_eq!(flagged_at(Some(5.0), "/delay/1", 0, 0, 1, 1), [], "a low rate needs no more");
        assert_eq!(flagged_at(Some(5.0), "/get", 950, 0, 1, 1), [Flag::ClientFull]);
    }
}
