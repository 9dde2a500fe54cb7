//! Draws the rows below the lanes: a value over time as blocks, and the axis.

use crate::format::time;

/// Eighths of a character's height.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A block for each value, as high as its share of `full`. Any value above zero is visible.
pub(super) fn blocks(values: impl Iterator<Item = Option<f64>>, full: f64) -> String {
    let block = |value: Option<f64>| match value {
        // A smaller value is due to rounding and counts as zero.
        Some(value) if value > full / 1_000.0 && full > 0.0 => {
            let eighth = (value / full * 8.0).ceil() as usize;
            BLOCKS[eighth.clamp(1, 8) - 1]
        }
        _ => ' ',
    };
    values.map(block).collect()
}

/// An axis of `columns` characters from 0 to `horizon_ns`. Each label begins at its time.
pub(super) fn axis(horizon_ns: u64, columns: usize) -> String {
    let step = round_step(horizon_ns as f64 / (columns as f64 / LEAST_APART));
    let mut axis = "0".to_owned();
    let mut tick = step;
    while tick < horizon_ns as f64 {
        let label = time(tick);
        let at = (tick / horizon_ns as f64 * columns as f64) as usize;
        let used = axis.chars().count();
        if at + label.chars().count() > columns {
            break;
        }
        if at > used {
            axis.push_str(&" ".repeat(at - used));
            axis.push_str(&label);
        }
        tick += step;
    }
    axis
}

/// The least distance between two labels, columns.
const LEAST_APART: f64 = 12.0;

/// The smallest number of the form 1, 2 or 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let decade = 10f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|digit| digit * decade).into_iter().find(|step| *step >= least).unwrap_or(10.0 * decade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_is_seen_and_nothing_is_not() {
        let values = [Some(0.0), Some(0.1), Some(5.0), Some(10.0), None];
        assert_eq!(blocks(values.into_iter(), 10.0), " ▁▄█ ");
        assert_eq!(blocks([Some(0.0)].into_iter(), 0.0), " ");
    }

    #[test]
    fn times_stand_where_they_are() {
        assert_eq!(axis(2_000_000_000, 60), "0              500 ms         1.00 s         1.50 s");
        for (horizon, columns) in [(1, 20), (999, 60), (3_600_000_000_000, 140), (u64::MAX, 60)] {
            assert!(axis(horizon, columns).chars().count() <= columns);
        }
    }
}
