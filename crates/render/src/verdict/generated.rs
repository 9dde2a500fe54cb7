//! Sentences of generated runs and comparisons, and of made-up figures for the forms that those lead to seldom.

use analysis::comparison::metric::Metric;
use analysis::comparison::subject::Subject;
use analysis::comparison::{CompareOptions, compare};
use analysis::summarize::summaries;
use analysis::verdict::{
    AsShipped, Costs, Evidence, Fits, Sentence, Share, Shipped, Spent, Staged, Way, headline, of_comparison, of_run,
};
use fixtures::{section, trial};
use measure::result::{RunResult, Trial, TrialOrder};
use profile::bill::Interval;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use stats::Estimate;
use workload::{Cell, Connection};

/// Sentences of a generated run, of a comparison in it, and of every form beside.
pub(super) fn generated(random: &mut ChaCha8Rng) -> Vec<Sentence> {
    let run = generated_run(random);
    let summaries = summaries(&run);
    let mut sentences = of_run(&summaries, run.run.order);
    let pair = ("tokio-current", "hyper");
    sentences.push(Sentence::Headline(headline(&summaries, pair, &["rustls", "native-tls"], run.run.order)));
    sentences.extend(comparison(random, &run));
    sentences.extend(others(random));
    sentences
}

const FRESH: [&str; 5] = [
    "tokio-current/hyper/plain/new-conn",
    "tokio-current/hyper/rustls/new-conn",
    "tokio-current/hyper/native-tls/new-conn",
    "smol/hyper/rustls/new-conn",
    "async-std/hyper/rustls/new-conn",
];

const KEPT: [&str; 2] = ["tokio-current/hyper/plain/keep-alive", "tokio-current/hyper/rustls/keep-alive"];

const WAITING: [&str; 2] = ["tokio-current/hyper/rustls/new-conn", "threads/ureq/rustls/new-conn"];

const VARIED: [&str; 2] = ["smol/hyper/rustls/new-conn", "smol/hyper/rustls/new-conn@group=p256"];

const ALONE: [&str; 2] = ["smol/hyper/rustls/new-client", "threads/ureq/rustls/new-client"];

/// A run of one to three sections, of one to twelve rounds, in some of which trials are invalid. Cells cost about the
/// same or very much more than others.
fn generated_run(random: &mut ChaCha8Rng) -> RunResult {
    let rounds = random.random_range(1..=12);
    let order = if random.random_bool(0.2) { TrialOrder::Blocks } else { TrialOrder::Interleaved };
    let names: [&[&str]; 5] = [&FRESH, &KEPT, &WAITING, &VARIED, &ALONE];
    let first = random.random_range(0..names.len());
    let chosen = [first, (first + 1) % names.len()];
    let mut run = fixtures::run();
    (run.order, run.sections) = (order, Vec::new());
    let mut trials = Vec::new();
    for at in chosen {
        let mut section = section(names[at]);
        section.name = format!("section {at}");
        section.rounds = rounds;
        if at == 2 {
            section.workload.path = "/delay/0.1".parse().unwrap();
        }
        if at == 3 {
            section.varies = vec!["group".parse().unwrap()];
        }
        for cell in names[at] {
            let level = [20.0, 20.0, 21.0, 300.0][random.random_range(0..4)];
            for round in 1..=rounds {
                let us = level * random.random_range(0.9..1.1);
                let made = trial(cell, round, us as u64);
                trials.push(Trial { section: section.name.clone(), wall_ns: (us * 1e6) as u64, ..made });
            }
        }
        run.sections.push(section);
    }
    let broken = random.random_bool(0.1);
    for trial in &mut trials {
        if broken || random.random_bool(0.02) {
            trial.verdict = measure::result::Validity::Invalid(vec!["broken".to_owned()]);
        }
    }
    RunResult { run, trials, problems: Vec::new(), in_memory: Default::default() }
}

/// Two cells of the run, compared with each other, with a bound or without one.
fn comparison(random: &mut ChaCha8Rng, run: &RunResult) -> Option<Sentence> {
    let cells = &run.run.sections[0].cells;
    let [base, new] = [&cells[0], &cells[1]];
    let subject = Subject::Cells { run, base, new };
    let asked = CompareOptions {
        base: base.to_string(),
        new: new.to_string(),
        cells: subject.cells(),
        metrics: if random.random_bool(0.5) { vec![Metric::Cpu] } else { vec![Metric::Cpu, Metric::Rate] },
        fail_above: random.random_bool(0.5).then_some(5.0),
        anyway: true,
    };
    let mut comparison = compare(&subject, &asked).ok()?;
    if random.random_bool(0.3) {
        comparison.rows.iter_mut().for_each(|row| row.layout = Some(1.015));
    }
    Some(of_comparison(&comparison))
}

/// A figure of a few rounds, with the interval that they give.
fn evidence(random: &mut ChaCha8Rng) -> Evidence {
    let rounds = random.random_range(1..=12);
    let level: f64 = [0.02, 1.0, 30.0, 5_000.0][random.random_range(0..4)];
    let values: Vec<f64> = (0..rounds).map(|_| level * random.random_range(0.5..1.5)).collect();
    Evidence::of(Estimate::of(&values).unwrap().into(), rounds)
}

/// A figure of ten rounds: what decides from when a choice matters is claimed, or not told.
fn of_ten(random: &mut ChaCha8Rng) -> Evidence {
    let values: Vec<f64> = (0..10).map(|_| random.random_range(50.0..70.0)).collect();
    Evidence::of(Estimate::of(&values).unwrap().into(), values.len())
}

/// The forms that no generated run leads to, or seldom.
fn others(random: &mut ChaCha8Rng) -> Vec<Sentence> {
    let cell: Cell = "tokio-multi/hyper/rustls/keep-alive".parse().unwrap();
    let name = || "smol/hyper over native-tls".to_owned();
    let (added, ratio, once) = (evidence(random), evidence(random), Evidence::once(random.random_range(0.1..2_000.0)));
    let us = Interval { value: 20.0, low: random.random_range(-5.0..19.0), high: 25.0 };
    let less = Interval { value: -20.0, low: -25.0, high: -19.0 };
    let shares = vec![Share { group: analysis::bills::group::Group::Kernel, us: 12.0 }];
    let stages = random.random_range(1..40);
    let connection = [Connection::NewConn, Connection::KeepAlive][random.random_range(0..2)];
    let library = |us, resumed| Shipped { name: "m/c-stock/rustls".to_owned(), us, connections: 0.54, resumed };
    let way = |extrapolated_from| Way { name: "one by one".to_owned(), seconds: once, extrapolated_from };
    vec![
        Sentence::Spent(Spent { cell: cell.clone(), is_tax: true, us: less, shares: vec![] }),
        Sentence::NothingCounts { trials: random.random_range(0..9) },
        Sentence::Costs(Costs { least: (name(), added), most: Some(("b/c".to_owned(), ratio)), cells: 7 }),
        Sentence::AsShipped(AsShipped { connection, libraries: vec![library(added, 0.0), library(ratio, 0.47)] }),
        Sentence::Matters { requests: 900_000.0, name: name(), added: of_ten(random) },
        Sentence::Staged(Staged {
            requests: 10,
            pair: random.random_bool(0.9).then_some((once, Evidence::once(0.1))),
            expected: stages - random.random_range(0..=stages),
            stages,
        }),
        Sentence::Fits(Fits {
            requests: 10_000,
            hosts: 50,
            limit_s: 900.0,
            ways: vec![way(None), way(Some(100)), Way { seconds: Evidence::once(30.0), ..way(None) }],
        }),
        Sentence::Spent(Spent {
            cell,
            is_tax: random.random_bool(0.5),
            us,
            shares: if us.low > 0.0 { shares } else { vec![] },
        }),
    ]
}
