//! Lanes as text: a line per request, one for the executor's thread and one for the origin.

use measure::result::Trial;
use talk::lanes::{Lanes, Span, State};

/// Characters of a lane.
const WIDTH: usize = 72;

/// Lanes drawn at most: those of the first requests.
const LANES: usize = 12;

/// The legend, printed once.
pub(crate) fn legend() -> String {
    let marks: Vec<String> =
        State::ALL.iter().skip(1).map(|state| format!("{} {}", state.mark(), state.name())).collect();
    marks.join("   ")
}

/// The lanes of a trial; `None` if it has no trace.
pub(crate) fn draw(trial: &Trial) -> Option<String> {
    let lanes = Lanes::of(trial)?;
    let length = lanes.length.max(1);
    let mut text = format!("{}  {:.2} s\n", trial.cell, lanes.length as f64 / 1e9);
    for (request, spans) in lanes.requests.iter().take(LANES) {
        text.push_str(&format!("{request:>8} {}\n", line(length, |from, to| longest(spans, from, to).mark())));
    }
    let holder = |from: u64, to: u64| {
        let at = lanes.held.iter().find(|held| held.from < to && held.to > from);
        at.map_or('·', |held| char::from_digit((held.request % 36) as u32, 36).unwrap_or('?'))
    };
    text.push_str(&format!("  thread {}\n", line(length, holder)));
    let in_flight = |_, to: u64| {
        let now = lanes.in_flight.iter().take_while(|(at, _)| *at < to).last().map_or(0, |(_, count)| *count);
        if now < 10 { char::from_digit(now as u32, 10).unwrap_or('?') } else { '+' }
    };
    text.push_str(&format!("  origin {}\n", line(length, in_flight)));
    Some(text)
}

fn line(length: u64, mark: impl Fn(u64, u64) -> char) -> String {
    let at = |column: usize| length * column as u64 / WIDTH as u64;
    (0..WIDTH)
        .map(|column| mark(at(column), at(column + 1).max(at(column) + 1)))
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// The state that takes most of an interval.
fn longest(spans: &[Span], from: u64, to: u64) -> State {
    let overlap = |span: &Span| span.to.min(to).saturating_sub(span.from.max(from));
    spans
        .iter()
        .filter(|span| overlap(span) > 0)
        .max_by_key(|span| overlap(span))
        .map_or(State::Queued, |span| span.state)
}
