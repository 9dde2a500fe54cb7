//! A comparison for a terminal: a table per section, with explanations below it.

use std::collections::BTreeMap;

use analysis::comparison::gate::{Gate, Outcome};
use analysis::comparison::outlier::{Outlier, Side};
use analysis::comparison::row::{Rounds, Row};
use analysis::comparison::subject::BySection;
use analysis::comparison::{Comparison, Pairing};
use analysis::verdict::of_comparison;
use workload::Cell;

use super::columns::{self, heading, p};
use crate::screen::Screen;
use crate::table::terminal;
use crate::verdict::text;

/// Draws it: its verdict, a table for each section in as many columns as fit, and facts about
/// both sides and their rounds.
pub fn draw(comparison: &Comparison, screen: &Screen) -> String {
    let mut parts: Vec<String> = comparison
        .rows
        .chunk_by(|one, other| one.section == other.section)
        .map(|rows| section(comparison, rows, screen))
        .collect();
    let mut beneath = vec![foot(comparison).join("\n")];
    beneath.extend(comparison.gate.as_ref().map(|gate| gate_lines(gate).join("\n")));
    beneath.push(head(comparison));
    parts.extend(beneath.iter().map(|part| screen.prose(part)));
    parts.retain(|part| !part.is_empty());
    let verdict = text(&of_comparison(comparison));
    let verdict = match comparison.anyway.is_empty() {
        true => verdict,
        false => format!("NOT COMPARABLE, compared all the same: {verdict}"),
    };
    format!("{}{}", screen.verdict(&[verdict]), parts.join("\n\n"))
}

fn head(comparison: &Comparison) -> String {
    let mut lines = Vec::new();
    if !comparison.anyway.is_empty() {
        lines.push("not comparable, base | new".to_owned());
        lines.extend(comparison.anyway.iter().map(|difference| format!("  {difference}")));
    }
    lines.push(format!("base       {}", comparison.base));
    lines.push(format!("new        {}", comparison.new));
    lines.extend(comparison.changed.iter().map(|difference| format!("changed    {difference}")));
    lines.extend(lacking("only base", &comparison.only_in_base));
    lines.extend(lacking("only new", &comparison.only_in_new));
    lines.extend(caution(comparison.pairing).map(|caution| format!("note       {caution}")));
    lines.join("\n")
}

fn caution(pairing: Pairing) -> Option<&'static str> {
    match pairing {
        Pairing::ByRound => None,
        Pairing::OneAfterAnother => Some(
            "these cells ran one after the other, so that drift of the machine counts as a difference; `tlstax run` \
             alternates them",
        ),
        Pairing::RunsApart => Some(
            "these runs were not interleaved, so that drift of the machine counts as a change; `tlstax cmp --exec` \
             interleaves them",
        ),
    }
}

fn lacking(what: &str, cells: &BySection) -> Vec<String> {
    let line = |(section, cells): (&String, &Vec<Cell>)| match &cells[..] {
        [cell] => format!("{what:<11}{section}: {cell}"),
        cells => format!("{what:<11}{section}: {} cells", cells.len()),
    };
    cells.iter().map(line).collect()
}

fn section(comparison: &Comparison, rows: &[Row], screen: &Screen) -> String {
    let one_metric = rows.iter().all(|row| row.metric == rows[0].metric);
    let what = if one_metric { format!(": {}", heading(rows[0].metric)) } else { String::new() };
    let drawn = terminal::shown(&columns::terminal(comparison, rows), screen.width, "--csv");
    format!("{}\n{drawn}", screen.prose(&format!("{}{what}, {}", rows[0].section, rounds(rows))))
}

/// `10 rounds in pairs`, `10 against 12 rounds`, or a range if cells differ.
fn rounds(rows: &[Row]) -> String {
    let span = |of: &dyn Fn(&Rounds) -> usize| {
        let counts = || rows.iter().map(|row| of(&row.rounds));
        match (counts().min().unwrap_or(0), counts().max().unwrap_or(0)) {
            (least, most) if least == most => most.to_string(),
            (least, most) => format!("{least} to {most}"),
        }
    };
    match rows.iter().all(|row| row.rounds.common.is_some()) {
        true => format!("{} rounds in pairs", span(&|rounds| rounds.common.unwrap_or(0))),
        false => format!("{} rounds against {}", span(&|rounds| rounds.base), span(&|rounds| rounds.new)),
    }
}

fn foot(comparison: &Comparison) -> Vec<String> {
    let counts = comparison.verdicts.iter().map(|(word, count)| format!("{count} {word}"));
    let mut lines = vec![format!("verdicts: {}", counts.collect::<Vec<_>>().join(", "))];
    let mut reasons: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &comparison.rows {
        if let Some(reason) = &row.reason {
            reasons.entry(reason).or_default().push(row);
        }
    }
    lines.extend(reasons.into_iter().map(|(reason, rows)| format!("unknown: {reason} ({})", some(&rows))));
    lines.extend(invalid(comparison));
    lines.push(match comparison.comparisons {
        1 => "1 comparison; an interval holds the true ratio with 95 %".to_owned(),
        several => format!(
            "{several} comparisons: p is corrected for all of them after Holm, and the verdict goes by it; each \
             interval by itself holds the true ratio with 95 %"
        ),
    });
    if !comparison.layout_known && comparison.is_of_builds() {
        lines.push(
            "layout noise is not known: two builds of the same source may differ by as much; a run with the base built \
             again tells"
                .to_owned(),
        );
    }
    lines.extend(far_out(comparison));
    lines
}

/// `a/b/c/d`, or `a/b/c/d and 3 more`.
fn some(rows: &[&Row]) -> String {
    let first = rows.first().map_or_else(String::new, |row| row.cell.to_string());
    match rows.len() {
        1 => first,
        several => format!("{several}: {first}, …"),
    }
}

fn invalid(comparison: &Comparison) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for row in &comparison.rows {
        let Rounds { invalid_base, invalid_new, .. } = row.rounds;
        if invalid_base + invalid_new > 0 {
            let line = format!(
                "left out: {} of {}: invalid trials, {invalid_base} of the base and {invalid_new} of the new",
                row.cell, row.section
            );
            if lines.last() != Some(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// The most outliers that are listed one by one.
const TOLD: usize = 10;

fn far_out(comparison: &Comparison) -> Vec<String> {
    let all = comparison.rows.iter().flat_map(|row| row.outliers.iter().map(move |outlier| (row, outlier)));
    let mut lines: Vec<String> = all
        .map(|(row, outlier)| format!("  {} {}, {}: {}", row.section, row.cell, row.metric.name(), told(outlier)))
        .collect();
    if lines.is_empty() {
        return lines;
    }
    let more = lines.len().saturating_sub(TOLD);
    lines.truncate(TOLD);
    lines.insert(0, "far out, and counted all the same:".to_owned());
    if more > 0 {
        lines.push(format!("  and {more} more (--json has them)"));
    }
    lines
}

/// `round 7 of the new run: ×1.42, steal 12 %`
fn told(outlier: &Outlier) -> String {
    let side = match outlier.side {
        None => "",
        Some(Side::Base) => " of the base",
        Some(Side::New) => " of the new run",
    };
    let steal = match outlier.steal {
        steal if steal >= 0.005 => format!(", steal {:.0} %", steal * 100.0),
        _ => String::new(),
    };
    format!("round {}{side}: ×{:.2}{steal}", outlier.round, outlier.factor)
}

/// The result of the gate, in one sentence or several.
fn gate_lines(gate: &Gate) -> Vec<String> {
    let percent = gate.above_percent;
    let mut lines: Vec<String> = gate
        .failed
        .iter()
        .map(|past| {
            format!(
                "FAILED: {} {}, {}: {:.1} % worse, at least {:.1} %; {percent} % are allowed (p = {})",
                past.section,
                past.cell,
                past.metric.name(),
                past.worse_percent,
                past.least_percent,
                p(past.p_holm)
            )
        })
        .collect();
    for undecided in &gate.undecided {
        lines.push(format!("not judged: {} ({} comparisons)", undecided.reason, undecided.comparisons));
    }
    lines.push(match gate.outcome {
        Outcome::Passed => {
            format!("passed: of {} comparisons none is shown to be worse by more than {percent} %", gate.judged)
        }
        Outcome::Failed => {
            format!("{} of {} comparisons are worse by more than {percent} %", gate.failed.len(), gate.judged)
        }
        Outcome::Undecided => format!(
            "undecided: none of {} comparisons is worse by more than {percent} %, and the others could not fail, \
             whatever they cost",
            gate.judged
        ),
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_far_out_is_told_with_its_round_and_what_was_stolen() {
        let outlier = Outlier { round: 7, side: None, factor: 1.42, steal: 0.12 };
        assert_eq!(told(&outlier), "round 7: ×1.42, steal 12 %");
        assert_eq!(told(&Outlier { side: Some(Side::New), steal: 0.0, ..outlier }), "round 7 of the new run: ×1.42");
    }
}
