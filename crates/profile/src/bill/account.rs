//! The bill of one profile: samples per class, as CPU time per request, compared with the process's CPU clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use workload::catalog::{Charged, CostClass as Class};

use super::classify::Classifier;
use super::interval::Interval;
use crate::stack::{Profile, Stack, UNKNOWN};

/// How far samples × period may differ from the CPU clock, apart from sampling error, for the two to agree.
pub const TOLERANCE: f64 = 0.03;

/// How many functions without a rule a bill lists.
const UNNAMED_SHOWN: usize = 10;

/// CPU time by class. Nothing is scaled: time that sampling missed is not distributed over the classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    /// CPU time per sample, ns.
    pub period_ns: u64,
    /// Requests that were made while sampling.
    pub requests: u64,
    /// One item for each class, in the order of [`Class::ALL`].
    pub items: Vec<Item>,
    /// All samples.
    pub samples: u64,
    /// CPU time of all samples per request, µs. `None` without requests.
    pub per_request_us: Option<Interval>,
    /// How much of the process's CPU time the samples account for. `None` if its clock did not move.
    pub coverage: Option<Coverage>,
    /// Samples that were taken and lost; they are in no item.
    pub lost: u64,
    /// Samples whose stacks lack their outermost frames; they are in the items.
    pub truncated: u64,
    /// Share of the samples that is in [`Class::Other`], 0 to 1; 0 without samples.
    pub other_share: f64,
    /// The functions most often found innermost in [`Class::Other`], most samples first.
    pub unnamed: Vec<Unnamed>,
}

/// A class's part of a bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The class.
    pub class: Class,
    /// Samples.
    pub samples: u64,
    /// The CPU time of these samples, ns.
    pub cpu_ns: u64,
    /// The same per request, µs. `None` without requests.
    pub per_request_us: Option<Interval>,
}

/// Samples × period ÷ the process's CPU clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The CPU clock's difference, ns.
    pub cpu_clock_ns: u64,
    /// The ratio; 1 if sampling missed nothing.
    pub ratio: Interval,
    /// The ratio is 1 within [`TOLERANCE`] and its sampling interval.
    pub agrees: bool,
}

/// A function that no rule names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    /// Its name; for a stack without any name, that of the object.
    pub function: String,
    /// Samples in which it is the innermost function that has a name.
    pub samples: u64,
}

impl Bill {
    /// The bill of `profile`, during which `requests` requests were made and the process's CPU clock advanced by
    /// `cpu_clock_ns`, kernel time included. `own` are tlstax's modules if tlstax was sampled, else empty.
    pub fn of(profile: &Profile, requests: u64, cpu_clock_ns: u64, own: &'static [Charged]) -> Bill {
        let mut classifier = Classifier::with_own(own);
        let mut counts = [0_u64; Class::ALL.len()];
        let mut unnamed = BTreeMap::<&str, u64>::new();
        for (stack, samples) in &profile.stacks {
            let class = classifier.classify(stack).class;
            counts[class as usize] += samples;
            if class == Class::Other {
                *unnamed.entry(innermost(stack)).or_default() += samples;
            }
        }
        let samples: u64 = counts.iter().sum();
        let per_request = |samples| per_request_us(samples, profile.period_ns, requests);
        let items = Class::ALL.map(|class| {
            let samples = counts[class as usize];
            let cpu_ns = samples.saturating_mul(profile.period_ns);
            Item { class, samples, cpu_ns, per_request_us: per_request(samples) }
        });
        Bill {
            period_ns: profile.period_ns,
            requests,
            items: items.into(),
            samples,
            per_request_us: per_request(samples),
            coverage: Coverage::of(samples, profile.period_ns, cpu_clock_ns),
            lost: profile.lost,
            truncated: profile.truncated,
            other_share: counts[Class::Other as usize] as f64 / samples.max(1) as f64,
            unnamed: most_frequent(unnamed),
        }
    }

    /// The item of `class`. `None` in a bill from a file whose writer did not know the class.
    pub fn item(&self, class: Class) -> Option<&Item> {
        self.items.iter().find(|item| item.class == class)
    }
}

impl Coverage {
    fn of(samples: u64, period_ns: u64, cpu_clock_ns: u64) -> Option<Coverage> {
        if cpu_clock_ns == 0 {
            return None;
        }
        let ratio = Interval::of_count(samples).times(period_ns as f64 / cpu_clock_ns as f64);
        let agrees = ratio.low <= 1.0 + TOLERANCE && ratio.high >= 1.0 - TOLERANCE;
        Some(Coverage { cpu_clock_ns, ratio, agrees })
    }
}

/// Samples × period ÷ requests, in µs.
fn per_request_us(samples: u64, period_ns: u64, requests: u64) -> Option<Interval> {
    (requests > 0).then(|| Interval::of_count(samples).times(period_ns as f64 / requests as f64 / 1000.0))
}

fn innermost(stack: &Stack) -> &str {
    let named = stack.frames.iter().rev().find(|frame| *frame.name != *UNKNOWN);
    named.map(|frame| &*frame.name).or(stack.frames.last().map(|frame| &*frame.object)).unwrap_or(UNKNOWN)
}

fn most_frequent(unnamed: BTreeMap<&str, u64>) -> Vec<Unnamed> {
    let mut unnamed: Vec<_> =
        unnamed.into_iter().map(|(name, samples)| Unnamed { function: name.to_owned(), samples }).collect();
    unnamed.sort_by_key(|unnamed| std::cmp::Reverse(unnamed.samples));
    unnamed.truncate(UNNAMED_SHOWN);
    unnamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Frame;

    const MILLISECOND: u64 = 1_000_000;

    fn stack(names: &[&str]) -> Stack {
        let frame = |name: &&str| Frame { name: (*name).into(), object: "tlstax".into(), kernel: false };
        Stack { thread: "t".into(), frames: names.iter().map(frame).collect(), truncated: false }
    }

    fn profile(stacks: &[(&[&str], u64)]) -> Profile {
        let stacks: BTreeMap<_, _> = stacks.iter().map(|(names, samples)| (stack(names), *samples)).collect();
        let samples = stacks.values().sum();
        Profile { period_ns: MILLISECOND, stacks, samples, lost: 3, truncated: 2, ..Profile::default() }
    }

    #[test]
    fn samples_are_charged_per_request_unscaled() {
        let profile = profile(&[(&["hyper::a"], 60), (&["hyper::a", "malloc"], 30), (&["main", "what"], 10)]);
        let bill = Bill::of(&profile, 50, 200 * MILLISECOND, &[]);
        let of = |class| bill.item(class).unwrap();
        assert_eq!((of(Class::Http).samples, of(Class::Http).cpu_ns), (60, 60 * MILLISECOND));
        assert_eq!(of(Class::Http).per_request_us.unwrap().value, 1200.0);
        assert_eq!(of(Class::Memory).per_request_us.unwrap().value, 600.0);
        assert_eq!(bill.per_request_us.unwrap().value, 2000.0);
        assert_eq!((bill.samples, bill.lost, bill.truncated), (100, 3, 2));
        assert_eq!(bill.other_share, 0.1);
        assert_eq!(bill.unnamed, [Unnamed { function: "what".into(), samples: 10 }]);
        let sum: f64 = bill.items.iter().filter_map(|item| item.per_request_us).map(|us| us.value).sum();
        assert!((sum - 2000.0).abs() < 1e-9);
    }

    #[test]
    fn half_the_clock_does_not_agree_and_all_of_it_does() {
        let profile = profile(&[(&["hyper::a"], 10_000)]);
        let coverage = |clock_ms| Bill::of(&profile, 1, clock_ms * MILLISECOND, &[]).coverage.unwrap();
        assert!(!coverage(20_000).agrees);
        assert_eq!(coverage(20_000).ratio.value, 0.5);
        assert!(coverage(10_000).agrees && coverage(10_400).agrees && coverage(9_600).agrees);
        assert!(!coverage(10_700).agrees && !coverage(9_300).agrees);
    }

    #[test]
    fn nothing_to_divide_by_gives_no_figure_rather_than_none_that_is_a_number() {
        for (profile, requests, clock) in
            [(Profile::default(), 0, 0), (profile(&[(&[], 5)]), 0, 0), (Profile::default(), 7, 7)]
        {
            let bill = Bill::of(&profile, requests, clock, &[]);
            let json = serde_json::to_value(&bill).unwrap();
            assert_eq!(serde_json::from_value::<Bill>(json).unwrap(), bill);
            assert!(bill.other_share.is_finite());
            assert_eq!((bill.per_request_us.is_none(), bill.coverage.is_none()), (requests == 0, clock == 0));
        }
        let huge = profile(&[(&["hyper::a"], u64::MAX / 2)]);
        let bill = Bill::of(&huge, 1, 1, &[]);
        assert!(bill.per_request_us.is_some_and(|us| us.low.is_finite() && us.high.is_finite()));
    }
}
