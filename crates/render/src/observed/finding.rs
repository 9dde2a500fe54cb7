//! A diagnosis in words: its verdict in a sentence, and what a finding is worth.

use std::collections::BTreeSet;

use diagnosis::{Advice, Code, Conclusion, Confidence, Cost, Diagnosis, Finding};
use observation::{Observation, ObserveMode, Runtime};

use super::pass::plural;
use super::sanitize::{SENTENCE, sanitize};
use crate::format::{number, time};

/// Findings, and sentences of one, that are shown at most: a diagnosis has fewer.
pub(crate) const MOST: usize = 32;

/// The verdict in a sentence, and what goes with it.
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
                "Nothing to improve{}: the requests took {wall}; the least possible is {possible} ({} ×).",
                but_for(diagnosis),
                number(ratio)
            );
            (told, vec![sanitize(&least.how, SENTENCE)])
        }
        Conclusion::Unexplained(unexplained) => {
            let (ns, of) = (time(unexplained.ns as f64), time(unexplained.of_ns as f64));
            let told = format!("{ns} of {of} are not explained by anything tlstax knows.");
            (told, vec![sanitize(&unexplained.how, SENTENCE)])
        }
        Conclusion::NotSeen(reasons) => {
            let reasons = reasons.iter().take(MOST).map(|reason| sanitize(reason, SENTENCE)).collect();
            ("Nothing was seen that could be judged.".to_owned(), reasons)
        }
        Conclusion::TooLittle(why) => ("Too little was seen to judge.".to_owned(), vec![sanitize(why, SENTENCE)]),
    }
}

/// The first sentence of all: what was found first and what would be gained, or the verdict where nothing was; and what
/// takes most of the time.
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

/// The advice of a finding that is for a program like this: for any, for the server, and for its own language and
/// tools. Where nothing is known of the program, what is for any.
pub(crate) fn advice_for<'a>(finding: &'a Finding, runtimes: &BTreeSet<Runtime>) -> Vec<&'a Advice> {
    let is_for = |advice: &&Advice| advice.runtime.is_none_or(|runtime| runtimes.contains(&runtime));
    finding.advice.iter().filter(is_for).take(MOST).collect()
}

/// Languages and tools that the command's processes were recognised as.
pub(crate) fn runtimes(observation: &Observation) -> BTreeSet<Runtime> {
    observation.passes.iter().flat_map(|pass| pass.runtimes.iter().copied()).collect()
}

/// What fixing a finding gains in this run.
pub(crate) fn gain(finding: &Finding, diagnosis: &Diagnosis) -> Option<String> {
    let wall_ns = diagnosis.account.as_ref()?.wall_ns;
    (finding.saves_ns > 0).then(|| {
        let share = 100.0 * finding.saves_ns as f64 / wall_ns.max(1) as f64;
        format!("about {} of this run ({share:.0} %)", time(finding.saves_ns as f64))
    })
}

/// What this run might have shown and did not let be judged, so that no more is said than was seen. What a way never
/// shows is the documentation's.
fn but_for(diagnosis: &Diagnosis) -> String {
    let weighty = [Code::SERIALIZED, Code::ONE_AT_A_TIME, Code::NO_RESUMPTION, Code::CLIENT_PER_REQUEST];
    let hidden = diagnosis.not_judged.iter().map(|one| one.code).filter(|code| weighty.contains(code));
    let names: Vec<&str> = hidden.map(Code::name).collect();
    if names.is_empty() { String::new() } else { format!(" in what could be judged (not {})", names.join(", ")) }
}

/// What a finding is, as a heading.
pub(crate) fn title(finding: &Finding) -> String {
    let title = finding.code.title();
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a finding costs: `1.80 s of waiting and 12 ms of CPU per 1,000 requests`.
pub(crate) fn cost(cost: &Cost) -> String {
    let wall = cost.wall_ms.map(|ms| format!("{} of waiting", time(ms * 1e6)));
    let cpu = cost.cpu_ms.map(|ms| format!("{} of CPU", time(ms * 1e6)));
    let costs: Vec<String> = wall.into_iter().chain(cpu).collect();
    if costs.is_empty() { "not known".to_owned() } else { format!("{} per 1,000 requests", costs.join(" and ")) }
}

/// What must be said where several findings save time; `None` elsewhere.
pub(crate) fn overlap(diagnosis: &Diagnosis) -> Option<&'static str> {
    let saving = diagnosis.findings.iter().filter(|finding| finding.saves_ns > 0).count();
    (saving > 1).then_some("What several findings save overlaps: it does not add up.")
}

/// What to run next.
pub(crate) fn next(observation: &Observation, diagnosis: &Diagnosis) -> Vec<String> {
    match (&diagnosis.verdict, observation.via) {
        (Conclusion::Found, _) => hold(observation, diagnosis).into_iter().collect(),
        (Conclusion::NotSeen(_), ObserveMode::Url) => {
            vec!["observe it with its own servers: tlstax observe --via proxy -- COMMAND".to_owned()]
        }
        (Conclusion::NotSeen(_), ObserveMode::Proxy) => vec![
            "if it takes a URL, observe it with a server of tlstax's: tlstax observe -- COMMAND, with {url} where the \
             URL stands"
                .to_owned(),
        ],
        (Conclusion::TooLittle(why), _) if why.contains("HTTP/2") => vec![
            "turn HTTP/2 off in the client, so that its requests can be told apart: curl --http1.1, Go \
             GODEBUG=http2client=0; or replace its URL with {url} and observe it again"
                .to_owned(),
        ],
        (Conclusion::TooLittle(_), _) => vec!["let it send more requests, and observe it again".to_owned()],
        (Conclusion::NothingToMend(_), _) => Vec::new(),
        (Conclusion::Unexplained(_), _) => {
            vec!["look at the page for what each connection did when: tlstax observe -o DIR -- COMMAND".to_owned()]
        }
    }
}

/// How to keep what was fixed from coming back: by what is proven, which does not come and go.
fn hold(observation: &Observation, diagnosis: &Diagnosis) -> Option<String> {
    let proven = diagnosis.findings.iter().filter(|finding| finding.confidence == Confidence::Proven).take(MOST);
    let mut codes: Vec<&str> = proven.map(|finding| finding.code.name()).collect();
    if codes.is_empty() {
        codes.push(diagnosis.findings.first()?.code.name());
    }
    let command = sanitize(&shell_words::join(&observation.command), SENTENCE);
    // A command that would be cut off cannot be run.
    let command = if command.chars().count() > LONGEST_COMMAND { "COMMAND" } else { &command };
    Some(format!("when it is fixed, keep it so: tlstax observe --fail-on {} -- {command}", codes.join(",")))
}

/// The longest command that is repeated, characters.
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
