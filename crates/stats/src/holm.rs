//! Corrects p-values for multiple comparisons: of a hundred without any difference, five would be significant at 5 %.

/// p-values after Holm's step-down correction (Scand. J. Statist. 6, 1979), in their order: each is the level at which
/// its comparison is significant, while the probability of even one wrong claim among all of them stays within that
/// level, however the comparisons depend on one another. NaN counts as 1.
pub fn holm(ps: &[f64]) -> Vec<f64> {
    let usable = |p: f64| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) };
    let mut order: Vec<usize> = (0..ps.len()).collect();
    order.sort_by(|one, other| usable(ps[*one]).total_cmp(&usable(ps[*other])));
    let mut adjusted = vec![1.0; ps.len()];
    let mut least: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        least = least.max((ps.len() - rank) as f64 * usable(ps[at])).min(1.0);
        adjusted[at] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_one_comparison_less() {
        // 0.005·4, 0.01·3, 0.03·2, and 0.04·1, which must not be below the one before.
        let expected = [0.03, 0.06, 0.06, 0.02];
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        assert!(adjusted.iter().zip(expected).all(|(is, shall)| (is - shall).abs() < 1e-12), "{adjusted:?}");
    }

    #[test]
    fn nothing_leaves_the_range_of_a_probability() {
        assert_eq!(holm(&[]), []);
        assert_eq!(holm(&[0.9, 0.8, f64::NAN, -1.0, f64::INFINITY]), [1.0, 1.0, 1.0, 0.0, 1.0]);
    }
}
