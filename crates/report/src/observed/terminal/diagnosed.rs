//! The verdict, the findings, what was not visible, and what to run next, in words.

use anstyle::{AnsiColor, Style};
use diagnosis::{Confidence, Diagnosis, Finding, Verdict};
use observation::Observation;

use super::INDENT;
use super::sheet::Sheet;
use crate::observed::finding::{MOST, cost, next, overlap, title, verdict};

const BOLD: Style = Style::new().bold();

pub(super) fn draw(sheet: &mut Sheet, observation: &Observation, diagnosis: &Diagnosis) {
    let (sentence, reasons) = verdict(diagnosis);
    sheet.paragraph(of_verdict(&diagnosis.verdict).bold(), "", 0, &sentence);
    for reason in &reasons {
        bullet(sheet, reason);
    }
    for one in diagnosis.findings.iter().take(MOST) {
        sheet.blank();
        finding(sheet, one);
    }
    if let Some(overlap) = overlap(diagnosis) {
        sheet.blank();
        sheet.paragraph(Style::new(), "", 0, overlap);
    }
    if !diagnosis.notes.is_empty() {
        sheet.blank();
        sheet.line(&[(BOLD, "Not visible here, or not judged")]);
        diagnosis.notes.iter().take(MOST).for_each(|note| bullet(sheet, note));
    }
    let next = next(observation, diagnosis);
    if !next.is_empty() {
        sheet.blank();
        sheet.line(&[(BOLD, "Next")]);
        next.iter().for_each(|step| bullet(sheet, step));
    }
}

fn finding(sheet: &mut Sheet, finding: &Finding) {
    let code = finding.code.to_string();
    sheet.line(&[
        (of_confidence(finding.confidence).bold(), &code),
        (Style::new(), "  "),
        (of_confidence(finding.confidence), finding.confidence.word()),
    ]);
    sheet.paragraph(BOLD, "", INDENT, &title(finding));
    for evidence in finding.evidence.iter().take(MOST) {
        bullet(sheet, evidence);
    }
    if let Some(costs) = &finding.cost {
        part(sheet, "  costs", &cost(costs));
        sheet.paragraph(Style::new().dimmed(), "", TEXT, &format!("({})", costs.how));
    }
    for (at, advice) in finding.advice.iter().take(MOST).enumerate() {
        let of = advice.of.as_ref().map_or_else(String::new, |of| format!("{of}: "));
        part(sheet, if at == 0 { "  change" } else { "" }, &format!("{of}{}", advice.text));
    }
}

/// Where the text of named parts begins.
const TEXT: usize = 10;

fn part(sheet: &mut Sheet, name: &str, text: &str) {
    sheet.paragraph(Style::new(), name, TEXT, text);
}

fn bullet(sheet: &mut Sheet, text: &str) {
    sheet.paragraph(Style::new(), "  -", INDENT + 2, text);
}

fn of_verdict(verdict: &Verdict) -> Style {
    match verdict {
        Verdict::NothingToMend(_) => AnsiColor::Green.on_default(),
        Verdict::Found => AnsiColor::Red.on_default(),
        Verdict::NotSeen(_) | Verdict::TooLittle(_) => AnsiColor::Yellow.on_default(),
    }
}

fn of_confidence(confidence: Confidence) -> Style {
    match confidence {
        Confidence::Proven => AnsiColor::Red.on_default(),
        Confidence::Inferred | Confidence::Suspected => AnsiColor::Yellow.on_default(),
    }
}
