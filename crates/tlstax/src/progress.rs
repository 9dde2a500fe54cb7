//! A run's progress on standard error: a row per finished trial, and a bar if it is a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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
        Progress { bar: bar(trials), section: String::new() }
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

/// A bar of `length` steps on standard error; hidden if that is no terminal.
pub(crate) fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    // If the library did not understand the template, it would use its default bar.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} · {elapsed} of about {duration} · {msg}") {
        bar.set_style(style);
    }
    bar
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
