//! The verdict of a comparison.

use super::evidence::Evidence;
use super::sentence::{Compared, Sentence, Told};
use crate::comparison::row::{Rounds, Row};
use crate::comparison::verdict::Verdict;
use crate::comparison::{Comparison, Pairing};

/// What a comparison came to.
pub fn of_comparison(comparison: &Comparison) -> Sentence {
    let rows = &comparison.rows;
    let alone = (rows.len() == 1).then(|| rows.first()).flatten();
    let telling = rows.iter().filter(|row| differs(row)).max_by(|a, b| distance(a).total_cmp(&distance(b))).or(alone);
    let bands = rows.iter().filter_map(|row| row.layout);
    Sentence::Compared(Compared {
        verdicts: comparison.verdicts.iter().map(|(word, count)| (*word, *count)).collect(),
        telling: telling.and_then(told),
        unknown: rows.iter().find_map(|row| row.reason.clone()),
        layout: bands.max_by(f64::total_cmp),
        apart: comparison.pairing != Pairing::ByRound,
        gate: comparison.gate.as_ref().map(|gate| (gate.outcome, gate.above_percent)),
    })
}

fn differs(row: &Row) -> bool {
    !matches!(row.verdict, Verdict::Tie | Verdict::Unknown(_))
}

/// How far new ÷ base is from 1, either way.
fn distance(row: &Row) -> f64 {
    row.ratio.map_or(0.0, |ratio| ratio.median.ln().abs())
}

fn told(row: &Row) -> Option<Told> {
    let Rounds { base, new, common, .. } = row.rounds;
    Some(Told {
        name: row.cell.to_string(),
        base_name: row.base_cell.as_ref().map(ToString::to_string),
        metric: row.metric,
        base: Evidence::of(row.base?, base),
        new: Evidence::of(row.new?, new),
        ratio: Evidence::of(row.ratio?, common.unwrap_or(base.min(new))),
        verdict: row.verdict.clone(),
    })
}
