//! The text that is printed when the command has ended: each run over time, the verdict, the findings, and what to run
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

/// The width that is used if the terminal does not report its own, columns.
const USUAL: u16 = 100;

/// The smallest and the largest width that is used: less leaves no room for lanes, more is hard to read.
const COLUMNS: std::ops::RangeInclusive<u16> = 48..=160;

/// Draws `observation` with its `diagnosis` for a terminal of `width` columns (100 if it is not known, and at least
/// 48), with or without escape sequences for colour. No line is wider. Text from the network or the command line
/// contains no control characters. The advice is that for programs like the observed one or, with `all_advice`, all of
/// it.
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
