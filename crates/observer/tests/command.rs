//! Commands that leave others behind: real processes, one test after another, because all children of this process are looked at.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use observation::{Ended, Pass, Recorder, Transport};
use observer::{Interrupts, Placeholders, Settings, Through, Variables};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Observes a shell that runs `script`; what was seen, and its exit code.
fn observe(script: &str, timeout: Option<Duration>) -> (Pass, u8) {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let command = ["sh", "-c", script].map(OsString::from);
    let urls = Placeholders { url: String::new(), http: String::new(), https: String::new() };
    let settings = Settings {
        command: &command,
        variables: &Variables::for_urls(&urls, "/dev/null".as_ref()),
        timeout,
        sample: false,
        transport: Transport::Https,
    };
    let mut interrupts = Interrupts::listen().unwrap();
    observer::run(&settings, Through::StandIns(Vec::new()), &Recorder::default(), &mut interrupts).unwrap()
}

#[test]
fn those_left_behind_are_taken_leave_of_when_they_end_and_their_cpu_time_stays() {
    let count = "exit $(cat /proc/$PPID/task/*/children | wc -w)";
    let burn = "(timeout 0.4 sh -c 'while :; do :; done' &)";
    let orphans = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (true &); done";
    let (pass, children) = observe(&format!("{burn}; {orphans}; sleep 0.8; {count}"), None);
    assert!((1..5).contains(&children), "{children}: the command, and what another test has left");
    assert!(pass.cpu.total_ns > 100_000_000, "{} ns", pass.cpu.total_ns);
    assert_eq!(pass.left_running, 0);
}

#[test]
fn what_outlives_a_command_that_took_too_long_has_time_to_end_too() {
    let mark = std::env::temp_dir().join(format!("observer-grace-{}", std::process::id()));
    let slow = format!("trap 'sleep 0.4; touch {}; exit' TERM; while :; do sleep 0.05; done", mark.display());
    let (pass, _) = observe(&format!("({slow}) & exec sleep 20"), Some(Duration::from_millis(400)));
    assert_eq!(pass.ended, Ended::TimedOut);
    std::fs::remove_file(&mark).unwrap();
}

#[test]
fn what_does_not_end_when_asked_to_is_ended() {
    let begun = Instant::now();
    let stubborn = "(trap '' TERM; while :; do sleep 0.05; done) & exec sleep 20";
    let (pass, _) = observe(stubborn, Some(Duration::from_millis(200)));
    assert_eq!((pass.ended, pass.left_running), (Ended::TimedOut, 0));
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}
