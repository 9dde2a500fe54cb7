//! The time after which a trial counts as stuck.

use std::time::{Duration, Instant};

use workload::{Cell, Connection, Requests, Workload};

/// The allowance for any trial, preparing and warming up included, on a slow or shared machine.
const GRACE: Duration = Duration::from_secs(30);

/// The allowance for a request beyond the origin's service time: several times the most expensive built-in one.
const PER_REQUEST: Duration = Duration::from_millis(5);

/// Twice the most round trips of a request: a connect, a handshake with a second ClientHello, the request.
const ROUND_TRIPS: u32 = 10;

/// The same for a program that may start another for every request, and for a client that is built for every one.
const PER_PROCESS: Duration = Duration::from_millis(100);

/// The deadline of a trial that begins now: by its plan, or by its workload.
pub(crate) fn of_trial(planned: Option<Duration>, workload: &Workload, cell: &Cell) -> Instant {
    after(planned.unwrap_or_else(|| of(workload, cell)))
}

/// The time after this duration; a year from now if the clock cannot represent it.
fn after(within: Duration) -> Instant {
    const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(within).unwrap_or_else(|| now + FOREVER)
}

/// Twice the time of a trial in which nothing overlaps. If the number of requests is not known beforehand: twice the
/// time in which they start, and the time that all in flight may then take.
fn of(workload: &Workload, cell: &Cell) -> Duration {
    let requests = workload.requests().map_or(u64::from(workload.concurrency.get()), Requests::get);
    let requests = u32::try_from(requests).unwrap_or(u32::MAX);
    let scheduled = Duration::from_nanos(workload.least_ns()).saturating_mul(2);
    let waiting = Duration::try_from_secs_f64(2.0 * workload.serial_wait_seconds()).unwrap_or(Duration::MAX);
    let each = match cell.connection {
        Connection::Own | Connection::NewClient => PER_PROCESS,
        _ => PER_REQUEST,
    };
    let far = Duration::from_millis(u64::from(cell.axes.rtt.ms())).saturating_mul(ROUND_TRIPS);
    GRACE
        .saturating_add(waiting)
        .saturating_add(scheduled)
        .saturating_add(each.saturating_add(far).saturating_mul(requests))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_client_of_a_slow_origin_has_time() {
        let workload = |n: u64| {
            Workload::of(
                "/delay/1".parse().unwrap(),
                workload::Amount::Requests(n.try_into().unwrap()),
                64.try_into().unwrap(),
            )
        };
        let cell = |kind: &str| format!("m/c/rustls/{kind}").parse().unwrap();
        assert!(of(&workload(100), &cell("new-conn")) > Duration::from_secs(200));
        assert!(of(&workload(u64::MAX), &cell("own")) > Duration::from_secs(200));
    }

    #[test]
    fn a_timed_trial_has_its_time_and_more() {
        let minute = workload::Amount::Duration(60_000_000_000.try_into().unwrap());
        let workload = |amount, rate: Option<f64>| Workload {
            rate: rate.map(|rate| rate.try_into().unwrap()),
            ..Workload::of("/delay/1".parse().unwrap(), amount, 8.try_into().unwrap())
        };
        let cell = "m/c/plain/new-conn".parse().unwrap();
        let seconds = |workload: &Workload| of(workload, &cell).as_secs();
        assert!((160..200).contains(&seconds(&workload(minute, None))), "2 × 60 s, 2 × 8 × 1 s and grace");
        assert!(
            (260..300).contains(&seconds(&workload(minute, Some(1.0)))),
            "59 s until the last is due, 60 waits of 1 s"
        );
        let rare = workload::Amount::Requests(3.try_into().unwrap());
        assert!(seconds(&workload(rare, Some(0.01))) >= 400, "the third is due after 200 s");
        assert!(
            of(&workload(rare, Some(1e-300)), &cell) > Duration::from_secs(1 << 33),
            "far beyond anyone's patience"
        );
    }
}
