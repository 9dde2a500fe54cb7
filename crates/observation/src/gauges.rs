//! The number of connections in each state over time, as sums in buckets that widen as the run goes on.
//!
//! A stretch is added when it has ended, however long ago it began, because what a record was is sometimes known only
//! from what came after it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connection::{Doing, Stretch};

/// The most buckets while recording. They double in width when the run outgrows them, so that at least half of them are
/// in use from then on.
const BUCKETS: usize = 16_384;

/// The width of a bucket at first, ns.
const FINEST_NS: u64 = 100_000;

/// The most buckets of the result: enough for a chart.
const GIVEN: usize = 512;

/// The number of connections in each state, over time and for the whole run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Levels")]
pub struct Gauges {
    /// Requests in flight.
    pub waiting: Gauge,
    /// Connections that could carry a request and had not carried one yet.
    pub standing: Gauge,
    /// Handshakes in progress.
    pub handshake: Gauge,
    /// Connections that were open.
    pub open: Gauge,
    /// Time during which a request was in flight while the handshake of a connection was in progress, ns. Both are
    /// counted as means over short spans.
    pub handshake_while_waiting_ns: u64,
    /// The length of the short spans over which means are computed, ns. Anything much shorter is averaged out:
    /// consecutive requests then look like simultaneous ones.
    #[serde(default)]
    pub resolution_ns: u64,
    /// The length of each span in `moments`, ns.
    pub moment_ns: u64,
    /// The mean numbers of connections in each state, for consecutive spans.
    pub moments: Vec<Moment>,
}

/// A number of connections or requests over a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Level")]
pub struct Gauge {
    /// The maximum of the number, as a mean over a short span.
    pub most: f64,
    /// The mean over the time in which the number was not zero.
    pub mean: f64,
    /// The time in which the number was not zero, ns.
    pub any_ns: u64,
    /// The time in which the number, as a mean over a short span, was more than 1.5, ns.
    pub several_ns: u64,
}

/// The mean numbers of connections in each state over a short span.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// Connections that are being opened.
    pub connecting: f32,
    /// Connections whose handshake is in progress.
    pub handshake: f32,
    /// Connections that are open and have not been used yet.
    pub standing: f32,
    /// Requests in flight.
    pub waiting: f32,
    /// Connections on which a response is arriving.
    pub transferring: f32,
    /// Connections that are idle after use.
    pub idle: f32,
}

/// Sums of connection time by [`Doing`], ns.
type Sums = [u64; 6];

/// Records [`Gauges`] in bounded memory.
#[derive(Debug)]
pub(crate) struct GaugeRecorder {
    width_ns: u64,
    buckets: Vec<Sums>,
}

impl Default for GaugeRecorder {
    fn default() -> Self {
        GaugeRecorder { width_ns: FINEST_NS, buckets: Vec::new() }
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

impl GaugeRecorder {
    /// Adds a stretch that has ended.
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

    /// The recorded gauges.
    pub(crate) fn gauges(&self) -> Gauges {
        let gauge = |of: &dyn Fn(&Sums) -> u64| self.gauge(of);
        let both = |sums: &&Sums| sums[index(Doing::Waiting)] > 0 && sums[index(Doing::Handshake)] >= self.width_ns / 2;
        let waited = |sums: &Sums| sums[index(Doing::Waiting)].min(self.width_ns);
        let together = self.buckets.len().div_ceil(GIVEN).max(1);
        let moment_ns = self.width_ns * together as u64;
        Gauges {
            waiting: gauge(&|sums| sums[index(Doing::Waiting)]),
            standing: gauge(&|sums| sums[index(Doing::Standing)]),
            handshake: gauge(&|sums| sums[index(Doing::Handshake)]),
            open: gauge(&|sums| sums.iter().sum()),
            handshake_while_waiting_ns: self.buckets.iter().filter(both).map(waited).sum(),
            resolution_ns: self.width_ns,
            moment_ns,
            moments: pairwise(&self.buckets, together).iter().map(|sums| moment(sums, moment_ns)).collect(),
        }
    }

    fn gauge(&self, of: &dyn Fn(&Sums) -> u64) -> Gauge {
        let width = self.width_ns as f64;
        let sums: Vec<u64> = self.buckets.iter().map(of).collect();
        let any_ns: u64 = sums.iter().map(|sum| (*sum).min(self.width_ns)).sum();
        let several = sums.iter().filter(|sum| **sum as f64 > 1.5 * width).count() as u64;
        Gauge {
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

    fn recorded(stretches: &[(Doing, u64, u64)]) -> GaugeRecorder {
        let mut gauge_recorder = GaugeRecorder::default();
        for &(doing, from, until) in stretches {
            gauge_recorder.add(Stretch { doing, from_ns: from * MS, until_ns: until * MS });
        }
        gauge_recorder
    }

    #[test]
    fn one_after_another_is_one_at_a_time() {
        let serial: Vec<_> = (0..10).map(|k| (Doing::Waiting, k * 200, (k + 1) * 200)).collect();
        let gauges = recorded(&serial).gauges();
        assert_eq!((gauges.waiting.most, gauges.waiting.mean), (1.0, 1.0));
        assert_eq!((gauges.waiting.any_ns, gauges.waiting.several_ns), (2_000 * MS, 0));
    }

    #[test]
    fn what_shakes_hands_while_another_waits_is_told() {
        let gauges = recorded(&[(Doing::Waiting, 0, 200), (Doing::Handshake, 50, 200), (Doing::Standing, 200, 400)]);
        assert_eq!(gauges.gauges().handshake_while_waiting_ns, 150 * MS);
    }

    #[test]
    fn a_long_pass_widens_the_buckets_and_loses_nothing() {
        let together: Vec<_> = (0..4).map(|_| (Doing::Waiting, 0, 3_600_000)).collect();
        let gauge_recorder = recorded(&together);
        assert!(gauge_recorder.buckets.len() <= BUCKETS && gauge_recorder.buckets.len() >= BUCKETS / 2);
        let gauges = gauge_recorder.gauges();
        assert!((gauges.waiting.mean - 4.0).abs() < 0.01, "{:?}", gauges.waiting);
        assert!(gauges.moments.len() <= GIVEN);
        assert!(gauges.resolution_ns > 3_600_000 * MS / BUCKETS as u64, "{}", gauges.resolution_ns);
    }

    #[test]
    fn order_does_not_matter() {
        let early = recorded(&[(Doing::Waiting, 0, 10), (Doing::Idle, 10, 5_000)]).gauges();
        let late = recorded(&[(Doing::Idle, 10, 5_000), (Doing::Waiting, 0, 10)]).gauges();
        assert_eq!(early, late);
    }
}
