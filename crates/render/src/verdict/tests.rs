//! Every sentence is compared with the intervals and the rounds that it rests on: over generated runs and comparisons,
//! and over figures that are made up for the forms that no run of fixtures leads to.

use analysis::comparison::gate::Outcome;
use analysis::decisions::{Choice, Yardstick};
use analysis::summarize::summaries;
use analysis::verdict::{
    Added, AsShipped, Chosen, Compared, Evidence, Headline, Kept, Saved, Sentence, TlsAdds, of_run,
};
use fixtures::trial;
use measure::result::{RunResult, Trial, TrialOrder};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use stats::{ENOUGH_ROUNDS, Estimate};
use workload::Connection;

use super::generated::generated;
use super::quantity::{count, factor};
use super::text;
use crate::comparison::columns::{factor as fine_factor, percent};
use crate::format::{grouped, memory, number, time};

/// How many runs, and how many sentences of each other form, are generated.
const MANY: u64 = 400;

/// The number of a sentence's form. A new form has to be given one, and so to be generated.
fn form(sentence: &Sentence) -> usize {
    match sentence {
        Sentence::NothingCounts { .. } => 0,
        Sentence::TlsAdds(_) => 1,
        Sentence::Kept(_) => 2,
        Sentence::Waits(_) => 3,
        Sentence::Chosen(_) => 4,
        Sentence::Matters { .. } => 6,
        Sentence::Varied(_) => 7,
        Sentence::Costs(_) => 8,
        Sentence::Headline(_) => 9,
        Sentence::Compared(_) => 10,
        Sentence::Staged(_) => 11,
        Sentence::Fits(_) => 12,
        Sentence::Spent(_) => 13,
        Sentence::AsShipped(_) => 5,
    }
}

const FORMS: usize = 14;

#[test]
fn every_sentence_says_what_its_figures_bear() {
    let mut seen = [0; FORMS];
    let mut claimed = [0; FORMS];
    for seed in 0..MANY {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        for sentence in generated(&mut random) {
            check(&sentence);
            seen[form(&sentence)] += 1;
            claimed[form(&sentence)] += usize::from(sentence.evidence().iter().any(Evidence::claims));
        }
    }
    assert!(seen.iter().all(|count| *count > 20), "a form is not generated: {seen:?}");
    // Those of what is measured once never claim anything.
    let claims = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|form| claimed[form]);
    assert!(claims.iter().all(|count| *count > 10), "a form never claims anything: {claimed:?}");
}

/// What holds of every sentence.
fn check(sentence: &Sentence) {
    let said = text(sentence);
    let evidence = sentence.evidence();
    assert!(said.ends_with('.') && !said.contains('\n') && !said.contains("  ") && !said.contains(".."), "{said}");
    for nonsense in ["NaN", "inf ", "-0 ", "()"] {
        assert!(!said.contains(nonsense), "{nonsense} in {said}");
    }
    // What is said of two sides rests on their ratio, which has the rounds that both have.
    let is_comparison = matches!(sentence, Sentence::Compared(_));
    let rests_on = match sentence {
        Sentence::Compared(compared) => compared.telling.iter().map(|told| told.ratio).collect(),
        _ => evidence.clone(),
    };
    for figure in &rests_on {
        // A headline leaves out what it may not claim.
        let tells = figure.claims() || matches!(sentence, Sentence::Headline(_)) || says_how_often(&said, figure);
        assert!(tells, "{said}\nrests on {figure:?} and does not say so");
    }
    // A profile names what it divides; how it was measured stands beside it.
    // Two sides that ran apart give an interval from four rounds each on, which is said with them.
    let bears = |figure: &Evidence| figure.claims() || (is_comparison && figure.figure.confident);
    if !rests_on.iter().any(bears) && !matches!(sentence, Sentence::Spent(_)) {
        for claim in [" adds ", " costs ", " saves ", "hoose ", " takes ", " times less", "a tie", "told from"] {
            assert!(!said.contains(claim), "{claim:?} in {said}\nwhich rests on {evidence:?}");
        }
    }
    if let Some(ratio) = said.find('×') {
        let absolute = ["µs", " ms", " s", "requests/s", "MiB"].into_iter().filter_map(|unit| said.find(unit)).min();
        assert!(absolute.is_some_and(|absolute| absolute < ratio), "a ratio stands first in {said}");
    }
    assert!(!said.contains("the same ") || matches!(sentence, Sentence::Staged(_)), "the same as what? {said}");
    numbers_are_of_its_figures(sentence, &said);
    match sentence {
        Sentence::TlsAdds(adds) => adds.stacks.iter().for_each(|added| direction(&said, added)),
        Sentence::Kept(kept) => check_kept(&said, kept),
        Sentence::Chosen(chosen) => check_choice(&said, chosen),
        Sentence::Headline(headline) => check_headline(&said, headline),
        Sentence::AsShipped(shipped) => check_as_shipped(&said, shipped),
        _ => {}
    }
}

/// `3 rounds`, `1 round`, or that it is of one trial.
fn says_how_often(said: &str, figure: &Evidence) -> bool {
    let rounds = match figure.rounds {
        0 | 1 => "1 round".to_owned(),
        rounds => format!("{rounds} rounds"),
    };
    [rounds.as_str(), "measured once", "one trial"].iter().any(|words| said.contains(words))
}

/// What TLS adds is said to be added just where its interval lies above 0.
fn direction(said: &str, added: &Added) {
    let Added { tls, us, .. } = added;
    let enough = us.figure.confident && us.rounds >= ENOUGH_ROUNDS;
    let (above, below) = (us.figure.low > 0.0, us.figure.high < 0.0);
    let says = |words: &str| said.contains(&format!("{tls} {words}"));
    assert_eq!(says("adds nothing"), enough && !above && !below, "{said}\n{us:?}");
    assert_eq!(says("adds ") && !says("adds nothing"), enough && above, "{said}\n{us:?}");
    assert_eq!(says("takes "), enough && below, "{said}\n{us:?}");
    assert_eq!(says("added "), !enough, "{said}\n{us:?}");
}

fn check_kept(said: &str, Kept { adds, saved }: &Kept) {
    adds.stacks.iter().for_each(|added| direction(said, added));
    let Some(Saved { fresh, kept, less, .. }) = saved else { return };
    let claims = fresh.claims() && kept.claims() && fresh.figure.low > kept.figure.high;
    assert_eq!(said.contains(" saves "), claims, "{said}\n{fresh:?}\n{kept:?}");
    assert!(!claims || less.figure.low > 0.0);
}

fn check_choice(said: &str, chosen: &Chosen) {
    assert_eq!(said.contains("hoose "), chosen.choice == Choice::Least, "{said}");
    assert!(chosen.choice != Choice::Least || chosen.figure.claims(), "{said}");
    let several = chosen.ties.len() + 1;
    assert_eq!(said.contains("hoose any of these "), chosen.choice == Choice::Least && several > 1, "{said}");
    assert!(several == 1 || chosen.choice != Choice::Least || said.contains(&count(several)), "{said}");
    let recommended = said.split("; the next, ").next().unwrap().split("Left out").next().unwrap();
    assert!(!recommended.contains("async-std"), "{said}");
}

fn check_as_shipped(said: &str, AsShipped { libraries, .. }: &AsShipped) {
    let claims = libraries.iter().all(|library| library.us.claims());
    let (least, others) = libraries.split_first().unwrap();
    let is_least = others.iter().all(|other| other.us.figure.low > least.us.figure.high);
    assert_eq!(said.contains("costs least."), claims && is_least, "{said}");
    assert_eq!(said.contains("none is shown to be the least"), claims && !is_least, "{said}");
}

fn check_headline(said: &str, Headline { fresh, kept, .. }: &Headline) {
    for added in fresh.iter().filter(|added| !added.us.is_above(0.0)) {
        assert!(!said.contains(&format!("with {} ", added.tls)), "{said}\n{added:?}");
    }
    assert!(!said.contains("kept open") || kept.as_ref().is_some_and(|kept| kept.us.is_above(0.0)), "{said}");
}

/// Every number that a sentence says is one of its figures, or a count that it holds.
fn numbers_are_of_its_figures(sentence: &Sentence, said: &str) {
    let (names, others) = beside(sentence);
    // The longest first: names are parts of one another.
    let mut names: Vec<&String> = names.iter().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let bare = names.into_iter().fold(said.to_owned(), |said, name| said.replace(name.as_str(), " "));
    let mut known: Vec<String> = others.iter().map(|text| text.trim_start_matches('-').to_owned()).collect();
    // `95 %`, `told from 0`, `ENOUGH_ROUNDS rounds or more`.
    known.extend(["95".to_owned(), "0".to_owned(), ENOUGH_ROUNDS.to_string()]);
    for Evidence { figure, rounds } in sentence.evidence() {
        known.push(rounds.to_string());
        for value in [figure.median, figure.low, figure.high].map(f64::abs) {
            let texts = [
                number(value),
                factor(value),
                fine_factor(value),
                grouped(value),
                time(value),
                memory(value),
                format!("{value:.2}"),
            ];
            known.extend(texts.map(|text| text.split(' ').next().unwrap_or_default().to_owned()));
        }
    }
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | 'e');
    for word in bare.split(|c: char| !is_number(c)).map(|word| word.trim_matches(['.', ',', 'e'])) {
        assert!(word.is_empty() || known.contains(&word.to_owned()), "{word} is no figure of: {said}\n{known:?}");
    }
}

/// The names in a sentence, and the numbers that are no figures.
fn beside(sentence: &Sentence) -> (Vec<String>, Vec<String>) {
    let adds = |adds: &TlsAdds| {
        let names = adds.stacks.iter().map(|added| added.tls.clone()).chain([adds.by.clone()]);
        names.collect::<Vec<_>>()
    };
    match sentence {
        Sentence::NothingCounts { trials } => (vec![], vec![trials.to_string()]),
        Sentence::TlsAdds(it) => (adds(it), vec![]),
        Sentence::Kept(it) => (adds(&it.adds), vec![]),
        Sentence::Waits(it) => {
            let names = it.slowest.iter().chain([&it.fastest]).map(|waited| waited.by.clone());
            (names.chain([it.path.clone()]).collect(), vec![])
        }
        Sentence::Chosen(it) => {
            let names = [&it.ties, &it.undecided, &it.discontinued].into_iter().flatten().cloned();
            let names = names.chain([it.best.clone()]).chain(it.next.iter().map(|next| next.name.clone()));
            let rounds = match it.choice {
                Choice::TooFewRounds { rounds } => rounds,
                _ => 0,
            };
            (names.chain(it.waits_for.clone()).collect(), vec![rounds.to_string(), count(it.ties.len() + 1)])
        }
        Sentence::Matters { requests, name, .. } => (vec![name.clone()], vec![grouped(*requests)]),
        Sentence::Varied(it) => (vec![it.cell.to_string(), it.base.to_string()], vec![it.among.to_string()]),
        Sentence::Costs(it) => {
            let names = it.most.iter().chain([&it.least]).map(|(name, _)| name.clone());
            (names.collect(), vec![it.cells.to_string()])
        }
        Sentence::AsShipped(it) => {
            let numbers = it
                .libraries
                .iter()
                .flat_map(|library| [number(library.connections), format!("{:.0}", library.resumed * 100.0)]);
            (it.libraries.iter().map(|library| library.name.clone()).collect(), numbers.collect())
        }
        Sentence::Headline(it) => (vec![it.by.clone()], vec![]),
        Sentence::Compared(it) => {
            let mut numbers: Vec<String> = it.verdicts.iter().map(|(_, count)| count.to_string()).collect();
            numbers.push(it.verdicts.iter().map(|(_, count)| count).sum::<usize>().to_string());
            numbers.extend(it.layout.map(percent));
            numbers.extend(it.gate.map(|(_, percent)| percent.to_string()));
            let told = it.telling.iter();
            let names = told.flat_map(|told| [Some(told.name.clone()), told.base_name.clone()]);
            let names = names.flatten().chain(it.unknown.clone());
            (names.chain(["99th".to_owned()]).collect(), numbers)
        }
        Sentence::Staged(it) => {
            let wrong = it.stages - it.expected;
            (vec![], vec![it.requests.to_string(), it.stages.to_string(), wrong.to_string()])
        }
        Sentence::Fits(it) => {
            let from = it.ways.iter().filter_map(|way| way.extrapolated_from).map(|from| grouped(from as f64));
            let numbers = [grouped(it.requests as f64), it.hosts.to_string(), number(it.limit_s)];
            (it.ways.iter().map(|way| way.name.clone()).collect(), from.chain(numbers).collect())
        }
        Sentence::Spent(it) => {
            let shares = it
                .shares
                .iter()
                .flat_map(|share| [number(share.us.abs()), format!("{:.0}", share.us / it.us.value * 100.0)]);
            (vec![it.cell.to_string()], shares.collect())
        }
    }
}

#[test]
fn sentences_of_committed_runs_say_what_their_figures_bear() {
    let results = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../results");
    for name in ["matrix-split", "waiting", "peers", "scale", "delay-10000", "scenarios/post-quantum", "pacing/delay"] {
        let run = RunResult::read(&results.join(name)).unwrap();
        let said = of_run(&summaries(&run), run.run.order);
        assert!(!said.is_empty(), "{name}");
        said.iter().for_each(check);
    }
}

#[test]
fn a_tie_is_any_of_so_many_and_says_why_in_a_comparison() {
    let figure = Evidence::of(Estimate::of(&[10.0; 6]).unwrap().into(), 6);
    let chosen = Chosen {
        connection: Connection::NewConn,
        waits_for: None,
        yardstick: Yardstick::ClientCpu,
        choice: Choice::Least,
        best: "a/c over rustls".to_owned(),
        figure,
        ties: (1..8).map(|at| format!("{at}/c over rustls")).collect(),
        undecided: Vec::new(),
        discontinued: Vec::new(),
        next: None,
    };
    assert!(text(&Sentence::Chosen(chosen)).contains("choose any of these eight, which tie: a/c over rustls, 1/c"));
    let compared = Compared {
        verdicts: vec![("tie", 12)],
        telling: None,
        unknown: None,
        layout: Some(1.015),
        apart: false,
        gate: Some((Outcome::Passed, 5.0)),
    };
    let said = text(&Sentence::Compared(compared));
    assert!(said.ends_with("no difference is shown in 12 of 12 comparisons: ties (layout ± 1.5 %)."), "{said}");
}

#[test]
fn three_rounds_say_what_was_seen_and_between_which_ends() {
    let trials: Vec<Trial> = (1..=3)
        .flat_map(|round| [trial(fixtures::PLAIN, round, 10), trial(fixtures::SECURE, round, 10 + u64::from(round))])
        .collect();
    let mut run = fixtures::run();
    run.sections[0].rounds = 3;
    let said = of_run(
        &summaries(&RunResult { run, trials, problems: Vec::new(), in_memory: Default::default() }),
        TrialOrder::Interleaved,
    );
    assert_eq!(
        said.iter().map(text).collect::<Vec<_>>(),
        ["A request over a new connection cost m/c 10.0 µs of client CPU without TLS (3 rounds, range 10.0 to 10.0); \
          rustls added 2.0 µs (3 rounds, range 1.0 to 3.0; ×1.20, range 1.10 to 1.30)."]
    );
}
