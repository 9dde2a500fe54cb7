//! What the user reads when the command has ended: each pass over time, the verdict, the findings, and what to run
//! next.

mod diagnosed;
mod lane;
mod over_time;
mod sheet;
mod strip;

use anstyle::Style;
use diagnosis::Diagnosis;
use observation::{Observation, ObservedRun};

use self::over_time::Scale;
use self::sheet::{INDENT, Sheet};
use super::pass::{horizon_ns, name, took, traffic};
use super::sanitize::sanitize;

/// Columns where the terminal does not say how many it has.
const USUAL: u16 = 100;

/// The fewest and the most columns that are drawn in: in fewer a lane has no room, more take the eye too far.
const COLUMNS: std::ops::RangeInclusive<u16> = 48..=160;

/// Draws `observation` with its `diagnosis` for a terminal of `width` columns (100 where it is not known; at least 48
/// are used), with escape sequences of colour or without. No line is wider; what came from the network or the command
/// line holds no control characters. Advice is that for programs like the observed one, or all.
pub fn draw(
    observation: &Observation,
    diagnosis: &Diagnosis,
    width: Option<u16>,
    colour: bool,
    all_advice: bool,
) -> String {
    let width = width.unwrap_or(USUAL).clamp(*COLUMNS.start(), *COLUMNS.end());
    let mut sheet = Sheet::new(usize::from(width), colour);
    let command = sanitize(&shell_words::join(&observation.command), 200);
    sheet.paragraph(Style::new().bold(), "", 0, &format!("Observed: {command}"));
    diagnosed::summary(&mut sheet, diagnosis);
    let scale = Scale::of(&observation.passes, horizon_ns(observation), sheet.width);
    for pass in &observation.passes {
        sheet.blank();
        heading(&mut sheet, pass);
        over_time::draw(&mut sheet, pass, &scale);
    }
    if observation.passes.iter().any(|pass| !pass.connections.is_empty()) {
        sheet.blank();
        lane::legend(&mut sheet);
    }
    sheet.blank();
    diagnosed::draw(&mut sheet, observation, diagnosis, all_advice);
    sheet.finish()
}

fn heading(sheet: &mut Sheet, pass: &ObservedRun) {
    let name = name(pass.transport);
    let told = took(pass);
    if name.len() + 2 + told.chars().count() <= sheet.width {
        sheet.line(&[(Style::new().bold(), name), (Style::new(), "  "), (Style::new(), &told)]);
    } else {
        sheet.line(&[(Style::new().bold(), name)]);
        sheet.paragraph(Style::new(), "", INDENT, &told);
    }
    sheet.paragraph(Style::new(), "", INDENT, &traffic(pass));
}

#[cfg(test)]
mod tests;
