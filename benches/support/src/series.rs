//! Timings that a benchmark keeps in addition to Criterion's.

/// Timings of one benchmark.
#[derive(Debug, Default)]
pub struct Series(Vec<Batch>);

/// Some runs timed together.
#[derive(Debug, Clone, Copy)]
struct Batch {
    ns: u64,
    count: u64,
}

impl Batch {
    /// The time of one run, ns.
    fn each(&self) -> f64 {
        self.ns as f64 / self.count as f64
    }
}

impl Series {
    /// Adds a batch of `count` runs that took `ns` together. An empty batch is ignored.
    pub fn push(&mut self, ns: u64, count: u64) {
        if count > 0 {
            self.0.push(Batch { ns, count });
        }
    }

    /// How many runs there were.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|batch| batch.count).sum()
    }

    /// The mean time of a run, ns. NaN if there were none.
    pub fn mean(&self) -> f64 {
        self.0.iter().map(|batch| batch.ns).sum::<u64>() as f64 / self.count() as f64
    }

    /// The time of a run, ns: the median of batches, each weighted with its size. NaN if there were none.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(|a, b| a.each().total_cmp(&b.each()));
        let half = self.count().div_ceil(2);
        let mut seen = 0;
        let middle = sorted.iter().find(|batch| {
            seen += batch.count;
            seen >= half
        });
        middle.map_or(f64::NAN, Batch::each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(batches: &[(u64, u64)]) -> Series {
        let mut series = Series::default();
        for &(ns, count) in batches {
            series.push(ns, count);
        }
        series
    }

    #[test]
    fn a_cold_start_moves_the_mean_and_not_the_median() {
        let series = series(&[(1000, 1), (10, 1), (11, 1), (12, 1), (13, 1)]);
        assert_eq!((series.count(), series.mean(), series.median()), (5, 209.2, 12.0));
    }

    #[test]
    fn a_batch_weighs_what_it_holds() {
        let series = series(&[(100, 1), (90, 1), (500, 100)]);
        assert_eq!((series.count(), series.median()), (102, 5.0));
    }

    #[test]
    fn of_nothing_there_is_no_figure() {
        let none = series(&[(5, 0)]);
        assert_eq!(none.count(), 0);
        assert!(none.mean().is_nan() && none.median().is_nan());
    }
}
