//! Checks whole texts for a terminal.

use diagnosis::{Code, Conclusion, Diagnosis, Least, NotJudged};
use observation::Runtime;
use textwrap::core::display_width;

use super::draw;
use crate::observed::fixtures::{concurrent, diagnosis, hostile, nothing, serialized, ten_thousand};

/// The lines of a text that begin with a connection's number.
fn lanes(text: &str) -> Vec<&str> {
    let number = |line: &str| line.chars().take(4).collect::<String>().trim_start().parse::<u64>();
    text.lines().filter(|line| number(line).is_ok() && !line.contains("connection")).collect()
}

fn within(text: &str, width: usize) {
    for line in text.lines() {
        assert!(display_width(line) <= width, "{} columns: {line}", display_width(line));
    }
}

#[test]
fn serialized_lanes_are_stairs_over_https_and_a_block_over_http() {
    for width in [80, 140] {
        let text = draw(&serialized(10), &diagnosis(), Some(width), false, false);
        within(&text, usize::from(width));
        let lanes = lanes(&text);
        assert_eq!(lanes.len(), 20, "{text}");
        let begins = |lane: &str| lane.chars().position(|c| c == '█').unwrap();
        let (http, https) = lanes.split_at(10);
        assert!(http.iter().all(|lane| begins(lane) <= begins(http[0]) + 1), "{text}");
        assert!(https.windows(2).all(|pair| begins(pair[0]) < begins(pair[1])), "{text}");
        assert!(https[9].contains("····"), "the last one is unused: {text}");
        assert!(text.contains("in flight") && text.contains("most 10") && text.contains("most 1\n"), "{text}");
    }
}

#[test]
fn all_that_a_finding_says_is_there_in_its_order() {
    let text = draw(&serialized(10), &diagnosis(), Some(80), false, false);
    let mut rest = text.as_str();
    for part in [
        "Observed: python3 fetch.py",
        "HTTPS requests wait for each other, one at a time. Fixed, about 300 ms instead",
        "waiting for responses, 1.0 at a time",
        "total",
        "HTTP  done in",
        "10 connections, 10 requests",
        "HTTPS  done in",
        "10 handshakes (10 full, 0 resumed), TLSv1.3",
        "█ waiting for response",
        "1 finding: serialized.",
        "serialized  proven  saves about 1.80 s of this run (86 %)",
        "HTTPS requests wait for each other",
        "  - 10 connections were open at once",
        "change  Do not hold a lock",
        "Notes",
        "Next",
        "--fail-on serialized",
    ] {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is not in its place in {text}"));
        rest = &rest[at + part.len()..];
    }
    let said = |runtime: Option<Runtime>, all: bool| {
        let mut observation = serialized(3);
        observation.passes[1].runtimes = runtime.into_iter().collect();
        draw(&observation, &diagnosis(), Some(80), false, all).contains("gevent: Patch before")
    };
    assert!(!said(None, false) && !said(Some(Runtime::Go), false), "advice is for the observed program");
    assert!(said(Some(Runtime::Python), false) && said(None, true));
}

#[test]
fn three_findings_take_forty_lines() {
    let mut three = diagnosis();
    let long =
        "What was seen is told in a sentence with numbers, which takes more than one line of eighty columns to say.";
    let one = &mut three.findings[0];
    one.evidence = vec![long.to_owned(); 4];
    one.advice.iter_mut().for_each(|advice| advice.text = long.to_owned());
    let more = vec![one.advice[1].clone(); 3];
    one.advice.extend(more);
    three.findings = vec![one.clone(); 3];
    let mut observation = serialized(3);
    observation.passes[1].runtimes.insert(Runtime::Python);
    let text = draw(&observation, &three, Some(80), false, false);
    let lines = text.lines().skip_while(|line| !line.starts_with("serialized  proven"));
    let lines = lines.take_while(|line| !line.starts_with("The savings of")).count();
    assert!(lines <= 40, "{lines} lines: {text}");
}

#[test]
fn requests_at_once_are_drawn_at_once() {
    let how = "the time of one response".to_owned();
    let least = Least { wall_ns: 210_000_000, least_ns: 200_000_000, without_cpu_ns: 200_000_000, how };
    let well = Diagnosis {
        account: None,
        verdict: Conclusion::NothingToMend(least),
        findings: Vec::new(),
        notes: Vec::new(),
        not_judged: Vec::new(),
    };
    let text = draw(&concurrent(10), &well, Some(100), false, false);
    assert!(
        text.contains("Nothing to improve: the requests took 210 ms; the least possible time is 200 ms (1.1 ×)."),
        "{text}"
    );
    let hidden = |code| NotJudged { code, why: "it was not visible".to_owned() };
    let partly = Diagnosis { not_judged: vec![hidden(Code::CLIENT_PER_REQUEST), hidden(Code::DELAYED_ACK)], ..well };
    let text = draw(&concurrent(10), &partly, Some(120), false, false);
    assert!(
        text.contains("Nothing to improve among the findings that could be judged (not judged: client-per-request): "),
        "{text}"
    );
    let begins: Vec<usize> = lanes(&text).iter().map(|lane| lane.chars().position(|c| c == '█').unwrap()).collect();
    assert!(begins.iter().max().unwrap() - begins.iter().min().unwrap() <= 2, "{text}");
}

#[test]
fn colour_adds_escapes_and_nothing_else() {
    let plain = draw(&serialized(10), &diagnosis(), Some(80), false, false);
    let coloured = draw(&serialized(10), &diagnosis(), Some(80), true, false);
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
    let stripped = without_escapes(&coloured);
    assert_eq!(stripped, plain);
}

/// The text without its escape sequences, all of which end in `m`.
fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').unwrap().1)
}

#[test]
fn a_hostile_host_moves_no_cursor_and_breaks_no_line() {
    let (observation, diagnosis) = hostile();
    for width in [80, 140] {
        let text = draw(&observation, &diagnosis, Some(width), false, false);
        within(&text, usize::from(width));
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn no_connections_and_very_many_both_fit() {
    let (observation, diagnosis) = nothing();
    let text = draw(&observation, &diagnosis, Some(80), false, false);
    within(&text, 80);
    assert!(
        text.contains("None of the command's requests was observed")
            && text.contains("never connected")
            && text.contains("--via proxy"),
        "{text}"
    );

    let began = std::time::Instant::now();
    let text = draw(&ten_thousand(), &diagnosis, None, true, false);
    assert!(began.elapsed().as_secs_f64() < 10.0, "{:?}", began.elapsed());
    assert!(text.contains("20 of 10,000 connections, evenly chosen among the first 4,096"), "{text}");
    assert!(text.len() < 100_000, "{}", text.len());
}

#[test]
fn narrow_and_unknown_terminals_get_a_picture_too() {
    for width in [None, Some(0), Some(50), Some(u16::MAX)] {
        within(&draw(&serialized(3), &diagnosis(), width, false, false), 160);
    }
    within(&draw(&serialized(3), &diagnosis(), Some(50), false, false), 50);
}

#[test]
fn what_findings_save_overlaps_and_that_is_said() {
    let mut several = diagnosis();
    let overlap = "The savings of several findings overlap";
    assert!(!draw(&serialized(3), &several, Some(80), false, false).contains(overlap));
    several.findings.push(several.findings[0].clone());
    assert!(draw(&serialized(3), &several, Some(80), false, false).contains(overlap));
}
