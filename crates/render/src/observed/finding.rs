//! Puts a diagnosis into words: its verdict as a sentence, what each finding costs and saves, and what to do next.

use std::collections::BTreeSet;

use diagnosis::{Advice, Code, Conclusion, Confidence, Cost, Diagnosis, Finding};
use observation::{Observation, ObserveMode, Runtime};

use super::pass::plural;
use super::sanitize::{SENTENCE, sanitize};
use crate::format::{number, time};

/// The most findings that are shown, and the most sentences of one. A diagnosis has fewer.
pub(crate) const MOST: usize = 32;

/// The verdict as a sentence, and its reasons.
pub(crate) fn verdict(diagnosis: &Diagnosis) -> (String, Vec<String>) {
    match &diagnosis.verdict {
        Conclusion::Found => {
            let found = diagnosis.findings.len() as u64;
            let names: Vec<&str> = diagnosis.findings.iter().take(MOST).map(|finding| finding.code.name()).collect();
            (format!("{}: {}.", plural(found, "finding"), names.join(", ")), Vec::new())
        }
        Conclusion::NothingToMend(least) => {
            let (wall, possible) = (time(least.wall_ns as f64), time(least.least_ns as f64));
            let ratio = least.wall_ns as f64 / least.least_ns.max(1) as f64;
            let told = format!(
                "Nothing to improve{}: the requests took {wall}; the least possible time is {possible} ({} ×).",
                but_for(diagnosis),
                number(ratio)
            );
            (told, vec![sanitize(&least.how, SENTENCE)])
        }
        Conclusion::Unexplained(unexplained) => {
            let (ns, of) = (time(unexplained.ns as f64), time(unexplained.of_ns as f64));
            let told = format!("{ns} of {of} are not explained by any finding that tlstax knows.");
            (told, vec![sanitize(&unexplained.how, SENTENCE)])
        }
        Conclusion::NotSeen(reasons) => {
            let reasons = reasons.iter().take(MOST).map(|reason| sanitize(reason, SENTENCE)).collect();
            ("None of the command's requests was observed, so nothing could be judged.".to_owned(), reasons)
        }
        Conclusion::TooLittle(why) => ("Too little was observed to judge.".to_owned(), vec![sanitize(why, SENTENCE)]),
    }
}

/// The headline: the first finding and what fixing it would save or, without findings, the verdict; then what takes
/// most of the time.
pub(crate) fn headline(diagnosis: &Diagnosis) -> String {
    let account = diagnosis.account.as_ref().map_or("", |account| &account.sentence);
    match diagnosis.verdict {
        Conclusion::Found if !account.is_empty() => sanitize(account, SENTENCE),
        Conclusion::NothingToMend(_) => {
            format!("{} {}", verdict(diagnosis).0, sanitize(account, SENTENCE)).trim_end().to_owned()
        }
        _ => verdict(diagnosis).0,
    }
}

/// The advice of a finding that applies to the observed program: what is for any program, for the server, and for the
/// program's own language and tools. If these are not known, only what is for any program or the server.
pub(crate) fn advice_for<'a>(finding: &'a Finding, runtimes: &BTreeSet<Runtime>) -> Vec<&'a Advice> {
    let is_for = |advice: &&Advice| advice.runtime.is_none_or(|runtime| runtimes.contains(&runtime));
    finding.advice.iter().filter(is_for).take(MOST).collect()
}

/// The languages and tools that were recognised in the command's processes.
pub(crate) fn runtimes(observation: &Observation) -> BTreeSet<Runtime> {
    observation.passes.iter().flat_map(|pass| pass.runtimes.iter().copied()).collect()
}

/// What fixing a finding would save in this run.
pub(crate) fn gain(finding: &Finding, diagnosis: &Diagnosis) -> Option<String> {
    let wall_ns = diagnosis.account.as_ref()?.wall_ns;
    (finding.saves_ns > 0).then(|| {
        let share = 100.0 * finding.saves_ns as f64 / wall_ns.max(1) as f64;
        format!("about {} of this run ({share:.0} %)", time(finding.saves_ns as f64))
    })
}

/// Names the important findings that could not be judged in this run, so that the verdict claims no more than was
/// observed. What a mode of observation never shows is explained in the documentation.
fn but_for(diagnosis: &Diagnosis) -> String {
    let weighty = [Code::SERIALIZED, Code::ONE_AT_A_TIME, Code::NO_RESUMPTION, Code::CLIENT_PER_REQUEST];
    let hidden = diagnosis.not_judged.iter().map(|one| one.code).filter(|code| weighty.contains(code));
    let names: Vec<&str> = hidden.map(Code::name).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" among the findings that could be judged (not judged: {})", names.join(", "))
    }
}

/// The title of a finding, as a heading.
pub(crate) fn title(finding: &Finding) -> String {
    let title = finding.code.title();
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The cost of a finding: `1.80 s of waiting and 12 ms of CPU per 1,000 requests`.
pub(crate) fn cost(cost: &Cost) -> String {
    let wall = cost.wall_ms.map(|ms| format!("{} of waiting", time(ms * 1e6)));
    let cpu = cost.cpu_ms.map(|ms| format!("{} of CPU", time(ms * 1e6)));
    let costs: Vec<String> = wall.into_iter().chain(cpu).collect();
    if costs.is_empty() { "not known".to_owned() } else { format!("{} per 1,000 requests", costs.join(" and ")) }
}

/// A remark that is needed if several findings save time; `None` otherwise.
pub(crate) fn overlap(diagnosis: &Diagnosis) -> Option<&'static str> {
    let saving = diagnosis.findings.iter().filter(|finding| finding.saves_ns > 0).count();
    (saving > 1).then_some("The savings of several findings overlap: they don't add up.")
}

/// Suggestions for what to run next.
pub(crate) fn next(observation: &Observation, diagnosis: &Diagnosis) -> Vec<String> {
    match (&diagnosis.verdict, observation.via) {
        (Conclusion::Found, _) => hold(observation, diagnosis).into_iter().collect(),
        (Conclusion::NotSeen(_), ObserveMode::Url) => {
            vec!["observe the command with its own servers: tlstax observe --via proxy -- COMMAND".to_owned()]
        }
        (Conclusion::NotSeen(_), ObserveMode::Proxy) => vec![
            "if the command takes a URL, observe it with tlstax's own origin: tlstax observe -- COMMAND, with {url} in \
             place of the URL"
                .to_owned(),
        ],
        (Conclusion::TooLittle(why), _) if why.contains("HTTP/2") => vec![
            "turn HTTP/2 off in the client, so that its requests can be distinguished (curl --http1.1, Go \
             GODEBUG=http2client=0), or replace its URL with {url}; then observe it again"
                .to_owned(),
        ],
        (Conclusion::TooLittle(_), _) => vec!["let the command send more requests, and observe it again".to_owned()],
        (Conclusion::NothingToMend(_), _) => Vec::new(),
        (Conclusion::Unexplained(_), _) => {
            vec![
                "write a page and look at what each connection did over time: tlstax observe -o DIR -- COMMAND"
                    .to_owned(),
            ]
        }
    }
}

/// A command that fails if a fixed finding comes back. It names proven findings, because those are made in every run.
fn hold(observation: &Observation, diagnosis: &Diagnosis) -> Option<String> {
    let proven = diagnosis.findings.iter().filter(|finding| finding.confidence == Confidence::Proven).take(MOST);
    let mut codes: Vec<&str> = proven.map(|finding| finding.code.name()).collect();
    if codes.is_empty() {
        codes.push(diagnosis.findings.first()?.code.name());
    }
    let command = sanitize(&shell_words::join(&observation.command), SENTENCE);
    // A truncated command could not be run.
    let command = if command.chars().count() > LONGEST_COMMAND { "COMMAND" } else { &command };
    Some(format!("once it is fixed, keep it fixed: tlstax observe --fail-on {} -- {command}", codes.join(",")))
}

/// The longest command that is repeated in the suggestion, characters.
const LONGEST_COMMAND: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::fixtures::{diagnosis, serialized};

    #[test]
    fn what_is_proven_is_what_to_hold() {
        let (observation, mut told) = (serialized(3), diagnosis());
        let mut second = told.findings[0].clone();
        (second.code, second.confidence) = (Code::NO_REUSE, Confidence::Suspected);
        told.findings.push(second);
        let held = |diagnosis: &Diagnosis| hold(&observation, diagnosis).unwrap();
        assert!(held(&told).ends_with("tlstax observe --fail-on serialized -- python3 fetch.py {url}"));
        told.findings[1].confidence = Confidence::Proven;
        assert!(held(&told).contains("--fail-on serialized,no-reuse -- "));
        told.findings.iter_mut().for_each(|finding| finding.confidence = Confidence::Suspected);
        assert!(held(&told).contains("--fail-on serialized -- "));
    }
}
