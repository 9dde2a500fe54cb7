//! A run's progress on standard error: a row per finished trial, and a bar if it is a terminal.

use std::fmt;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use measure::result::{LeftOut, OriginInfo, Section, Trial, Validity};
use render::format::{number, time};
use runner::Observer;
use runner::skipped;
use terminal::plain;
use workload::Cell;

/// Shows progress.
pub(crate) struct Progress {
    bar: ProgressBar,
    section: String,
}

impl Progress {
    /// For a run of `trials`.
    pub(crate) fn new(trials: u64) -> Progress {
        Progress::resumed(trials, 0)
    }

    /// For a run of `trials`, of which so many ended before it was interrupted.
    pub(crate) fn resumed(trials: u64, before: u64) -> Progress {
        Progress { bar: bar(trials, before), section: String::new() }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The bar, for callers that print lines of their own above it.
    pub(crate) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    fn line(&self, text: &str) {
        line(&self.bar, text);
    }
}

/// A bar of `length` steps on standard error, of which so many were made before; hidden if that is no terminal.
pub(crate) fn bar(length: u64, before: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr()).with_position(before);
    // If the library did not understand the template, it would use its default bar.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} · {elapsed}{whole} · {msg}") {
        bar.set_style(style.with_key("whole", move |state: &ProgressState, out: &mut dyn fmt::Write| {
            // A writer that fails has a bar without this.
            let _ =
                out.write_str(&whole(state.elapsed(), state.pos().saturating_sub(before), length - before.min(length)));
        }));
    }
    bar
}

/// How many steps must have ended before the rest is extrapolated from them.
const STEPS: u64 = 3;

/// How long all steps will have taken if the rest take as long as those so far on average: trials are in random order,
/// so the average settles after a few, where one of the latest steps would jump. Nothing before the third.
fn whole(elapsed: Duration, done: u64, all: u64) -> String {
    if done < STEPS {
        return String::new();
    }
    let seconds = elapsed.as_secs_f64() / done as f64 * all.max(done) as f64;
    format!(" of about {}", HumanDuration(Duration::from_secs(seconds.round() as u64)))
}

/// A line on standard error, above the bar.
pub(crate) fn line(bar: &ProgressBar, text: &str) {
    if std::io::stderr().is_terminal() {
        // While the bar is drawn, it must be suspended to print above it.
        bar.suspend(|| terminal::say(text));
    } else {
        terminal::say(format_args!("{text}"));
    }
}

/// Reports on standard error why parts of a run are skipped, each reason once.
pub(crate) fn left_out(left_out: &[LeftOut]) {
    for reason in skipped::reasons(left_out) {
        terminal::say(format_args!("left out: {reason}"));
    }
}

impl Observer for Progress {
    fn origin(&mut self, origin: &OriginInfo) {
        self.line(&plain(&format!("origin: {} {}", origin.name, origin.version)));
    }

    fn begins(&mut self, section: &Section, cell: &Cell, round: u32) {
        if self.section != section.name {
            self.section.clone_from(&section.name);
            self.line(&format!(
                "{:<42}{:>6}{:>12}{:>10}{:>10}{:>20}",
                section.name, "round", "req/s", "p50", "p99", "client CPU µs/req"
            ));
        }
        self.bar.set_message(format!("{cell}, round {round}"));
    }

    fn ended(&mut self, _: &Section, trial: &Trial) {
        self.bar.inc(1);
        self.line(&row(trial));
    }
}

fn row(trial: &Trial) -> String {
    // The name includes the arm, if several take turns.
    let name = trial.arm.map_or_else(|| trial.cell.to_string(), |arm| format!("{} {arm}", trial.cell));
    if let Validity::Invalid(reasons) = &trial.verdict {
        return format!("{:<42}{:>6}  invalid: {}", name, trial.round, plain(&reasons.join("; ")));
    }
    let quantile = |quantile| trial.latency_ns(quantile).ok().flatten().map_or_else(String::new, |ns| time(ns as f64));
    format!(
        "{:<42}{:>6}{:>12}{:>10}{:>10}{:>20}",
        name,
        trial.round,
        number(trial.per_second()),
        quantile(0.5),
        quantile(0.99),
        number(trial.client_us())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_from_the_third_step_on_and_does_not_jump() {
        let at = |seconds, done| whole(Duration::from_secs(seconds), done, 40);
        assert_eq!(at(1, 2), "");
        assert_eq!(at(3, 3), " of about 40 seconds");
        // A step that took five times as long moves the whole by a tenth of itself after ten, not by five.
        assert_eq!(at(15, 11), " of about 55 seconds");
    }
}
