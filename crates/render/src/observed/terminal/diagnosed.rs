//! Prints the verdict, the findings, what was not judged, and what to run next.

use anstyle::{AnsiColor, Style};
use diagnosis::{Advice, Conclusion, Confidence, Diagnosis, Finding};
use observation::Observation;

use super::sheet::{INDENT, Sheet, fitted};
use crate::observed::finding::{MOST, advice_for, gain, headline, next, overlap, runtimes, title, verdict};
use crate::observed::spent;

const BOLD: Style = Style::new().bold();

/// Prints the headline, and where the time went.
pub(super) fn summary(sheet: &mut Sheet, diagnosis: &Diagnosis) {
    sheet.paragraph(of_verdict(&diagnosis.verdict).bold(), "", 0, &headline(diagnosis));
    let rows = spent::table(diagnosis).rows;
    if rows.is_empty() || matches!(diagnosis.verdict, Conclusion::NotSeen(_)) {
        return;
    }
    sheet.blank();
    let longest = rows.iter().filter_map(|row| row.first()).map(|what| what.text.chars().count()).max();
    let widest = longest.unwrap_or(0).min(sheet.width.saturating_sub(20));
    for row in &rows {
        if let [what, time, share] = &row[..] {
            let line = format!("  {} {:>9} {:>6}", fitted(&what.text, widest), time.text, share.text);
            sheet.line(&[(Style::new(), &line)]);
        }
    }
}

/// Prints the findings, what was not judged, and what to run next.
pub(super) fn draw(sheet: &mut Sheet, observation: &Observation, diagnosis: &Diagnosis, all_advice: bool) {
    let (sentence, reasons) = verdict(diagnosis);
    sheet.paragraph(of_verdict(&diagnosis.verdict).bold(), "", 0, &sentence);
    for reason in &reasons {
        bullet(sheet, reason);
    }
    let runtimes = runtimes(observation);
    for (at, one) in diagnosis.findings.iter().take(MOST).enumerate() {
        sheet.blank();
        let advice = match all_advice {
            true => one.advice.iter().take(MOST).collect(),
            false => foremost(&advice_for(one, &runtimes), if at == 0 { FIRST } else { OTHERS }),
        };
        finding(sheet, one, gain(one, diagnosis), &advice);
    }
    if let Some(overlap) = overlap(diagnosis) {
        sheet.paragraph(Style::new().dimmed(), "", 0, overlap);
    }
    if !diagnosis.notes.is_empty() {
        sheet.blank();
        sheet.line(&[(BOLD, "Notes")]);
        diagnosis.notes.iter().take(MOST).for_each(|note| bullet(sheet, note));
    }
    let next = next(observation, diagnosis);
    if !next.is_empty() {
        sheet.blank();
        sheet.line(&[(BOLD, "Next")]);
        next.iter().for_each(|step| bullet(sheet, step));
    }
}

/// The number of lines of advice for the program's own libraries that are printed, for the first finding and for each
/// other one. The page has all.
const FIRST: usize = 2;
const OTHERS: usize = 1;

/// The number of sentences of evidence that are printed.
const SENTENCES: usize = 2;

/// The first line of advice for any program, and at most `libraries` lines for the program's own libraries.
fn foremost<'a>(advice: &[&'a Advice], libraries: usize) -> Vec<&'a Advice> {
    let any = advice.iter().filter(|one| one.runtime.is_none()).take(1);
    any.chain(advice.iter().filter(|one| one.runtime.is_some()).take(libraries)).copied().collect()
}

fn finding(sheet: &mut Sheet, finding: &Finding, gain: Option<String>, advice: &[&Advice]) {
    let code = finding.code.to_string();
    let word = finding.confidence.word();
    let gain = gain.map(|gain| format!("saves {gain}"));
    let fits = |gain: &String| code.len() + word.len() + gain.chars().count() + 4 <= sheet.width;
    let (beside, below) =
        gain.map_or((None, None), |gain| if fits(&gain) { (Some(gain), None) } else { (None, Some(gain)) });
    let beside = beside.map_or_else(String::new, |gain| format!("  {gain}"));
    let style = of_confidence(finding.confidence);
    sheet.line(&[(style.bold(), &code), (Style::new(), "  "), (style, word), (Style::new(), &beside)]);
    if let Some(gain) = below {
        sheet.paragraph(Style::new(), "", INDENT, &gain);
    }
    sheet.paragraph(BOLD, "", INDENT, &title(finding));
    for evidence in finding.evidence.iter().take(SENTENCES) {
        bullet(sheet, evidence);
    }
    for (at, advice) in advice.iter().enumerate() {
        let of = advice.of.as_ref().map_or_else(String::new, |of| format!("{of}: "));
        part(sheet, if at == 0 { "  change" } else { "" }, &format!("{of}{}", advice.text));
    }
}

/// The column in which the text of named parts begins.
const TEXT: usize = 10;

fn part(sheet: &mut Sheet, name: &str, text: &str) {
    sheet.paragraph(Style::new(), name, TEXT, text);
}

fn bullet(sheet: &mut Sheet, text: &str) {
    sheet.paragraph(Style::new(), "  -", INDENT + 2, text);
}

fn of_verdict(verdict: &Conclusion) -> Style {
    match verdict {
        Conclusion::NothingToMend(_) => AnsiColor::Green.on_default(),
        Conclusion::Found => AnsiColor::Red.on_default(),
        Conclusion::Unexplained(_) | Conclusion::NotSeen(_) | Conclusion::TooLittle(_) => {
            AnsiColor::Yellow.on_default()
        }
    }
}

fn of_confidence(confidence: Confidence) -> Style {
    match confidence {
        Confidence::Proven => AnsiColor::Red.on_default(),
        Confidence::Inferred | Confidence::Suspected => AnsiColor::Yellow.on_default(),
    }
}
