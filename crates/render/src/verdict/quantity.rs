//! A figure in a sentence: what it rests on stands in brackets behind it.

use analysis::figure::Figure;
use analysis::verdict::Evidence;
use workload::Connection;

use crate::format::{grouped, number};

/// What a figure rests on: `95 %: 222 to 248`, or `3 rounds, range 222 to 248`, or `1 round`.
pub(crate) fn support(evidence: &Evidence, say: impl Fn(f64) -> String) -> String {
    let Figure { low, high, .. } = evidence.figure;
    let ends = format!("{} to {}", say(low), say(high));
    match (evidence.claims(), evidence.rounds) {
        (true, _) => format!("95 %: {ends}"),
        (false, 0 | 1) => "1 round".to_owned(),
        // Enough for an interval where both sides were measured apart, and still few.
        (false, rounds) if evidence.figure.confident => format!("{rounds} rounds, 95 %: {ends}"),
        (false, rounds) => format!("{rounds} rounds, range {ends}"),
    }
}

/// A factor: `×9.9`; where it is no claim, with its range: `×1.2, range 1.0 to 1.3`.
pub(crate) fn times(ratio: &Evidence) -> String {
    let Figure { median, low, high, .. } = ratio.figure;
    let times = format!("×{}", factor(median));
    match ratio.claims() || ratio.rounds < 2 {
        true => times,
        false => format!("{times}, range {} to {}", factor(low), factor(high)),
    }
}

/// A factor in as many digits as its size bears.
pub(super) fn factor(value: f64) -> String {
    match value {
        value if !(0.001..1e4).contains(&value) => format!("{value:.0e}"),
        value if value < 2.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => grouped(value),
    }
}

/// Client CPU of a request with what it rests on: `27 µs (95 %: 26 to 28)`.
pub(super) fn us(evidence: &Evidence) -> String {
    format!("{} µs ({})", number(evidence.figure.median), support(evidence, number))
}

/// A verb: what is claimed holds, what was only seen held.
pub(super) fn verb(evidence: &Evidence, claimed: &'static str, seen: &'static str) -> &'static str {
    if evidence.claims() { claimed } else { seen }
}

/// `a request over a new connection`.
pub(crate) fn request(connection: Connection) -> String {
    match connection {
        Connection::NewConn => "a request over a new connection".to_owned(),
        Connection::Resumed => "a request over a new connection that resumes a session".to_owned(),
        Connection::KeepAlive => "a request over a kept connection".to_owned(),
        Connection::KeepAliveFor(requests) => format!("a request, {requests} of which share a connection,"),
        Connection::NewClient => "a request with a client object of its own".to_owned(),
        Connection::Own => "a request".to_owned(),
    }
}

/// The same words at the beginning of a sentence.
pub(super) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A count in words as far as English has short ones: `eight`, `13`.
pub(super) fn count(number: usize) -> String {
    const WORDS: [&str; 13] =
        ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(number).map_or_else(|| grouped(number as f64), |word| (*word).to_owned())
}

/// `a, b and c`.
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
