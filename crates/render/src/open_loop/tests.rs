use analysis::by_cell::ByCell;
use analysis::summarize;
use measure::histogram;
use measure::recorder::FROM_START;
use measure::result::{Flag, Section, Trial, TrialOrder};
use workload::{Concurrency, Requests};

use super::*;
use crate::section;
use crate::tables::cells;

const CELL: &str = "tokio-current/hyper/plain/keep-alive";

fn times(ms: u64) -> String {
    let mut times = histogram::empty();
    (0..100).for_each(|_| times.saturating_record(ms * 1_000_000));
    histogram::encode(&times).unwrap()
}

/// A hundred requests at 100 a second that took so long from when they were due.
fn trial(late: Option<u64>, wall_ms: u64, total_ms: u64, in_flight: u64, flags: Vec<Flag>) -> Trial {
    let histograms = [("total", total_ms), (FROM_START, 50), ("queue", total_ms - 50)];
    Trial {
        section: "paced".into(),
        wall_ns: wall_ms * 1_000_000,
        flags,
        histograms: histograms.map(|(name, ms)| (name.to_owned(), times(ms))).into(),
        client_in_flight: Some(in_flight),
        late,
        pacer_cpu_ns: Some(1_000_000),
        ..fixtures::trial(CELL, 1, 30)
    }
}

fn workload(amount: Amount, rate: Option<f64>) -> Workload {
    Workload {
        rate: rate.map(|rate| rate.try_into().unwrap()),
        ..Workload::of("/delay/0.05".parse().unwrap(), amount, Concurrency::new(8).unwrap())
    }
}

fn requests(n: u64) -> Amount {
    Amount::Requests(Requests::new(n).unwrap())
}

fn summed(trial: Trial) -> Summary {
    let section = Section {
        name: "paced".into(),
        workload: workload(requests(100), Some(100.0)),
        rounds: 1,
        cells: vec![trial.cell.clone()],
        varies: Vec::new(),
    };
    summarize::summary(&section, &ByCell::new(&[trial]), TrialOrder::Interleaved)
}

#[test]
fn both_latencies_stand_side_by_side_and_pacing_apart() {
    let summary = summed(trial(Some(0), 1_040, 51, 6, Vec::new()));
    let figures = summary.rows[0].figures.as_ref().unwrap();
    assert_eq!(figures.client_us.median, 20.0, "3 ms less the pacer's 1 ms, of 100 requests");
    assert_eq!(figures.paced.unwrap().pacer_us.unwrap().median, 10.0);
    let told = note(&summary.rows[0]).unwrap();
    assert!(told.starts_with("from its start p50 50 ms, p99 50 ms, 0"), "{told}");
    let drawn = section::draw(&summary, &crate::screen::Screen::default());
    assert!(drawn.contains("100 × GET /delay/0.05 at 100/s"), "{drawn}");
    assert!(drawn.contains("51 ms") && drawn.contains("50 ms"), "{drawn}");
    let csv = cells::csv(&[summary]).unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let line = reader.records().next().unwrap().unwrap();
    let field = |name: &str| line[header.iter().position(|field| field == name).unwrap()].parse::<f64>().unwrap();
    assert_eq!((field("rate_per_second"), field("pacer_cpu_us_per_request")), (100.0, 10.0));
    assert!(field("p99_ns") > field("from_start_p99_ns"));
}

#[test]
fn how_long_a_paced_trial_takes_tells_nothing() {
    let paced = summed(trial(Some(0), 1_040, 51, 6, Vec::new()));
    assert!(paced.waits() && !paced.is_told_by_time());
    let free = Summary { workload: workload(requests(100), None), ..paced };
    assert!(free.is_told_by_time());
}

#[test]
fn who_keeps_up_is_not_spoken_of() {
    // A hundred in 990 ms, and 50 ms for the last: not as many a second of the whole time, and nothing late.
    assert_eq!(sentences(&summed(trial(Some(0), 1_040, 51, 6, Vec::new()))), Vec::<String>::new());
    assert_eq!(sentences(&summed(trial(Some(2), 1_040, 51, 8, Vec::new()))), Vec::<String>::new(), "two may be chance");
}

#[test]
fn who_does_not_is_told_with_the_reason() {
    let said = |trial: Trial| {
        let [told] = &sentences(&summed(trial))[..] else { panic!("no sentence, or several") };
        told.clone()
    };
    let slots = said(trial(Some(38), 2_050, 900, 8, Vec::new()));
    let words = "could not keep up with 100 requests/s: 50 a second were made, 38 % started more than 1 ms late; all 8 \
                 slots were taken: raise -c.";
    assert_eq!(slots, format!("{CELL} {words}"));
    assert!(said(trial(Some(38), 2_050, 900, 8, vec![Flag::ClientFull])).ends_with("the client's CPUs were full."));
    assert!(said(trial(Some(38), 2_050, 900, 8, vec![Flag::OriginBound])).ends_with("the origin's CPUs were full."));
    assert!(said(trial(Some(38), 2_050, 900, 2, Vec::new())).contains("2 of 8 slots in use at most"));
    let held_up = said(trial(Some(4), 1_040, 51, 2, Vec::new()));
    assert!(held_up.contains("made 100 requests/s, but not always when they were due: 4.0 % started"), "{held_up}");
    let silent = said(trial(None, 2_050, 900, 8, Vec::new()));
    assert!(silent.contains("50 a second were made;"), "an engine that tells of nothing late: {silent}");
}

#[test]
fn workloads_are_named_by_what_was_asked() {
    let ns = Amount::Duration(2_000_000_000.try_into().unwrap());
    assert_eq!(asked(&workload(requests(800), None)), "800 × GET /delay/0.05");
    assert_eq!(asked(&workload(ns, None)), "GET /delay/0.05 for 2.00 s");
    assert_eq!(asked(&workload(requests(8), Some(20_000.0))), "8 × GET /delay/0.05 at 20,000/s");
    assert_eq!(asked(&workload(ns, Some(2.5))), "5 × GET /delay/0.05 at 2.5/s");
}
