//! Which of two is less, by the interval of their ratio.

use crate::estimate::{Estimate, Interval};

/// Which of two is less, by the interval of their ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The new one is less than the base.
    Less,
    /// The new one is more than the base.
    More,
    /// The interval contains 1: neither.
    Tie,
    /// There are too few rounds for a claim.
    Unknown,
}

impl Order {
    /// What the interval of `new ÷ base` says.
    pub fn of_ratio(ratio: &Estimate) -> Order {
        match ratio {
            Estimate { interval: Interval::Range, .. } => Order::Unknown,
            Estimate { high, .. } if *high < 1.0 => Order::Less,
            Estimate { low, .. } if *low > 1.0 => Order::More,
            _ => Order::Tie,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_holds_one_is_a_tie_and_few_rounds_say_nothing() {
        let order = |values: &[f64]| Order::of_ratio(&Estimate::of(values).unwrap());
        assert_eq!(order(&[0.9, 1.0, 1.1, 1.0, 1.0, 1.2]), Order::Tie);
        assert_eq!(order(&[0.7, 0.8, 0.8, 0.9, 0.9, 0.9]), Order::Less);
        assert_eq!(order(&[0.5; 5]), Order::Unknown);
    }
}
