//! The recorder: every request of a trial into histograms, by phase, in memory that does not grow with N or C.
//!
//! A recorder is a few shards, each behind a mutex of its own. A thread keeps to one shard and moves on when it finds it
//! taken, so that with as many shards as threads that run at once no one waits: a contended mutex costs more than
//! the whole recording (`cargo bench --bench record`).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use crate::histogram::{self, HistogramError, Times};
use crate::phase::{Phase, Timeline};
use crate::protocol::{ErrorCount, Seen};
use crate::watch::Watch;

/// The most timelines that are kept as they are: enough to draw, small enough for every trial's line.
pub const SAMPLE_ROWS: u64 = 64;

/// Records the requests of one trial.
pub struct Recorder {
    shards: Box<[Padded]>,
    /// Every how many requests of a shard a timeline is kept.
    stride: u64,
    watch: Watch,
}

/// Makes histograms and a sample of an engine's plain rows, if it sent any.
pub fn fold_rows(seen: Seen) -> Result<Seen, HistogramError> {
    if seen.rows.is_empty() {
        return Ok(seen);
    }
    let recorder = Recorder::new(seen.rows.len() as u64, 1);
    seen.rows.iter().for_each(|line| recorder.right(line));
    let Seen { histograms, sample, .. } = recorder.finish()?;
    Ok(Seen { histograms, sample, rows: Vec::new(), ..seen })
}

/// Keeps two shards' locks off one cache line.
#[repr(align(128))]
struct Padded(Mutex<Shard>);

struct Shard {
    total: Times,
    phases: [Times; Phase::ALL.len()],
    right: u64,
    errors: BTreeMap<String, ErrorCount>,
    sample: Vec<Timeline>,
}

impl Shard {
    fn new() -> Shard {
        let phases = std::array::from_fn(|_| histogram::empty());
        Shard { total: histogram::empty(), phases, right: 0, errors: BTreeMap::new(), sample: Vec::new() }
    }
}

impl Recorder {
    /// A recorder for a trial of `requests`, of which `at_once` are recorded at the same time at most.
    pub fn new(requests: u64, at_once: usize) -> Recorder {
        let shards = at_once.max(1) as u64;
        Recorder {
            shards: (0..shards).map(|_| Padded(Mutex::new(Shard::new()))).collect(),
            stride: requests.div_ceil(SAMPLE_ROWS).max(1),
            watch: Watch::default(),
        }
    }

    /// What the client can see of its own concurrency.
    #[inline]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Records a request that was answered rightly.
    #[inline]
    pub fn right(&self, line: &Timeline) {
        let mut shard = self.shard();
        let shard = &mut *shard;
        shard.total.saturating_record(line.total_ns());
        line.each_phase(|phase, ns| shard.phases[phase as usize].saturating_record(ns));
        if shard.right.is_multiple_of(self.stride) {
            shard.sample.push(*line);
        }
        shard.right += 1;
    }

    /// Records a request that failed: its kind, which is counted, and what happened, of which each kind's first is kept.
    pub fn wrong(&self, kind: &str, what: impl FnOnce() -> String) {
        let mut shard = self.shard();
        match shard.errors.get_mut(kind) {
            Some(known) => known.count += 1,
            None => {
                shard.errors.insert(kind.to_owned(), ErrorCount { count: 1, first: what() });
            }
        }
    }

    /// Bytes that the recorder holds, so that they can be told from the model's own memory.
    pub fn bytes(&self) -> u64 {
        let counts = |times: &Times| times.distinct_values() * size_of::<u32>();
        let shard = |shard: &Padded| {
            let shard = lock(&shard.0);
            counts(&shard.total) + shard.phases.iter().map(counts).sum::<usize>()
        };
        (self.shards.iter().map(shard).sum::<usize>() + SAMPLE_ROWS as usize * size_of::<Timeline>()) as u64
    }

    /// Merges the shards into what was seen.
    pub fn finish(&self) -> Result<Seen, HistogramError> {
        let mut merged = Shard::new();
        for shard in &self.shards {
            merged.absorb(&lock(&shard.0))?;
        }
        merged.sample.sort_by_key(|line| line.due);
        let mut histograms = BTreeMap::from([("total".to_owned(), histogram::encode(&merged.total)?)]);
        for (phase, times) in Phase::ALL.into_iter().zip(&merged.phases).filter(|(_, times)| !times.is_empty()) {
            histograms.insert(phase.name().to_owned(), histogram::encode(times)?);
        }
        Ok(Seen {
            right: merged.right,
            errors: merged.errors,
            histograms,
            rows: Vec::new(),
            sample: merged.sample,
            most_in_flight: Some(self.watch.most_in_flight()).filter(|most| *most > 0),
            event_loop: self.watch.event_loop(),
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
    // A shard is plain counters: whatever a panicking thread left of one is still sound.
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
        let seen = fold_rows(Seen { right: 3, rows, ..Seen::default() }).unwrap();
        assert_eq!(histogram::decode(&seen.histograms["total"]).unwrap().len(), 3);
        assert!(seen.rows.is_empty() && seen.sample.len() == 3 && seen.right == 3);
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
