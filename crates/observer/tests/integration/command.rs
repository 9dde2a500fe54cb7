//! Commands that leave others behind. Each test is a process of its own, because all children of a process are looked at.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use observation::{Ended, Pass, Recorder, Transport};
use observer::{Interrupts, Placeholders, Settings, Through, Variables};
use rusty_fork::rusty_fork_test;

/// Observes a shell that runs `script`; what was seen, and its exit code.
fn observe(script: &str, timeout: Option<Duration>) -> (Pass, u8) {
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

rusty_fork_test! {
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
}

rusty_fork_test! {
    #[test]
    fn what_outlives_a_command_that_took_too_long_has_time_to_end_too() {
        let mark = std::env::temp_dir().join(format!("observer-grace-{}", std::process::id()));
        let slow = format!("trap 'sleep 0.4; touch {}; exit' TERM; while :; do sleep 0.05; done", mark.display());
        let (pass, _) = observe(&format!("({slow}) & exec sleep 20"), Some(Duration::from_millis(400)));
        assert_eq!(pass.ended, Ended::TimedOut);
        std::fs::remove_file(&mark).unwrap();
    }
}

rusty_fork_test! {
    #[test]
    fn what_does_not_end_when_asked_to_is_ended() {
        let begun = Instant::now();
        let stubborn = "(trap '' TERM; while :; do sleep 0.05; done) & exec sleep 20";
        let (pass, _) = observe(stubborn, Some(Duration::from_millis(200)));
        assert_eq!((pass.ended, pass.left_running), (Ended::TimedOut, 0));
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    }
}
