//! The TLS tax by class: the bill of an https cell minus that of its plain twin.

use serde::{Deserialize, Serialize};
use workload::catalog::CostClass as Class;

use super::account::Bill;
use super::interval::Interval;

/// The additional cost of a request over https, by class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tax {
    /// One levy for each class, in the order of [`Class::ALL`], even if it is zero or negative.
    pub levies: Vec<Levy>,
    /// All classes together, CPU µs per request.
    pub per_request_us: Interval,
}

/// A class's part of the tax.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Levy {
    /// The class.
    pub class: Class,
    /// CPU µs per request. The interval contains 0 if sampling cannot distinguish the two cells.
    pub per_request_us: Interval,
}

impl Tax {
    /// `https` − `plain`, class by class. `None` if one of them has no requests.
    pub fn between(https: &Bill, plain: &Bill) -> Option<Tax> {
        let per_request_us = https.per_request_us?.minus(plain.per_request_us?);
        let cost = |bill: &Bill, class| bill.item(class).and_then(|item| item.per_request_us).unwrap_or_default();
        let levy = |class| Levy { class, per_request_us: cost(https, class).minus(cost(plain, class)) };
        Some(Tax { levies: Class::ALL.map(levy).into(), per_request_us })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::{Frame, Profile, Stack};

    fn bill(functions: &[(&str, u64)], requests: u64) -> Bill {
        let stack = |name: &str| Stack {
            thread: "t".into(),
            frames: vec![Frame { name: name.into(), object: "tlstax".into(), kernel: false }],
            truncated: false,
        };
        let stacks = functions.iter().map(|(name, samples)| (stack(name), *samples)).collect();
        Bill::of(&Profile { period_ns: 1_000_000, stacks, ..Profile::default() }, requests, 1, &[])
    }

    #[test]
    fn a_tax_is_the_difference_per_request_and_sums_up() {
        let https = bill(&[("x25519_scalar_mult", 400), ("hyper::a", 90)], 1000);
        let plain = bill(&[("hyper::a", 200)], 2000);
        let tax = Tax::between(&https, &plain).unwrap();
        let of = |class| tax.levies.iter().find(|levy| levy.class == class).unwrap().per_request_us;
        assert_eq!(of(Class::KeyExchange).value, 400.0);
        assert!(!of(Class::KeyExchange).contains(0.0));
        assert!((of(Class::Http).value + 10.0).abs() < 1e-9, "below nothing, and not hidden");
        assert!(of(Class::Http).contains(0.0));
        assert!((tax.per_request_us.value - 390.0).abs() < 1e-9);
        assert_eq!(tax.levies.len(), Class::ALL.len());
    }

    #[test]
    fn a_bill_without_requests_has_no_tax_and_one_without_samples_has_one() {
        let (none, some) = (bill(&[], 0), bill(&[("hyper::a", 5)], 10));
        assert_eq!(Tax::between(&some, &none), None);
        let tax = Tax::between(&bill(&[], 10), &some).unwrap();
        let json = serde_json::to_value(&tax).unwrap();
        assert_eq!(serde_json::from_value::<Tax>(json).unwrap(), tax);
        assert_eq!(tax.per_request_us.value, -500.0);
    }
}
