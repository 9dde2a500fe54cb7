use fixtures::{MEMORY, PLAIN, SECURE, SOCKETS, drifting, floor, section, trial};

use super::*;

#[test]
fn what_varies_is_held_against_its_usual_self() {
    let varied = "m/c/rustls/new-conn@group=p256";
    let trials = [trial(SECURE, 1, 30), trial(varied, 1, 60), trial(varied, 2, 90), trial(SECURE, 2, 30)];
    let section = Section { varies: vec!["group".parse().unwrap()], ..section(&[SECURE, varied]) };
    let summary = summary(&section, &ByCell::new(&trials), TrialOrder::Interleaved);
    let [held] = &summary.varied[..] else { panic!("{:?}", summary.varied) };
    assert_eq!((held.cell.to_string().as_str(), held.base.to_string().as_str()), (varied, SECURE));
    assert_eq!((held.client_ratio.low, held.client_ratio.high), (2.0, 3.0));
    assert!(!summary.is_uniform());
}

#[test]
fn round_trips_are_what_latency_grows_by_with_the_distance() {
    let far = |cell: &str, p50_ms: u64, client_us: u64| {
        let mut times = measure::histogram::empty();
        times.record(p50_ms * 1_000_000).unwrap();
        let text = measure::histogram::encode(&times).unwrap();
        Trial { histograms: [("total".to_owned(), text)].into(), ..trial(cell, 1, client_us) }
    };
    let (near, away) = ("m/c/rustls/new-conn@tls-version=1.2", "m/c/rustls/new-conn@tls-version=1.2,rtt=10");
    // 5 ms of the 25 are CPU time.
    let trials = [far(PLAIN, 1, 10), far(near, 6, 10), far("m/c/plain/new-conn@rtt=10", 21, 10), far(away, 46, 5_010)];
    let cells: Vec<String> = trials.iter().map(|trial| trial.cell.to_string()).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let summary = summary(&section(&cells), &ByCell::new(&trials), TrialOrder::Interleaved);
    let trips = |row: usize| summary.rows[row].figures.as_ref().unwrap().round_trips;
    assert!((trips(3).unwrap().median - 2.0).abs() < 0.05, "{:?}", trips(3));
    assert_eq!((trips(1), trips(2)), (None, None));
}

#[test]
fn the_tax_is_paired_by_round() {
    let trials = [trial(PLAIN, 1, 10), trial(SECURE, 2, 60), trial(PLAIN, 2, 20), trial(SECURE, 1, 30)];
    let summary = summary(&section(&[PLAIN, SECURE]), &ByCell::new(&trials), TrialOrder::Interleaved);
    let tax = summary.rows[1].figures.as_ref().unwrap().tls_tax.unwrap();
    assert_eq!((tax.ratio.low, tax.ratio.high), (3.0, 3.0));
    assert_eq!((tax.added_us.low, tax.added_us.high, tax.added_us.confident), (20.0, 40.0, false));
    assert_eq!(summary.rows[0].figures.as_ref().unwrap().tls_tax, None);
}

const PRIMITIVES: &str = "floor/primitives/rustls/new-conn";

#[test]
fn distances_to_floors_are_paired_by_round() {
    let mut trials = vec![trial(PLAIN, 1, 10), trial(PLAIN, 2, 20), trial(SECURE, 1, 40), trial(SECURE, 2, 80)];
    // What TLS adds: 30 and 60.
    trials.extend(floor(MEMORY, [15, 20]));
    trials.extend(floor(PRIMITIVES, [10, 12]));
    trials.extend(floor(SOCKETS, [5, 5]));
    let cells = section(&[MEMORY, PLAIN, SECURE, PRIMITIVES, SOCKETS]);
    let summary = summary(&cells, &ByCell::new(&trials), TrialOrder::Interleaved);
    let names = |rows: &[Row]| rows.iter().map(|row| row.cell.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&summary.rows), [PLAIN, SECURE], "floors are no rows among others");
    assert_eq!(names(&summary.floors), [MEMORY, PRIMITIVES, SOCKETS]);
    let ends = |figure: Option<Figure>| figure.map(|figure| (figure.low, figure.high));
    let of = |row: &Row| row.figures.as_ref().unwrap().floors.unwrap();
    let secure = of(&summary.rows[1]);
    assert_eq!(ends(secure.tls), Some((2.0, 3.0)));
    assert_eq!(ends(secure.primitives), Some((3.0, 5.0)));
    assert_eq!(ends(secure.net), Some((2.0, 4.0)), "of the plain twin");
    let plain = of(&summary.rows[0]);
    assert_eq!((plain.tls, plain.primitives, ends(plain.net)), (None, None, Some((2.0, 4.0))));
}

#[test]
fn without_floors_nothing_is_told_of_them() {
    let mut trials = vec![trial(PLAIN, 1, 10), trial(SECURE, 1, 40)];
    let without = summary(&section(&[PLAIN, SECURE]), &ByCell::new(&trials), TrialOrder::Interleaved);
    assert!(without.rows.iter().all(|row| row.figures.as_ref().unwrap().floors.is_none()));
    let json = serde_json::to_string(&without).unwrap();
    assert!(!json.contains("floors"), "as it always was");
    // A cell that is compared with nothing has no distance either.
    trials[1].terms = Terms::Stock;
    trials.extend(floor(MEMORY, [15, 20]));
    let stock = summary(&section(&[PLAIN, SECURE, MEMORY]), &ByCell::new(&trials), TrialOrder::Interleaved);
    assert_eq!(stock.rows[1].figures.as_ref().unwrap().floors, None);
}

#[test]
fn an_invalid_round_gives_its_reason_and_no_figure() {
    let mut bad = trial(SECURE, 1, 1);
    bad.verdict = Validity::Invalid(vec!["it lied".into()]);
    let row = &summary(&section(&[SECURE]), &ByCell::new(&[bad.clone(), bad]), TrialOrder::Interleaved).rows[0];
    assert!(row.figures.is_none());
    assert_eq!((row.counted, row.invalid["it lied"]), (0, 2));
}

#[test]
fn what_is_unproven_gets_no_ratio() {
    let mut unproven = trial(SECURE, 1, 30);
    unproven.verdict = Validity::Unproven;
    let trials = [trial(PLAIN, 1, 10), unproven];
    let summary = summary(&section(&[PLAIN, SECURE]), &ByCell::new(&trials), TrialOrder::Interleaved);
    assert!(summary.rows[1].unproven && summary.rows[1].figures.as_ref().unwrap().tls_tax.is_none());
}

#[test]
fn a_cell_is_not_steady_when_half_of_its_trials_drift_one_way() {
    let drift = |steps: [i64; 4]| {
        let trials: Vec<Trial> = (1..).zip(steps).map(|(round, step)| drifting(round, step)).collect();
        summary(&section(&[PLAIN]), &ByCell::new(&trials), TrialOrder::Interleaved).rows[0].drift.unwrap()
    };
    let found = drift([-1_000, -1_000, 0, 0]);
    assert_eq!((found.judged, found.drifted, found.steady), (4, 2, false));
    for steps in [[-1_000, 1_000, 0, 0], [-1_000, 0, 0, 0]] {
        assert!(drift(steps).steady, "{steps:?}");
    }
}
