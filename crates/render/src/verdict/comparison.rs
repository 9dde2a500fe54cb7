//! The sentence of a comparison.

use analysis::comparison::gate::Outcome;
use analysis::comparison::metric::Metric;
use analysis::comparison::verdict::Verdict;
use analysis::verdict::{Compared, Told};

use super::quantity::{capital, list, support};
use crate::comparison::columns::{factor, percent};
use crate::format::{memory, number, time};

pub(super) fn compared(compared: &Compared) -> String {
    let Compared { verdicts, telling, unknown, apart, gate, .. } = compared;
    let all: usize = verdicts.iter().map(|(_, count)| count).sum();
    let of = |word: &str| verdicts.iter().find(|(known, _)| *known == word).map_or(0, |(_, count)| *count);
    let (ties, unknowns) = (of("tie"), of("unknown"));
    let said = match (telling, unknown) {
        _ if unknowns == all => {
            let why = unknown.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            let seen = telling.as_ref().map_or_else(String::new, |told| format!("; seen was {}", figures(told)));
            format!("nothing can be said{why}{seen}")
        }
        (Some(told), _) if all == 1 => format!("{}: {}", one(compared, told), figures(told)),
        (Some(told), _) => format!("of {all} comparisons {}; {}: {}", counts(verdicts), most(told), figures(told)),
        (None, _) => {
            let others = if unknowns > 0 { format!("; of {unknowns} nothing can be said") } else { String::new() };
            format!("no difference is shown in {ties} of {all} comparisons: {}{others}", tie(compared, ties))
        }
    };
    let apart = if *apart { "; the two sides did not take turns, so that drift counts as a difference" } else { "" };
    let said = format!("{said}{apart}.");
    match gate {
        None => capital(&said),
        Some((outcome, percent)) => format!("{}: {said}", bound(*outcome, *percent)),
    }
}

/// What came of the bound.
fn bound(outcome: Outcome, percent: f64) -> String {
    match outcome {
        Outcome::Passed => format!("Passed, nothing is shown to be worse by more than {percent} %"),
        Outcome::Failed => format!("FAILED, worse by more than {percent} %"),
        Outcome::Undecided => format!("Undecided, too little is known for a bound of {percent} %"),
    }
}

/// The verdict of one comparison alone.
fn one(compared: &Compared, told: &Told) -> String {
    match &told.verdict {
        Verdict::Tie => format!("no difference is shown, {}", tie(compared, 1)),
        verdict => verdict.word().to_owned(),
    }
}

/// `a tie`, and how far builds differ that do not differ.
fn tie(compared: &Compared, ties: usize) -> String {
    let word = if ties == 1 { "a tie" } else { "ties" };
    match compared.layout {
        Some(band) => format!("{word} (layout ± {} %)", percent(band)),
        None => word.to_owned(),
    }
}

/// `2 are slower, 1 is faster and 9 tie`.
fn counts(verdicts: &[(&'static str, usize)]) -> String {
    let told = verdicts.iter().map(|(word, count)| match (*word, count) {
        ("tie", 1) => "1 ties".to_owned(),
        ("tie", several) => format!("{several} tie"),
        (word, 1) => format!("1 is {word}"),
        (word, several) => format!("{several} are {word}"),
    });
    list(&told.collect::<Vec<_>>())
}

fn most(told: &Told) -> String {
    format!("{} most", told.verdict.word())
}

/// `a/b/c/d 297 µs of client CPU a request, 283 µs before, ×1.050 (95 %: 1.031 to 1.064)`.
fn figures(told: &Told) -> String {
    let Told { name, base_name, metric, base, new, ratio, .. } = told;
    let (base, new) = (say(*metric, base.figure.median), say(*metric, new.figure.median));
    let base = match base_name {
        None => format!("{base} before"),
        Some(other) => format!("{other} {base}"),
    };
    let (what, times) = (what(*metric), factor(ratio.figure.median));
    format!("{name} {new} {what}, {base}, ×{times} ({})", support(ratio, factor))
}

fn say(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Cpu => format!("{} µs", number(value)),
        Metric::Rate => format!("{} requests/s", number(value)),
        Metric::P50 | Metric::P99 => time(value),
        Metric::Rss => memory(value),
    }
}

/// What the figure is of.
fn what(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "of client CPU a request",
        Metric::Rate => "made",
        Metric::P50 => "of median latency",
        Metric::P99 => "at the 99th percentile",
        Metric::Rss => "of peak memory",
    }
}
