//! Engines that do not do the work are detected, each by the rule that it breaks.

use crate::common;
use measure::result::Validity;

fn caught(cell: &str, lie: &str, words: &str) {
    let trials = common::run(cell, 10, 1, &["--lie", lie]);
    let Validity::Invalid(reasons) = &trials[0].verdict else { panic!("{lie} was not caught") };
    assert!(reasons.iter().any(|reason| reason.contains(words)), "{lie}: {reasons:?} should say {words:?}");
    assert!(!trials[0].counts());
}

#[test]
fn a_cached_answer() {
    caught("liar/bare/plain/keep-alive", "cached", "served 1 requests instead of 10");
}

#[test]
fn a_missing_request() {
    caught("liar/bare/plain/new-conn", "missing", "served 9 requests");
}

#[test]
fn a_kept_connection_that_was_to_be_new() {
    caught("liar/bare/rustls/new-conn", "kept", "accepted 0 connections");
}

#[test]
fn another_group_than_the_pinned_one() {
    caught("liar/bare/rustls/new-conn", "wrong-group", "");
}

#[test]
fn certificates_that_are_not_verified() {
    caught("liar/bare/rustls/new-conn", "unverified", "it does not verify");
}

#[test]
fn an_engine_without_a_version() {
    caught("liar/bare/plain/new-conn", "no-version", "does not state its version");
}

#[test]
fn an_engine_that_hangs() {
    caught("liar/bare/plain/new-conn", "hang", "stuck: the deadline passed");
}

#[test]
fn an_engine_that_ends_early() {
    caught("liar/bare/plain/new-conn", "exit", "exit status: 7");
}

#[test]
fn a_clock_that_stands_still() {
    caught("liar/bare/plain/new-conn", "backwards", "ended before it began");
}

#[test]
fn a_clock_that_runs_too_fast() {
    let trials = common::run("liar/bare/plain/keep-alive", 10, 1, &["--sleep-ms", "80", "--lie", "fast-clock"]);
    let Validity::Invalid(reasons) = &trials[0].verdict else { panic!("a fast clock was not caught") };
    assert!(reasons.iter().any(|reason| reason.contains("its clock is not the harness's")), "{reasons:?}");
}

#[test]
fn work_done_in_another_process() {
    caught("liar/bare/plain/keep-alive", "forks", "whose cost is not measured");
}
