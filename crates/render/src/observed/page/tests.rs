//! Checks the content of a page, and that its pictures are well-formed XML.

use std::time::Instant;

use super::*;
use crate::observed::fixtures::{concurrent, diagnosis, hostile, nothing, serialized, ten_thousand};

fn page(observation: &Observation, diagnosis: &Diagnosis) -> String {
    let files = files(observation, diagnosis).unwrap();
    String::from_utf8(files.into_iter().next().unwrap().bytes).unwrap()
}

/// Checks the parts of XML's grammar that pictures use: tags are closed in order, and none is left open.
fn is_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>'), "stray bracket in {text}");
        let end = at + rest[at..].find('>').unwrap();
        let tag = &rest[at + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split([' ', '\n']).next().unwrap());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?}");
    for after in svg.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|name| after.starts_with(name)), "&{after:.20}");
    }
}

#[test]
fn a_page_says_it_in_a_sentence_and_draws_each_pass_to_one_scale() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), &serialized(10), &diagnosis()).unwrap();
    assert_eq!(path, dir.path().join("index.html"));
    let page = std::fs::read_to_string(path).unwrap();
    assert!(page.contains("<h1>HTTPS requests wait for each other"));
    assert!(page.contains("id=\"serialized\"") && page.contains("180.00 s of waiting per 1,000 requests"));
    assert!(page.contains("connection 10 to api.example.com:443, opened after"), "lanes tell their figures");
    assert!(page.contains("waiting for response 1.0, open, unused"), "columns tell theirs");
    assert!(page.contains("% of a core</title>"));
    assert!(page.contains("<th scope=\"row\">cipher suites</th><td></td><td>TLS_AES_128_GCM_SHA256 10</td>"));
    assert!(!page.contains("<script"));
    for name in ["lanes-http.svg", "lanes-https.svg"] {
        let svg = std::fs::read_to_string(dir.path().join(name)).unwrap();
        is_well_formed(&svg);
        assert!(page.contains(&format!("<a href=\"{name}\">")));
    }
}

#[test]
fn what_is_hostile_stays_text_and_pictures_stay_xml() {
    let (mut observation, diagnosis) = hostile();
    observation.passes.truncate(1);
    for file in files(&observation, &diagnosis).unwrap() {
        let text = String::from_utf8(file.bytes).unwrap();
        assert!(!text.contains("<script") && !text.contains("[2J\u{1b}"), "{}", file.name);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{}", file.name);
        assert!(text.contains("alert(1)"), "{}", file.name);
        if file.name.ends_with(".svg") {
            is_well_formed(&text);
        }
    }
}

#[test]
fn a_command_that_connected_to_nothing_gets_a_page() {
    let (observation, diagnosis) = nothing();
    let page = page(&observation, &diagnosis);
    assert!(page.contains("None of the command&#39;s requests was observed") && page.contains("never connected"));
    let mut observation = observation;
    observation.passes.clear();
    assert!(files(&observation, &diagnosis).is_ok());
}

#[test]
fn very_many_connections_are_bounded_in_size_and_time() {
    let observation = ten_thousand();
    let began = Instant::now();
    let page = page(&observation, &diagnosis());
    assert!(began.elapsed().as_secs_f64() < 10.0, "{:?}", began.elapsed());
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.contains("200 of 10,000 connections, evenly chosen among the first 4,096"));
}

#[test]
fn a_second_page_replaces_the_first_and_leaves_other_files_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("observation.json"), "{}").unwrap();
    write(dir.path(), &serialized(10), &diagnosis()).unwrap();
    let mut own = concurrent(3);
    own.passes.truncate(1);
    own.passes[0].transport = observation::Transport::Own;
    write(dir.path(), &own, &diagnosis()).unwrap();
    let there = |name: &str| dir.path().join(name).exists();
    assert!(there("observation.json") && there("lanes-own.svg") && !there("lanes-https.svg"));
}
