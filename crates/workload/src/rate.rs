//! Requests per second of an open loop: request number i is due i/R after the beginning, regardless of earlier
//! requests.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// R: requests per second, more than 0 and at most [`Rate::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rate(f64);

// Never NaN.
impl Eq for Rate {}

/// Why a number is no rate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0:?} is no rate: requests per second are a number above 0 and at most {most}", most = Rate::MOST)]
pub struct RateError(String);

impl Rate {
    /// The highest rate: a request every µs, which no single-threaded pacer keeps up with.
    pub const MOST: f64 = 1_000_000.0;

    /// Requests per second.
    pub fn per_second(self) -> f64 {
        self.0
    }

    /// When request `number` (from 0) is due, ns after the beginning. Computed from the number, so that rounding errors
    /// do not accumulate: it is exact to 1 ns for 50 days.
    pub fn due_ns(self, number: u64) -> u64 {
        (number as f64 * 1e9 / self.0).round() as u64
    }

    /// Requests that are due within `ns`, the first of them at once: ⌈R × D⌉.
    pub fn requests_in(self, ns: u64) -> u64 {
        // A rounding error must not increase a whole number by one.
        let exact = self.0 * (ns as f64 / 1e9);
        let nearest = exact.round();
        if (exact - nearest).abs() <= 1e-9 * exact { nearest as u64 } else { exact.ceil() as u64 }
    }
}

impl TryFrom<f64> for Rate {
    type Error = RateError;

    fn try_from(per_second: f64) -> Result<Rate, RateError> {
        let fits = per_second > 0.0 && per_second <= Rate::MOST;
        if fits { Ok(Rate(per_second)) } else { Err(RateError(per_second.to_string())) }
    }
}

impl From<Rate> for f64 {
    fn from(rate: Rate) -> f64 {
        rate.0
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Rate, RateError> {
        text.parse::<f64>().ok().and_then(|rate| Rate::try_from(rate).ok()).ok_or_else(|| RateError(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn due_times_are_exact_and_do_not_drift() {
        assert_eq!(
            [0, 1, 2, 3, 3_000_000].map(|i| rate("3").due_ns(i)),
            [0, 333_333_333, 666_666_667, 1_000_000_000, 1_000_000_000_000_000]
        );
        // An hour at 20,000 a second, compared with whole numbers: 50,000 ns each.
        assert!((0..72_000_000).step_by(7_919).all(|i| rate("20000").due_ns(i) == i * 50_000));
        // A day at a rate whose interval is no whole number, compared with 128-bit arithmetic.
        let exact = |i: u64| ((i as u128 * 1_000_000_000 * 2 + 30_007) / (2 * 30_007)) as u64;
        assert!((0..86_400 * 30_007).step_by(1_000_003).all(|i| rate("30007").due_ns(i).abs_diff(exact(i)) <= 1));
        assert_eq!(Rate(f64::MIN_POSITIVE).due_ns(u64::MAX), u64::MAX, "what no clock can hold is never due");
    }

    #[test]
    fn requests_of_a_time_are_rounded_up() {
        let second = 1_000_000_000;
        assert_eq!(rate("200").requests_in(300_000_000), 60);
        assert_eq!(rate("0.1").requests_in(30 * second), 3, "0.1 × 30 is no whole number in binary");
        assert_eq!(rate("2.5").requests_in(second), 3);
        assert_eq!(rate("0.5").requests_in(second), 1);
        assert_eq!(rate("1000000").requests_in(86_400 * second), 86_400_000_000);
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in ["0", "-0", "-3", "nan", "inf", "-inf", "1e7", "1000000.1", "ten", ""] {
            let said = text.parse::<Rate>().unwrap_err().to_string();
            assert!(said.contains("above 0 and at most 1000000"), "{said}");
        }
        assert!(serde_json::from_str::<Rate>("0").is_err() && serde_json::from_str::<Rate>("-1.5").is_err());
        assert_eq!(serde_json::to_string(&rate("12.5")).unwrap(), "12.5");
        assert_eq!((rate("100").to_string(), rate("0.5").to_string()), ("100".to_owned(), "0.5".to_owned()));
    }
}
