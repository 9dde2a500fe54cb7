//! How many connections did what over time: sums in buckets that widen as a pass goes on.
//!
//! A stretch is added when it is over, however long ago it began, because what a record was is at times known only by
//! what came after it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connection::{Doing, Stretch};

/// Buckets that are kept while counting: they double in width when a pass outgrows them, so its end has half of them at
/// least.
const BUCKETS: usize = 16_384;

/// The first width of a bucket, ns.
const FINEST_NS: u64 = 100_000;

/// Buckets that are given out: enough for a picture.
const GIVEN: usize = 512;

/// How many connections did what, over time and in sum.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Levels {
    /// Requests in flight.
    pub waiting: Level,
    /// Connections that could carry a request and never had.
    pub standing: Level,
    /// Handshakes under way.
    pub handshake: Level,
    /// Connections that were open.
    pub open: Level,
    /// Time during which a request was in flight and a connection was kept in its handshake, both counts as means of
    /// short stretches, ns.
    pub handshake_while_waiting_ns: u64,
    /// Width of the short stretches, ns. What is much shorter is averaged away: requests one after another and some at
    /// once then look the same.
    #[serde(default)]
    pub resolution_ns: u64,
    /// Width of the moments, ns.
    pub moment_ns: u64,
    /// The course of them.
    pub moments: Vec<Moment>,
}

/// One count over a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Level {
    /// The most at once, by the means of short stretches.
    pub most: f64,
    /// The mean over the time in which there was any.
    pub mean: f64,
    /// Time in which there was any, ns.
    pub any_ns: u64,
    /// Time in which there were several: more than 1.5 by the means of short stretches, ns.
    pub several_ns: u64,
}

/// Mean counts over a short stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// Connections being connected.
    pub connecting: f32,
    /// Shaking hands.
    pub handshake: f32,
    /// Unused.
    pub standing: f32,
    /// Requests in flight.
    pub waiting: f32,
    /// Answers arriving.
    pub transferring: f32,
    /// Idle.
    pub idle: f32,
}

/// Sums of connection time by [`Doing`], ns.
type Sums = [u64; 6];

/// [`Levels`] in the making, of bounded size.
#[derive(Debug)]
pub(crate) struct Levelling {
    width_ns: u64,
    buckets: Vec<Sums>,
}

impl Default for Levelling {
    fn default() -> Self {
        Levelling { width_ns: FINEST_NS, buckets: Vec::new() }
    }
}

const fn index(doing: Doing) -> usize {
    match doing {
        Doing::Connecting => 0,
        Doing::Handshake => 1,
        Doing::Standing => 2,
        Doing::Waiting => 3,
        Doing::Transferring => 4,
        Doing::Idle => 5,
    }
}

impl Levelling {
    /// Adds a stretch that is over.
    pub(crate) fn add(&mut self, stretch: Stretch) {
        if stretch.until_ns <= stretch.from_ns {
            return;
        }
        while (stretch.until_ns - 1) / self.width_ns >= BUCKETS as u64 {
            self.widen();
        }
        let place = |ns: u64| usize::try_from(ns / self.width_ns).unwrap_or(usize::MAX);
        let (first, last) = (place(stretch.from_ns), place(stretch.until_ns - 1));
        if self.buckets.len() <= last {
            self.buckets.resize(last + 1, Sums::default());
        }
        let what = index(stretch.doing);
        let mut begin = first as u64 * self.width_ns;
        for bucket in self.buckets.iter_mut().take(last + 1).skip(first) {
            let end = begin + self.width_ns;
            bucket[what] += stretch.until_ns.min(end) - stretch.from_ns.max(begin);
            begin = end;
        }
    }

    fn widen(&mut self) {
        self.width_ns *= 2;
        self.buckets = pairwise(&self.buckets, 2);
    }

    /// What was counted.
    pub(crate) fn levels(&self) -> Levels {
        let level = |of: &dyn Fn(&Sums) -> u64| self.level(of);
        let both = |sums: &&Sums| sums[index(Doing::Waiting)] > 0 && sums[index(Doing::Handshake)] >= self.width_ns / 2;
        let waited = |sums: &Sums| sums[index(Doing::Waiting)].min(self.width_ns);
        let together = self.buckets.len().div_ceil(GIVEN).max(1);
        let moment_ns = self.width_ns * together as u64;
        Levels {
            waiting: level(&|sums| sums[index(Doing::Waiting)]),
            standing: level(&|sums| sums[index(Doing::Standing)]),
            handshake: level(&|sums| sums[index(Doing::Handshake)]),
            open: level(&|sums| sums.iter().sum()),
            handshake_while_waiting_ns: self.buckets.iter().filter(both).map(waited).sum(),
            resolution_ns: self.width_ns,
            moment_ns,
            moments: pairwise(&self.buckets, together).iter().map(|sums| moment(sums, moment_ns)).collect(),
        }
    }

    fn level(&self, of: &dyn Fn(&Sums) -> u64) -> Level {
        let width = self.width_ns as f64;
        let sums: Vec<u64> = self.buckets.iter().map(of).collect();
        let any_ns: u64 = sums.iter().map(|sum| (*sum).min(self.width_ns)).sum();
        let several = sums.iter().filter(|sum| **sum as f64 > 1.5 * width).count() as u64;
        Level {
            most: sums.iter().max().map_or(0.0, |most| *most as f64 / width),
            mean: if any_ns == 0 { 0.0 } else { sums.iter().sum::<u64>() as f64 / any_ns as f64 },
            any_ns,
            several_ns: several * self.width_ns,
        }
    }
}

fn pairwise(buckets: &[Sums], together: usize) -> Vec<Sums> {
    let add = |a: Sums, b: &Sums| std::array::from_fn(|at| a[at] + b[at]);
    buckets.chunks(together).map(|some| some.iter().fold(Sums::default(), add)).collect()
}

fn moment(sums: &Sums, width_ns: u64) -> Moment {
    let mean = |doing| (sums[index(doing)] as f64 / width_ns as f64) as f32;
    Moment {
        connecting: mean(Doing::Connecting),
        handshake: mean(Doing::Handshake),
        standing: mean(Doing::Standing),
        waiting: mean(Doing::Waiting),
        transferring: mean(Doing::Transferring),
        idle: mean(Doing::Idle),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn levelling(stretches: &[(Doing, u64, u64)]) -> Levelling {
        let mut levelling = Levelling::default();
        for &(doing, from, until) in stretches {
            levelling.add(Stretch { doing, from_ns: from * MS, until_ns: until * MS });
        }
        levelling
    }

    #[test]
    fn one_after_another_is_one_at_a_time() {
        let serial: Vec<_> = (0..10).map(|k| (Doing::Waiting, k * 200, (k + 1) * 200)).collect();
        let levels = levelling(&serial).levels();
        assert_eq!((levels.waiting.most, levels.waiting.mean), (1.0, 1.0));
        assert_eq!((levels.waiting.any_ns, levels.waiting.several_ns), (2_000 * MS, 0));
    }

    #[test]
    fn what_shakes_hands_while_another_waits_is_told() {
        let levels = levelling(&[(Doing::Waiting, 0, 200), (Doing::Handshake, 50, 200), (Doing::Standing, 200, 400)]);
        assert_eq!(levels.levels().handshake_while_waiting_ns, 150 * MS);
    }

    #[test]
    fn a_long_pass_widens_the_buckets_and_loses_nothing() {
        let together: Vec<_> = (0..4).map(|_| (Doing::Waiting, 0, 3_600_000)).collect();
        let levelling = levelling(&together);
        assert!(levelling.buckets.len() <= BUCKETS && levelling.buckets.len() >= BUCKETS / 2);
        let levels = levelling.levels();
        assert!((levels.waiting.mean - 4.0).abs() < 0.01, "{:?}", levels.waiting);
        assert!(levels.moments.len() <= GIVEN);
        assert!(levels.resolution_ns > 3_600_000 * MS / BUCKETS as u64, "{}", levels.resolution_ns);
    }

    #[test]
    fn order_does_not_matter() {
        let early = levelling(&[(Doing::Waiting, 0, 10), (Doing::Idle, 10, 5_000)]).levels();
        let late = levelling(&[(Doing::Idle, 10, 5_000), (Doing::Waiting, 0, 10)]).levels();
        assert_eq!(early, late);
    }
}
