//! How many requests were in flight at once: exactly if all exchanges were kept, else from the gauges' means, if their
//! resolution suffices.

use observation::ObservedRun;

use crate::overlap::Overlap;
use crate::words::share;

/// The number of requests that were in flight at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Concurrency {
    /// The maximum.
    pub(crate) most: f64,
    /// The mean while any was in flight.
    pub(crate) mean: f64,
    /// The time in which any was, ns.
    pub(crate) any_ns: u64,
    /// The share of that time in which several were.
    pub(crate) several: f64,
}

/// The concurrency of `pass`, whose kept connections overlap as `overlap` says. `None` if not all exchanges were kept
/// and the gauges' resolution is coarser than half of the median wait: then one request at a time can't be told from
/// several.
pub(crate) fn of(pass: &ObservedRun, overlap: &Overlap) -> Option<Concurrency> {
    if are_all_kept(pass) {
        return Some(Concurrency {
            most: overlap.most_waiting as f64,
            mean: share(overlap.waits_ns, overlap.waiting_ns),
            any_ns: overlap.waiting_ns,
            several: share(overlap.several_ns, overlap.waiting_ns),
        });
    }
    let level = pass.levels.waiting;
    (pass.levels.resolution_ns.saturating_mul(2) <= pass.counts.waits.p50_ns).then(|| Concurrency {
        most: level.most,
        mean: level.mean,
        any_ns: level.any_ns,
        several: share(level.several_ns, level.any_ns),
    })
}

/// Whether every exchange of the run was kept.
pub(crate) fn are_all_kept(pass: &ObservedRun) -> bool {
    let kept: u64 = pass.connections.iter().map(|connection| connection.exchanges.len() as u64).sum();
    kept == pass.counts.exchanges && pass.connections.len() as u64 == pass.counts.connections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{MS, connection, own};
    use crate::overlap;

    #[test]
    fn what_was_kept_is_exact_and_the_rest_is_told_only_by_short_stretches() {
        let mut pass = own(vec![connection(1, 0, 5, &[(10, 110)]), connection(2, 0, 5, &[(60, 110)])]);
        pass.levels.resolution_ns = 1_000 * MS;
        let exact = of(&pass, &overlap::of(&pass)).unwrap();
        assert_eq!((exact.most, exact.mean, exact.any_ns, exact.several), (2.0, 1.5, 100 * MS, 0.5));
        pass.counts.exchanges = 1_000;
        assert_eq!(of(&pass, &overlap::of(&pass)), None);
        pass.levels.resolution_ns = pass.counts.waits.p50_ns / 2;
        assert_eq!(of(&pass, &overlap::of(&pass)).unwrap().most, pass.levels.waiting.most);
    }
}
