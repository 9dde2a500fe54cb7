//! Differential flamegraphs: what one program spends per request that another does not. Red functions cost more than
//! before, blue ones less (by their own time, without callees), and widths are nanoseconds of CPU time per request.

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroU64;

use crate::error::ProfileError;
use crate::flamegraph::{draw, picture};
use crate::folded;
use crate::plumbing;
use crate::stack::Profile;

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What was sampled.
    pub profile: &'a Profile,
    /// Requests that were made meanwhile.
    pub requests: NonZeroU64,
}

/// Which side's costs the widths show. A function that only the other side has is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// The side before: shows what is gone.
    Before,
    /// The side after: shows what is new.
    After,
}

/// Draws the difference between two profiles, as an SVG, in CPU time per request.
///
/// # Errors
/// The side that gives the widths has no sample, or `writer` cannot be written to.
pub fn write(
    before: Side<'_>,
    after: Side<'_>,
    width: Width,
    title: &str,
    subtitle: &str,
    writer: impl Write,
) -> Result<(), ProfileError> {
    let what = "a differential flamegraph";
    let widths = if width == Width::After { after } else { before };
    if widths.profile.samples == 0 {
        return Err(ProfileError::Empty { what });
    }
    let mut options = picture(title, subtitle);
    options.count_name = "ns per request".to_owned();
    // The counts are picoseconds, so that a single sample among many requests is not rounded to zero.
    options.factor = 0.001;
    options.negate_differentials = width == Width::Before;
    draw(&mut options, &lines(before, after, width), writer, what)
}

/// Folded stacks with two counts, ps per request: first of the side to compare with, then of the side that gives the
/// widths.
fn lines(before: Side<'_>, after: Side<'_>, width: Width) -> Vec<String> {
    let mut costs: BTreeMap<String, (u128, u128)> = BTreeMap::new();
    for (stack, samples) in plumbing::folded(before.profile).stacks {
        costs.entry(folded::fold(&stack)).or_default().0 += per_request(before, samples);
    }
    for (stack, samples) in plumbing::folded(after.profile).stacks {
        costs.entry(folded::fold(&stack)).or_default().1 += per_request(after, samples);
    }
    let line = |(stack, (before, after)): (String, (u128, u128))| match width {
        Width::After => format!("{stack} {before} {after}"),
        Width::Before => format!("{stack} {after} {before}"),
    };
    costs.into_iter().map(line).collect()
}

/// CPU time per request, ps.
fn per_request(side: Side<'_>, samples: u64) -> u128 {
    u128::from(samples) * u128::from(side.profile.period_ns) * 1000 / u128::from(side.requests.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: u64 = 1_000_000;

    fn sides(before: (&str, u64), after: (&str, u64), check: impl FnOnce(Side<'_>, Side<'_>)) {
        let profiles = [before.0, after.0].map(|text| folded::read(text, PERIOD).unwrap());
        let requests = [before.1, after.1].map(|count| NonZeroU64::new(count).unwrap());
        let side = |index: usize| Side { profile: &profiles[index], requests: requests[index] };
        check(side(0), side(1));
    }

    #[test]
    fn costs_are_of_one_request_whatever_their_number() {
        sides(("m;f 10\nm;g 10", 1000), ("m;f 20\nm;h 1", 2000), |before, after| {
            assert_eq!(lines(before, after, Width::After), ["m;f 10000000 10000000", "m;g 10000000 0", "m;h 0 500000"]);
            assert_eq!(lines(before, after, Width::Before)[1], "m;g 0 10000000");
        });
    }

    #[test]
    fn more_is_red_and_less_is_blue_from_either_side() {
        sides(("m;grew 10\nm;shrank 30", 10), ("m;grew 30\nm;shrank 10", 10), |before, after| {
            for width in [Width::Before, Width::After] {
                let mut svg = Vec::new();
                write(before, after, width, "t", "s", &mut svg).unwrap();
                let svg = String::from_utf8(svg).unwrap();
                assert!(colour(&svg, "grew").starts_with("rgb(255,"), "{svg}");
                assert!(colour(&svg, "shrank").ends_with(",255)"), "{svg}");
                assert!(!svg.contains("NaN") && svg.contains("ns per request"));
            }
        });
    }

    /// The fill of the rectangle whose title begins with `name`.
    fn colour(svg: &str, name: &str) -> String {
        let after = svg.split(&format!("<title>{name} ")).nth(1).unwrap();
        after.split("fill=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    #[test]
    fn one_empty_side_is_a_picture_and_two_are_none() {
        sides(("", 1), ("m;f 1", 1), |empty, some| {
            let mut svg = Vec::new();
            write(empty, some, Width::After, "t", "", &mut svg).unwrap();
            assert!(!String::from_utf8(svg).unwrap().contains("NaN"));
            assert!(write(empty, some, Width::Before, "t", "", Vec::new()).is_err());
        });
    }
}
