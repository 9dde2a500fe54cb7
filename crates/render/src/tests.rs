//! Tables, spreadsheets and sentences of the same made-up run.

use analysis::by_cell::ByCell;
use analysis::summarize::summary;
use measure::result::{Trial, TrialOrder};

use crate::decisions::decisions;
use crate::screen::Screen;
use crate::section::draw;
use crate::tables::axis_comparison;
use crate::tables::cells::csv;
use crate::verdict::texts;
use analysis::verdict::of_run;
use fixtures::{MEMORY, PLAIN, SECURE, SOCKETS, drifting, floor, section, trial};

/// With all details.
const VERBOSE: Screen = Screen { width: None, verbose: true };

#[test]
fn what_varies_is_told_with_its_usual_self() {
    let varied = "m/c/rustls/new-conn@group=p256";
    let trials = [trial(SECURE, 1, 30), trial(varied, 1, 60), trial(varied, 2, 90), trial(SECURE, 2, 30)];
    let section = measure::result::Section { varies: vec!["group".parse().unwrap()], ..section(&[SECURE, varied]) };
    let summary = summary(&section, &ByCell::new(&trials), TrialOrder::Interleaved);
    assert!(axis_comparison::terminal(&summary).unwrap().contains("the usual group"));
}

#[test]
fn floors_beside_cells_change_nothing_that_is_claimed() {
    let trials: Vec<Trial> = (1..=2).flat_map(|round| [trial(PLAIN, round, 10), trial(SECURE, round, 40)]).collect();
    let floors = [floor(MEMORY, [1, 1]), floor(SOCKETS, [1, 1])].concat();
    let all = [trials.clone(), floors].concat();
    let told = |cells: &[&str], trials: &[Trial]| {
        let summaries = [summary(&section(cells), &ByCell::new(trials), TrialOrder::Interleaved)];
        let decisions = decisions(&summaries, TrialOrder::Interleaved);
        (decisions, texts(&of_run(&summaries, TrialOrder::Interleaved)), summaries[0].stacks().join(" "))
    };
    assert_eq!(told(&[PLAIN, SECURE], &trials), told(&[MEMORY, SOCKETS, PLAIN, SECURE], &all));
}

#[test]
fn tables_and_spreadsheets_tell_distances_where_floors_were_run() {
    let mut trials = vec![trial(PLAIN, 1, 10), trial(SECURE, 1, 40)];
    let without = summary(&section(&[PLAIN, SECURE]), &ByCell::new(&trials), TrialOrder::Interleaved);
    assert!(!draw(&without, &VERBOSE).contains("÷ floor"));
    trials.extend(floor(MEMORY, [15, 15]));
    trials.extend(floor(SOCKETS, [4, 4]));
    let with = summary(&section(&[MEMORY, PLAIN, SECURE, SOCKETS]), &ByCell::new(&trials), TrialOrder::Interleaved);
    let table = draw(&with, &VERBOSE);
    let (secure, plain) = ("m/c/rustls ", "m/c/plain ");
    let line = |cell: &str| table.lines().find(|line| line.trim_start().starts_with(cell)).unwrap();
    assert!(table.contains("÷ floor") && line(secure).contains("2.00") && line(plain).contains("2.50"), "{table}");
    assert!(
        table.lines().position(|line| line.contains(MEMORY)) > table.lines().position(|line| line.contains(secure))
    );
    let brief = draw(&with, &Screen::default());
    assert!(!brief.contains("floor") && brief.starts_with("cost, new-conn: "), "{brief}");
    let csv = csv(&[with]).unwrap();
    let fields = |cell: &str| -> Vec<String> {
        let line = csv.lines().find(|line| line.contains(cell)).unwrap();
        line.split(',').map(str::to_owned).collect()
    };
    assert_eq!(fields(SECURE)[24..33], ["2", "2", "2", "", "", "", "2.5", "2.5", "2.5"]);
    // Of handshakes in memory only the client's CPU is shown.
    assert_eq!((&*fields(MEMORY)[3], &*fields(MEMORY)[6]), ("", "15"));
}

#[test]
fn warming_up_is_told_beneath_the_table_and_in_no_figure() {
    let warmed = |cell: &str, requests: u64, ms: u64| {
        let engine = measure::protocol::Ready {
            warm_up_requests: requests,
            warm_up_cpu_ns: ms * 1_000_000,
            ..Default::default()
        };
        Trial { engine: Some(engine), ..trial(cell, 1, 30) }
    };
    let trials = [warmed(PLAIN, 2, 3), warmed(SECURE, 64, 21)];
    let summary = summary(&section(&[PLAIN, SECURE]), &ByCell::new(&trials), TrialOrder::Interleaved);
    let drawn = draw(&summary, &VERBOSE);
    assert!(drawn.ends_with("warm-up, in no figure: 2–64 requests and 3.0–21 ms of client CPU a trial"), "{drawn}");
    assert_eq!(summary.rows[0].warm_up.unwrap().handshakes, None, "there was no ledger");
}

#[test]
fn a_cell_that_is_not_steady_is_told_in_table_and_spreadsheet() {
    let drift = |steps: [i64; 4]| {
        let trials: Vec<Trial> = (1..).zip(steps).map(|(round, step)| drifting(round, step)).collect();
        summary(&section(&[PLAIN]), &ByCell::new(&trials), TrialOrder::Interleaved)
    };
    let falling = drift([-1_000, -1_000, 0, 0]);
    let drawn = draw(&falling, &Screen::default());
    assert!(
        drawn.contains("[not steady]") && drawn.contains("not steady: m/c/plain/new-conn: latency falls by"),
        "{drawn}"
    );
    let csv = csv(&[falling]).unwrap();
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let column = lines[0].iter().position(|name| *name == "not_steady").unwrap();
    assert_eq!(lines[1][column], "true");
    for steps in [[-1_000, 1_000, 0, 0], [-1_000, 0, 0, 0]] {
        assert!(!draw(&drift(steps), &Screen::default()).contains("not steady"));
    }
}

#[test]
fn a_trial_that_took_five_times_as_long_as_others_is_remarked() {
    let with = |last_ms: u64| {
        let long = [10, 11, 9, last_ms].map(|ms| ms * 1_000_000);
        let trials: Vec<Trial> =
            (1..).zip(long).map(|(round, wall_ns)| Trial { wall_ns, ..trial(PLAIN, round, 10) }).collect();
        draw(&summary(&section(&[PLAIN]), &ByCell::new(&trials), TrialOrder::Interleaved), &Screen::default())
    };
    assert!(with(60).contains("took long: m/c/plain/new-conn in round 4: 60 ms, 5.7 times the median"), "{}", with(60));
    assert!(!with(40).contains("took long"));
}
