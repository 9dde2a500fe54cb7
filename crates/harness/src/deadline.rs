//! How long a trial may take before it counts as stuck.

use std::time::Duration;

use workload::Workload;

/// What any trial may take, preparing and warming up included, on a machine that is slow or shared.
const GRACE: Duration = Duration::from_secs(30);

/// What a request may take beyond the origin's service time: several times the dearest one known (a client object that
/// parses a trust store of 150 roots costs under 100 ms).
const PER_REQUEST: Duration = Duration::from_millis(5);

/// Time for a trial in which nothing overlaps, twice over.
pub(crate) fn of(workload: &Workload) -> Duration {
    let requests = u32::try_from(workload.requests.get()).unwrap_or(u32::MAX);
    let waiting = Duration::try_from_secs_f64(2.0 * workload.serial_wait_seconds()).unwrap_or(Duration::MAX);
    GRACE.saturating_add(waiting).saturating_add(PER_REQUEST.saturating_mul(requests))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_client_of_a_slow_origin_has_time() {
        let workload = |n: u64| Workload {
            path: "/delay/1".parse().unwrap(),
            requests: n.try_into().unwrap(),
            concurrency: 64.try_into().unwrap(),
        };
        assert!(of(&workload(100)) > Duration::from_secs(200));
        assert!(of(&workload(u64::MAX)) > Duration::from_secs(200));
    }
}
