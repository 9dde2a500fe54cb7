//! The verdict of a command in words: the sentences that a terminal, a page, Markdown and JSON begin with.
//!
//! What may be said is decided in crate `analysis`, by the interval and the number of rounds of each figure. Here every
//! figure gets its words: what is claimed stands in the present tense with its 95 % interval; what is not, stands in
//! the past tense with how often it was seen, and between which ends. Microseconds stand before ratios.

mod choice;
mod comparison;
mod demonstration;
#[cfg(test)]
mod generated;
mod quantity;
mod run;
mod spent;
#[cfg(test)]
mod tests;

use analysis::report_data::ReportData;
pub(crate) use choice::more;
pub(crate) use quantity::{request, support, times};

use analysis::verdict::{Sentence, of_run, of_sheet, of_talk};

/// The words of a sentence, a full stop at their end.
pub fn text(sentence: &Sentence) -> String {
    match sentence {
        Sentence::NothingCounts { trials: 0 } => "Nothing was measured.".to_owned(),
        Sentence::NothingCounts { trials } => format!("No trial counts: {trials} of {trials} are invalid."),
        Sentence::TlsAdds(adds) => run::tls_adds(adds),
        Sentence::Kept(kept) => run::kept(kept),
        Sentence::Waits(waits) => run::waits(waits),
        Sentence::Varied(varied) => run::varied(varied),
        Sentence::Costs(costs) => run::costs(costs),
        Sentence::AsShipped(shipped) => run::as_shipped(shipped),
        Sentence::Headline(headline) => run::headline(headline),
        Sentence::Chosen(chosen) => choice::chosen(chosen),
        Sentence::Matters { requests, name, .. } => choice::matters(*requests, name),
        Sentence::Compared(compared) => comparison::compared(compared),
        Sentence::Staged(staged) => demonstration::staged(staged),
        Sentence::Fits(fits) => demonstration::fits(fits),
        Sentence::Spent(spent) => spent::spent(spent),
    }
}

/// What all of a result comes to: of a profiled run where its time goes, of the talk how its stages came out.
pub fn of_report(data: &ReportData<'_>) -> Vec<String> {
    if !data.bills.is_empty() {
        return texts(&of_sheet(&data.bills.sheet));
    }
    match data.is_talk() {
        true => vec![text(&of_talk(data.result, &[]))],
        false => texts(&of_run(&data.summaries, data.result.run.order)),
    }
}

/// The same without what to choose, for a page that shows the choices beneath.
pub(crate) fn before_choices(data: &ReportData<'_>) -> Vec<String> {
    if !data.bills.is_empty() || data.is_talk() {
        return of_report(data);
    }
    let said = of_run(&data.summaries, data.result.run.order);
    said.iter().filter(|sentence| !matches!(sentence, Sentence::Chosen(_))).map(text).collect()
}

/// The words of several sentences, in their order.
pub fn texts(sentences: &[Sentence]) -> Vec<String> {
    sentences.iter().map(text).collect()
}
