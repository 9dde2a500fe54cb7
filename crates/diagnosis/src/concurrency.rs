//! How many requests were under way at once: to the ns where all were kept, else by the means of short stretches, where
//! these are short enough.

use observation::Pass;

use crate::overlap::Overlap;
use crate::words::share;

/// Requests under way at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Concurrency {
    /// The most.
    pub(crate) most: f64,
    /// The mean while any was.
    pub(crate) mean: f64,
    /// Time in which any was, ns.
    pub(crate) any_ns: u64,
    /// Of that, the part in which several were.
    pub(crate) several: f64,
}

/// Of `pass`, whose kept connections overlap so; `None` where requests were not all kept and the stretches that were
/// counted over are longer than half of the median wait: one at a time and several look the same in them.
pub(crate) fn of(pass: &Pass, overlap: &Overlap) -> Option<Concurrency> {
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

/// Every exchange of the pass is there one by one.
pub(crate) fn are_all_kept(pass: &Pass) -> bool {
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
