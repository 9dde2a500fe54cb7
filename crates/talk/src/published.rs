//! The measurements that the talk's sources publish: seconds of a script's whole run over HTTPS, `/delay/1`.
//!
//! They are from the blog's logs and the slides' notes. Runs that are marked as profiled used cProfile and took 0.3 to
//! 0.5 s longer.

/// The version of Python, which determines the call with which its HTTP client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Python {
    /// 2.7: reads by recv.
    V27,
    /// 3.7: reads by recv_into.
    V37,
}

/// One published total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// The stage, as the talk counts.
    pub stage: &'static str,
    /// The interpreter.
    pub python: Python,
    /// Requests.
    pub n: u64,
    /// Total, s.
    pub seconds: f64,
    /// Whether a profiler ran.
    pub profiled: bool,
}

const fn plain(stage: &'static str, python: Python, n: u64, seconds: f64) -> Published {
    Published { stage, python, n, seconds, profiled: false }
}

const fn profiled(stage: &'static str, python: Python, n: u64, seconds: f64) -> Published {
    Published { stage, python, n, seconds, profiled: true }
}

use Python::{V27, V37};

/// All published totals.
pub const PUBLISHED: [Published; 27] = [
    plain("serial", V27, 3, 3.036),
    plain("serial", V37, 3, 3.088),
    profiled("0", V27, 10, 10.283_865),
    profiled("0", V37, 10, 1.215_995),
    profiled("0", V27, 3, 3.084_680),
    plain("1", V27, 10, 1.048_203),
    plain("1", V37, 10, 1.059_414),
    plain("1", V27, 5, 1.042_442),
    plain("1", V37, 5, 1.048_807),
    profiled("1", V27, 3, 1.143_969),
    plain("2", V27, 10, 10.111_690),
    plain("2", V37, 10, 10.111_726),
    profiled("2", V27, 3, 3.171_143),
    profiled("2", V37, 3, 3.302_343),
    plain("3", V27, 10, 1.078_878),
    plain("3", V37, 10, 10.138_915),
    profiled("3", V27, 3, 1.183_905),
    profiled("3", V37, 3, 3.186_629),
    plain("4", V27, 10, 1.054_416),
    plain("4", V37, 10, 1.069_503),
    plain("4-before", V37, 10, 10.052_055),
    profiled("4", V37, 3, 1.206_663),
    profiled("4-before", V37, 3, 3.220_309),
    plain("0-laptop", V27, 5, 5.087),
    plain("0-laptop", V37, 5, 1.094),
    profiled("1", V27, 10, 1.344_471),
    profiled("1", V37, 10, 1.408_052),
];

/// The published total of a stage for this many requests, without a profiler if there is such a figure.
pub fn of(stage: &str, python: Python, n: u64) -> Option<Published> {
    let fits = |known: &&Published| known.stage == stage && known.python == python && known.n == n;
    let mut found: Vec<&Published> = PUBLISHED.iter().filter(fits).collect();
    found.sort_by_key(|known| known.profiled);
    found.first().map(|known| **known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slow_took_nine_times_as_long_as_the_fast() {
        let seconds = |stage, python| of(stage, python, 10).unwrap().seconds;
        for (slow, fast) in [(("2", V27), ("1", V27)), (("3", V37), ("3", V27)), (("4-before", V37), ("4", V37))] {
            let ratio = seconds(slow.0, slow.1) / seconds(fast.0, fast.1);
            assert!((9.3..9.8).contains(&ratio), "{ratio}");
        }
    }

    #[test]
    fn a_figure_without_the_profiler_goes_first() {
        assert!(!of("1", V27, 10).unwrap().profiled);
        assert!(of("0", V37, 10).unwrap().profiled);
        assert_eq!(of("9", V27, 10), None);
    }
}
