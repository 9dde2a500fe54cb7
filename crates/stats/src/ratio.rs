//! new ÷ base, tested: one rule behind estimate, interval and p-value, so that none contradicts another.
//!
//! Sides that ran in pairs have one quotient per round, sides that ran apart one per value of either: m·n of them.
//! Either way the true ratio lies between two quotients in order unless unlikely few of them are on one side of it; how
//! few is unlikely is the sign test's distribution in the one case and Mann & Whitney's in the other. The estimate is
//! the quotients' median: for sides apart that of Hodges & Lehmann (Ann. Math. Stat. 34, 1963; Hollander, Wolfe &
//! Chicken, Nonparametric Statistical Methods, 3rd ed., §4.2–4.3), on logarithms, since what slows a program down
//! multiplies.

use crate::design::{Below, Design};
use crate::estimate::{Estimate, between};

/// new ÷ base, as far as it is known.
#[derive(Debug, Clone)]
pub struct Ratio {
    /// In order.
    quotients: Vec<f64>,
    design: Design,
    below: Below,
}

impl Ratio {
    /// Of figures measured in pairs (base, new). `None` without pairs, or where one is not positive and finite: a
    /// figure of 0 is one that was not measured.
    pub fn paired(pairs: &[(f64, f64)]) -> Option<Ratio> {
        let quotients = pairs.iter().map(|(base, new)| quotient(*base, *new)).collect::<Option<_>>()?;
        Ratio::new(quotients, Design::Paired { rounds: pairs.len() })
    }

    /// Of figures that were measured apart. `None` as of pairs.
    pub fn unpaired(base: &[f64], new: &[f64]) -> Option<Ratio> {
        let quotients = base.iter().flat_map(|base| new.iter().map(|new| quotient(*base, *new)));
        Ratio::new(quotients.collect::<Option<_>>()?, Design::Unpaired { base: base.len(), new: new.len() })
    }

    fn new(mut quotients: Vec<f64>, design: Design) -> Option<Ratio> {
        quotients.sort_by(f64::total_cmp);
        (!quotients.is_empty()).then(|| Ratio { quotients, design, below: design.null() })
    }

    /// The median ratio with its 95 % interval; the range of the quotients where there are too few rounds for one.
    pub fn estimate(&self) -> Estimate {
        // Halfway between two factors is their geometric mean: the ratio of base ÷ new is then the inverse.
        // Roots round: it must not come to lie beyond either.
        let halfway = |low: f64, high: f64| (low.sqrt() * high.sqrt()).clamp(low, high);
        between(&self.quotients, |count| self.below.at_most(count), halfway)
    }

    /// The two-sided p-value of "no difference". It is at or below 5 % just where the interval leaves 1 out.
    pub fn p(&self) -> f64 {
        (2.0 * self.p_above(1.0).min(self.p_below(1.0))).min(1.0)
    }

    /// The one-sided p-value of "the ratio is at most `bound`".
    ///
    /// Quotients equal to the bound speak against the claim. Conover (§3.4) drops them; the fewer pairs left would then
    /// claim what the interval, which counts them all, does not.
    pub fn p_above(&self, bound: f64) -> f64 {
        self.below.at_most(self.quotients.len() - self.quotients.iter().filter(|quotient| **quotient > bound).count())
    }

    /// The one-sided p-value of "the ratio is at least `bound`", likewise.
    pub fn p_below(&self, bound: f64) -> f64 {
        self.below.at_most(self.quotients.len() - self.quotients.iter().filter(|quotient| **quotient < bound).count())
    }

    /// How the two sides were measured.
    pub fn design(&self) -> Design {
        self.design
    }
}

fn quotient(base: f64, new: f64) -> Option<f64> {
    let positive = |value: f64| value > 0.0 && value.is_finite();
    Some(new / base).filter(|quotient| positive(base) && positive(new) && positive(*quotient))
}

/// `new − base` of values that were measured apart: Hodges & Lehmann's shift, with its interval. `None` without values,
/// or where a difference is not finite.
pub fn shift(base: &[f64], new: &[f64]) -> Option<Estimate> {
    let mut differences: Vec<f64> = base.iter().flat_map(|base| new.iter().map(move |new| new - base)).collect();
    if differences.is_empty() || !differences.iter().all(|difference| difference.is_finite()) {
        return None;
    }
    differences.sort_by(f64::total_cmp);
    let below = Design::Unpaired { base: base.len(), new: new.len() }.null();
    Some(between(&differences, |count| below.at_most(count), f64::midpoint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Interval;

    fn each(quotients: &[f64]) -> Ratio {
        Ratio::paired(&quotients.iter().map(|quotient| (1.0, *quotient)).collect::<Vec<_>>()).unwrap()
    }

    fn close(value: f64, to: f64) -> bool {
        (value - to).abs() <= 5e-5
    }

    /// Hollander, Wolfe & Chicken, example 4.1: permeability of membranes at term, and early in pregnancy.
    const TERM: [f64; 10] = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const EARLY: [f64; 5] = [1.15, 0.88, 0.90, 0.74, 1.21];

    #[test]
    fn values_measured_apart_give_the_textbooks_figures() {
        // One-sided p = 0.1272; shift −0.305; the 96 % interval −0.76 to 0.15 is the narrowest of at least 95 %.
        assert!(close(Ratio::unpaired(&TERM, &EARLY).unwrap().p_below(1.0), 0.1272));
        let shift = shift(&TERM, &EARLY).unwrap();
        assert!(close(shift.median, -0.305) && close(shift.low, -0.76) && close(shift.high, 0.15), "{shift:?}");
    }

    #[test]
    fn pairs_are_judged_by_their_signs() {
        let nine_of_ten = each(&[0.99, 1.1, 1.2, 1.1, 1.3, 1.4, 1.1, 1.2, 1.2, 1.3]);
        assert!(close(nine_of_ten.p(), 0.0215), "2·11 ÷ 1024");
        assert!(close(nine_of_ten.p_above(1.0), 0.0107) && nine_of_ten.p_below(1.0) > 0.99);
        assert!(close(nine_of_ten.p_above(1.25), 0.9453), "three of ten above it");
        assert_eq!(nine_of_ten.estimate().low, 1.1);
    }

    #[test]
    fn a_ratio_turned_around_is_the_inverse() {
        let pairs = [(2.0, 3.0), (2.0, 5.0), (4.0, 4.5), (1.0, 1.7), (2.0, 2.9), (3.0, 3.3)];
        let turned: Vec<(f64, f64)> = pairs.iter().map(|(base, new)| (*new, *base)).collect();
        let (one, other) = (Ratio::paired(&pairs).unwrap(), Ratio::paired(&turned).unwrap());
        assert!(close(one.estimate().median, 1.0 / other.estimate().median));
        assert!(close(one.estimate().low, 1.0 / other.estimate().high) && close(one.p(), other.p()));
    }

    #[test]
    fn equal_figures_are_no_difference_and_few_rounds_no_claim() {
        let equal = each(&[1.0; 20]);
        assert_eq!((equal.p(), equal.estimate().low, equal.estimate().high), (1.0, 1.0, 1.0));
        assert_eq!(each(&[1.1; 5]).estimate().interval, Interval::Range);
        assert_eq!(Ratio::unpaired(&[1.0; 3], &[2.0; 3]).unwrap().estimate().interval, Interval::Range);
        assert_eq!(Ratio::unpaired(&[1.0; 4], &[2.0; 4]).unwrap().estimate().interval, Interval::Confidence95);
    }

    #[test]
    fn what_was_not_measured_has_no_ratio() {
        assert!(Ratio::paired(&[]).is_none() && Ratio::unpaired(&[1.0], &[]).is_none());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE / 4.0] {
            assert!(Ratio::paired(&[(bad, 1e300), (1.0, 1.0)]).is_none(), "{bad}");
            assert!(Ratio::unpaired(&[1e300, 1.0], &[bad]).is_none(), "{bad}");
        }
    }
}
