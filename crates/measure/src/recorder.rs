//! The recorder adds every request of a trial to histograms, by phase, in memory that does not grow with the number of
//! requests or the concurrency.
//!
//! A recorder consists of a few shards, each with its own mutex. A thread uses one shard and moves to another if it is
//! locked. With as many shards as threads that run at once, no thread waits: a contended mutex costs more than the
//! whole recording (`cargo bench --bench record`).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use workload::Workload;

use crate::event_loop_lag::ClientGauges;
use crate::histogram::{self, HistogramError, Times};
use crate::phase::{Phase, Timeline};
use crate::protocol::{ErrorCount, Seen};

/// The most timelines that are kept unchanged: enough for a chart, few enough for every trial's line.
pub const SAMPLE_ROWS: u64 = 64;

/// The name of the histogram of times since requests were started: the latency of a fixed-rate trial without the time
/// for which due requests waited for their start.
pub const FROM_START: &str = "from-start";

/// Records the requests of one trial.
pub struct Recorder {
    shards: Box<[Padded]>,
    gauges: ClientGauges,
    /// Whether requests are paced.
    paced: bool,
}

/// Makes histograms and a sample from an engine's timelines, if it sent any.
pub fn fold_rows(seen: Seen, workload: &Workload) -> Result<Seen, HistogramError> {
    if seen.rows.is_empty() {
        return Ok(seen);
    }
    let recorder = Recorder::with(seen.rows.len() as u64, 1, workload.rate.is_some());
    for line in &seen.rows {
        recorder.starts(line.due, line.start);
        recorder.right(line);
    }
    let Seen { histograms, sample, late, .. } = recorder.finish()?;
    Ok(Seen { histograms, sample, late: seen.late.or(late), rows: Vec::new(), ..seen })
}

/// Keeps the locks of two shards on different cache lines.
#[repr(align(128))]
struct Padded(Mutex<Shard>);

struct Shard {
    total: Times,
    phases: [Times; Phase::ALL.len()],
    right: u64,
    errors: BTreeMap<String, ErrorCount>,
    /// Times since the start; kept only in paced trials.
    from_start: Option<Times>,
    sample: Vec<Timeline>,
    /// The timeline of one in this many requests is kept.
    stride: u64,
}

impl Shard {
    fn new(stride: u64, paced: bool) -> Shard {
        Shard {
            total: histogram::empty(),
            phases: std::array::from_fn(|_| histogram::empty()),
            right: 0,
            errors: BTreeMap::new(),
            from_start: paced.then(histogram::empty),
            sample: Vec::with_capacity(SAMPLE_ROWS as usize),
            stride,
        }
    }

    /// Keeps every `stride`th timeline. If there are more than fit, because the number of requests was not known, every
    /// second one is dropped and the stride doubles, so that they stay evenly spread.
    fn keep(&mut self, line: &Timeline) {
        if !self.right.is_multiple_of(self.stride) {
            return;
        }
        if self.sample.len() as u64 == SAMPLE_ROWS {
            let mut number = 0;
            self.sample.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.stride *= 2;
            if !self.right.is_multiple_of(self.stride) {
                return;
            }
        }
        self.sample.push(*line);
    }
}

impl Recorder {
    /// A recorder for `requests` in a closed loop, of which at most `at_once` are recorded at the same time.
    pub fn new(requests: u64, at_once: usize) -> Recorder {
        Recorder::with(requests, at_once, false)
    }

    /// A recorder for a trial of `workload`, of whose requests at most `at_once` are recorded at the same time.
    pub fn of(workload: &Workload, at_once: usize) -> Recorder {
        Recorder::with(workload.requests().map_or(1, NonZeroU64::get), at_once, workload.rate.is_some())
    }

    fn with(requests: u64, at_once: usize, paced: bool) -> Recorder {
        let stride = requests.div_ceil(SAMPLE_ROWS).max(1);
        let shard = |_| Padded(Mutex::new(Shard::new(stride, paced)));
        Recorder { shards: (0..at_once.max(1)).map(shard).collect(), gauges: ClientGauges::default(), paced }
    }

    /// The gauges of the client's own concurrency.
    #[inline]
    pub fn gauges(&self) -> &ClientGauges {
        &self.gauges
    }

    /// Records when a request was due and when it starts, and counts it as late if the difference is large.
    #[inline]
    pub fn starts(&self, due: u64, start: u64) {
        if self.paced {
            self.gauges.started(start.saturating_sub(due));
        }
    }

    /// Records a request with a correct response.
    #[inline]
    pub fn right(&self, line: &Timeline) {
        let mut shard = self.shard();
        let shard = &mut *shard;
        shard.total.saturating_record(line.total_ns());
        line.each_phase(|phase, ns| shard.phases[phase as usize].saturating_record(ns));
        if let Some(times) = &mut shard.from_start {
            times.saturating_record(line.from_start_ns());
        }
        shard.keep(line);
        shard.right += 1;
    }

    /// Records a failed request. Failures are counted by `kind`, and the first `what` of each kind is kept.
    pub fn wrong(&self, kind: &str, what: impl FnOnce() -> String) {
        let mut shard = self.shard();
        match shard.errors.get_mut(kind) {
            Some(known) => known.count += 1,
            None => {
                shard.errors.insert(kind.to_owned(), ErrorCount { count: 1, first: what() });
            }
        }
    }

    /// The bytes that the recorder uses, to separate them from the model's memory.
    pub fn bytes(&self) -> u64 {
        let counts = |times: &Times| times.distinct_values() * size_of::<u32>();
        let shard = |shard: &Padded| {
            let shard = lock(&shard.0);
            let histograms = shard.phases.iter().chain([&shard.total]).chain(&shard.from_start);
            histograms.map(counts).sum::<usize>() + shard.sample.capacity() * size_of::<Timeline>()
        };
        self.shards.iter().map(shard).sum::<usize>() as u64
    }

    /// Merges the shards into the measurements.
    pub fn finish(&self) -> Result<Seen, HistogramError> {
        let mut merged = Shard::new(1, self.paced);
        for shard in &self.shards {
            merged.absorb(&lock(&shard.0))?;
        }
        merged.sample.sort_by_key(|line| line.due);
        let mut histograms = BTreeMap::from([("total".to_owned(), histogram::encode(&merged.total)?)]);
        if let Some(times) = &merged.from_start {
            histograms.insert(FROM_START.to_owned(), histogram::encode(times)?);
        }
        for (phase, times) in Phase::ALL.into_iter().zip(&merged.phases).filter(|(_, times)| !times.is_empty()) {
            histograms.insert(phase.name().to_owned(), histogram::encode(times)?);
        }
        Ok(Seen {
            right: merged.right,
            errors: merged.errors,
            histograms,
            rows: Vec::new(),
            sample: merged.sample,
            most_in_flight: Some(self.gauges.most_in_flight()).filter(|most| *most > 0),
            event_loop: self.gauges.event_loop(),
            late: self.paced.then(|| self.gauges.late()),
            pacer_cpu_ns: self.paced.then(|| self.gauges.pacer_cpu_ns()),
            ..Seen::default()
        })
    }

    #[inline]
    fn shard(&self) -> MutexGuard<'_, Shard> {
        let home = home() % self.shards.len();
        let from_home = self.shards[home..].iter().chain(&self.shards[..home]);
        for shard in from_home {
            match shard.0.try_lock() {
                Ok(guard) => return guard,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        lock(&self.shards[home].0)
    }
}

impl Shard {
    fn absorb(&mut self, other: &Shard) -> Result<(), HistogramError> {
        let add = |into: &mut Times, from: &Times| {
            into.add(from).map_err(|error| HistogramError::Encode(format!("merging shards: {error:?}")))
        };
        add(&mut self.total, &other.total)?;
        for (into, from) in self.phases.iter_mut().zip(&other.phases) {
            add(into, from)?;
        }
        if let (Some(into), Some(from)) = (&mut self.from_start, &other.from_start) {
            add(into, from)?;
        }
        self.right += other.right;
        self.sample.extend_from_slice(&other.sample);
        for (kind, error) in &other.errors {
            let known = self.errors.entry(kind.clone()).or_insert(ErrorCount { count: 0, first: error.first.clone() });
            known.count += error.count;
        }
        Ok(())
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // A shard consists of plain counters, so it is still valid after a panic of a thread that held it.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of this thread's own shard.
#[inline]
fn home() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static HOME: Cell<usize> = const { Cell::new(usize::MAX) });
    HOME.with(|home| {
        if home.get() == usize::MAX {
            home.set(NEXT.fetch_add(1, Relaxed));
        }
        home.get()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(latency: u64) -> Timeline {
        Timeline { due: 1, start: 2, sent: 3, first_byte: latency, done: 1 + latency, ..Timeline::default() }
    }

    #[test]
    fn threads_lose_nothing() {
        let recorder = Recorder::new(40_000, 2);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| recorder.right(&line(1_000_000))));
            }
            recorder.wrong("connect", || "refused".into());
        });
        let seen = recorder.finish().unwrap();
        assert_eq!((seen.right, seen.errors["connect"].count), (40_000, 1));
        let total = histogram::decode(&seen.histograms["total"]).unwrap();
        assert_eq!(total.len(), 40_000);
        assert!(!seen.histograms.contains_key("tls"), "a phase that did not happen is absent");
        assert!(!seen.sample.is_empty() && seen.sample.len() as u64 <= 2 * SAMPLE_ROWS);
    }

    #[test]
    fn memory_does_not_grow_with_the_requests() {
        let recorder = Recorder::new(10_000_000, 1);
        let before = recorder.bytes();
        (0..10_000_000u64).for_each(|n| recorder.right(&line(n * 100)));
        assert_eq!(recorder.bytes(), before);
        assert!(recorder.finish().unwrap().sample.len() as u64 <= SAMPLE_ROWS);
    }

    #[test]
    fn plain_rows_become_histograms() {
        let rows = vec![line(1_000), line(3_000), line(2_000)];
        let seen = fold_rows(Seen { right: 3, rows, ..Seen::default() }, &workload(None)).unwrap();
        assert_eq!(histogram::decode(&seen.histograms["total"]).unwrap().len(), 3);
        assert!(seen.rows.is_empty() && seen.sample.len() == 3 && seen.right == 3);
        assert!(
            seen.late.is_none() && !seen.histograms.contains_key(FROM_START),
            "nothing was due at a moment of its own"
        );
    }

    fn workload(rate: Option<f64>) -> Workload {
        Workload {
            rate: rate.map(|rate| rate.try_into().unwrap()),
            ..Workload::of(workload::Path::get(), workload::Amount::Duration(NonZeroU64::MIN), 1.try_into().unwrap())
        }
    }

    #[test]
    fn what_was_due_is_told_with_and_without_its_wait() {
        let late = |start| Timeline { due: 1_000, start, done: start + 5_000_000, ..Timeline::default() };
        let rows = vec![late(2_000), late(1_001_000), late(1_001_001), late(20_000_000)];
        let seen = fold_rows(Seen { right: 4, rows, ..Seen::default() }, &workload(Some(100.0))).unwrap();
        assert_eq!(seen.late, Some(2), "more than a millisecond, not a millisecond");
        let most = |name: &str| histogram::decode(&seen.histograms[name]).unwrap().max() / 1_000_000;
        assert_eq!((most(FROM_START), most("total")), (5, 25));
    }

    #[test]
    fn the_sample_of_an_unknown_number_is_bounded_and_evenly_spread() {
        for made in [1, 63, 64, 65, 1_000, 100_000] {
            let recorder = Recorder::of(&workload(None), 1);
            (0..made).for_each(|due| recorder.right(&Timeline { due, done: due + 1, ..Timeline::default() }));
            let sample = recorder.finish().unwrap().sample;
            assert!(sample.len() as u64 <= SAMPLE_ROWS && sample.len() as u64 >= made.min(SAMPLE_ROWS / 2), "{made}");
            let step = sample.get(1).map_or(1, |line| line.due - sample[0].due);
            assert!(sample.windows(2).all(|pair| pair[1].due - pair[0].due == step), "{made}");
            assert!(sample.last().unwrap().due + step >= made, "{made}: the end is not missed");
        }
    }

    #[test]
    fn the_first_of_each_kind_of_error_is_kept() {
        let recorder = Recorder::new(3, 1);
        recorder.wrong("status", || "503".into());
        recorder.wrong("status", || "404".into());
        let seen = recorder.finish().unwrap();
        assert_eq!(seen.errors["status"], ErrorCount { count: 2, first: "503".into() });
    }
}
