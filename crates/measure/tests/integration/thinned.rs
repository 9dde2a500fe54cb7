//! What thinning removes from trials, what it keeps, and what happens to their file.

use std::fs;

use measure::histogram;
use measure::phase::{Phase, Timeline};
use measure::recorder::FROM_START;
use measure::result::{self, CompressError, ResultWriter, RunResult, Terms, Trial, Validity};
use measure::trace::{Event, Step};

use crate::records::{run, trial};

/// A trial that counts, with everything that could be removed from it.
fn full(round: u32, cell: &str) -> Trial {
    let mut times = histogram::empty();
    (1..=100).for_each(|step| times.saturating_record(step * 1_000));
    let text = histogram::encode(&times).unwrap();
    let served = ledger::Served { connection: 1, arrived_ns: 5, answered_ns: 9 };
    let side = ledger::Side { log: vec![served], requests: 100, ..ledger::Side::default() };
    let names = ["total"].into_iter().chain(Phase::ALL.map(Phase::name));
    let line = Timeline { due: 1, start: 2, built: 0, connected: 3, secured: 4, sent: 5, first_byte: 6, done: 7 };
    Trial {
        cell: cell.parse().unwrap(),
        verdict: Validity::Valid,
        histograms: names.map(|name| (name.to_owned(), text.clone())).collect(),
        sample: vec![line; 3],
        ledger: Some(side.clone()),
        warm_up: Some(side),
        ..trial(round)
    }
}

const TLS: &str = "smol/hyper/rustls/new-conn";

#[test]
fn what_nothing_is_made_of_goes_and_the_rest_stays() {
    let whole = full(1, TLS);
    let mut thinned = [full(2, TLS), whole.clone(), full(1, "smol/hyper/plain/new-conn")];
    result::thin(&mut thinned).unwrap();
    for trial in &thinned {
        assert_eq!(trial.histograms.keys().collect::<Vec<_>>(), ["total"]);
        assert_eq!(trial.phase_time(Phase::Tls).unwrap(), whole.phase_time(Phase::Tls).unwrap());
        let logs = trial.ledger.iter().chain(&trial.warm_up).map(|side| (side.log.len(), side.requests));
        assert_eq!(logs.collect::<Vec<_>>(), [(0, 100); 2]);
    }
    let both = Timeline { due: 1, done: 7, ..Timeline::default() };
    let samples = thinned.each_ref().map(|trial| trial.sample.clone());
    assert_eq!(
        samples,
        [vec![both; 3], whole.sample.clone(), vec![both; 3]],
        "the first round of a cell over TLS is drawn"
    );
    let once = thinned.clone();
    result::thin(&mut thinned).unwrap();
    assert_eq!(thinned, once);
}

#[test]
fn what_is_drawn_as_it_is_stays_as_it_is() {
    let event = Event { at: 1, request: 1, step: Step::Done };
    let traced = Trial { trace: vec![event], ..full(1, TLS) };
    let mut thinned = [traced.clone()];
    result::thin(&mut thinned).unwrap();
    assert_eq!(thinned, [traced]);
    // Timelines of a trial that does not count are not drawn, nor are those of a client with its defaults.
    let invalid = Trial { verdict: Validity::Invalid(vec!["broken".into()]), ..full(1, TLS) };
    let stock = Trial { terms: Terms::Stock, ..full(1, "smol/reqwest/rustls/new-conn") };
    let mut thinned = [invalid, full(2, TLS), full(3, TLS), stock];
    result::thin(&mut thinned).unwrap();
    assert_eq!(thinned.map(|trial| trial.sample[0].start), [0, 2, 0, 0]);
}

#[test]
fn at_a_fixed_rate_the_queue_tells_how_exactly_requests_were_started() {
    let mut paced = full(1, TLS);
    paced.histograms.insert(FROM_START.into(), paced.histograms["total"].clone());
    let mut thinned = [paced.clone(), Trial { late: Some(0), ..full(1, TLS) }];
    result::thin(&mut thinned).unwrap();
    assert_eq!(thinned[0].histograms.keys().collect::<Vec<_>>(), [FROM_START, "queue", "total"]);
    assert_eq!(thinned[1].histograms.keys().collect::<Vec<_>>(), ["queue", "total"]);
    assert_eq!(thinned[0].phase_time(Phase::Queue).unwrap(), paced.phase_time(Phase::Queue).unwrap());
}

#[test]
fn a_histogram_that_is_none_leaves_everything_as_it_is() {
    let mut bad = full(2, TLS);
    bad.histograms.insert("tls".into(), "nonsense".into());
    let mut trials = [full(1, TLS), bad];
    let before = trials.clone();
    assert!(result::thin(&mut trials).is_err());
    assert_eq!(trials, before);
}

#[test]
fn compressed_trials_are_read_and_nothing_else_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
    (1..=3).for_each(|round| writer.append(&trial(round)).unwrap());
    let written = result::lines(dir.path()).unwrap();
    assert!(matches!(result::compress(dir.path(), None), Err(CompressError::Running(_))), "a run is going on");
    drop(writer);
    let sizes = result::compress(dir.path(), None).unwrap();
    assert_eq!((sizes.before, result::lines(dir.path()).unwrap()), (written.len() as u64, written));
    let mut names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["run.json", "trials.ndjson.zst"]);
    assert_eq!(RunResult::read(dir.path()).unwrap().trials, [trial(1), trial(2), trial(3)]);
    result::compress(dir.path(), Some(&[trial(2)])).unwrap();
    assert_eq!(RunResult::read(dir.path()).unwrap().trials, [trial(2)]);
}
