//! Outlying rounds: shown beside the comparison, and included in it.

use serde::Serialize;
use stats::{Estimate, Fences};

/// A round that lies beyond Tukey's outer fences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outlier {
    /// The round's number.
    pub round: u32,
    /// The side that it belongs to, if the sides did not alternate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Its ratio new ÷ base; if the sides did not alternate, its figure ÷ that side's median.
    pub factor: f64,
    /// CPU time that the hypervisor gave to other machines meanwhile, as a share of one CPU's; the larger of both
    /// trials.
    pub steal: f64,
}

/// A side of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The side that the other is compared with.
    Base,
    /// The side that may have changed.
    New,
}

/// The outliers among rounds of (number, figure, steal). Figures differ by factors, so their logarithms are compared.
pub(super) fn among(side: Option<Side>, rounds: &[(u32, f64, f64)]) -> Vec<Outlier> {
    let logs: Vec<f64> = rounds.iter().map(|(_, figure, _)| figure.ln()).collect();
    let Some(fences) = Fences::of(&logs) else { return Vec::new() };
    let figures: Vec<f64> = rounds.iter().map(|(_, figure, _)| *figure).collect();
    // A ratio is already a factor.
    let unit = side.and_then(|_| Estimate::of(&figures)).map_or(1.0, |estimate| estimate.median);
    let far = rounds.iter().zip(logs).filter(|(_, log)| fences.leave_out(*log));
    far.map(|((round, figure, steal), _)| Outlier { round: *round, side, factor: figure / unit, steal: *steal })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(figures: &[f64]) -> Vec<(u32, f64, f64)> {
        (1..).zip(figures).map(|(number, figure)| (number, *figure, 0.12)).collect()
    }

    #[test]
    fn what_lies_far_out_is_told_with_its_round_and_what_was_stolen() {
        let usual = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 1.42, 1.01];
        assert_eq!(among(None, &rounds(&usual)), [Outlier { round: 7, side: None, factor: 1.42, steal: 0.12 }]);
        let of_side = among(Some(Side::New), &rounds(&usual.map(|figure| figure * 300.0)));
        assert_eq!((of_side.len(), of_side[0].round, of_side[0].side), (1, 7, Some(Side::New)));
        assert!((1.405..1.415).contains(&of_side[0].factor), "{of_side:?}");
    }

    #[test]
    fn what_was_not_measured_is_not_far() {
        assert_eq!(among(None, &rounds(&[1.0, 1.1, 1.2, 1.3, 0.0, 1.4, 1.5])), []);
        assert_eq!(among(None, &rounds(&[1.0; 9])), []);
    }
}
