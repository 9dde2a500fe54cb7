//! The verdict of the talk: the pair of its title, and how many stages came out.

use measure::result::{RunResult, Section, Trial};
use talk::stage_result::judge;

use super::evidence::Evidence;
use super::sentence::{Sentence, Staged};

/// The stage whose TLS yields the thread while it waits, and the one whose TLS holds it. Nothing else differs.
const COOPERATIVE: &str = "1-recv";
const BLOCKING: &str = "2-recv";

/// How the stages of a run came out, those of `more` runs beside it included in the count.
pub fn of_talk(result: &RunResult, more: &[&RunResult]) -> Sentence {
    let runs = || [result].into_iter().chain(more.iter().copied());
    let judged: Vec<bool> = runs().flat_map(came_out).collect();
    let first = result.run.sections.first();
    let requests = first.and_then(|section| section.workload.requests()).map_or(0, |n| n.get());
    let seconds = |stage: &str| {
        let section = first?;
        let is = |trial: &&Trial| trial.section == section.name && trial.cell.client == stage && trial.cell.is_tls();
        let trial = result.trials.iter().filter(|trial| trial.counts()).find(is)?;
        Some(Evidence::once(trial.wall_ns as f64 / 1e9))
    };
    Sentence::Staged(Staged {
        requests,
        pair: seconds(BLOCKING).zip(seconds(COOPERATIVE)),
        expected: judged.iter().filter(|expected| **expected).count(),
        stages: judged.len(),
    })
}

/// Of each stage that ran, whether it came out as expected.
fn came_out(result: &RunResult) -> Vec<bool> {
    let section = |trial: &Trial| result.run.sections.iter().find(|section| section.name == trial.section);
    let of = |trial: &Trial| {
        let Section { workload, .. } = section(trial)?;
        Some(judge(trial, workload)?.wrong.is_empty())
    };
    result.trials.iter().filter_map(of).collect()
}
