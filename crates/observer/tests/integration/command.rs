//! Commands that leave processes behind. Each test runs in its own process, because the observer looks at all children
//! of its process.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use observation::{Ended, ObservedRun, Recorder, Transport};
use observer::{Intermediary, Interrupts, Placeholders, Settings, Variables};
use rusty_fork::rusty_fork_test;

/// Observes a shell that runs `script`. Returns the observed run and the exit code.
fn observe(script: &str, timeout: Option<Duration>) -> (ObservedRun, u8) {
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
    observer::run(&settings, Intermediary::PortForwarders(Vec::new()), &Recorder::default(), &mut interrupts).unwrap()
}

rusty_fork_test! {
    #[test]
    fn those_left_behind_are_taken_leave_of_when_they_end_and_their_cpu_time_stays() {
        // Each loop ends when it has used one second of CPU time, however long it must wait for a CPU.
        let burn = "(ulimit -t 1; while :; do :; done) &";
        let orphans = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (true &); done";
        // Only the command itself remains as a child.
        let count = "cat /proc/$PPID/task/*/children | wc -w";
        let wait = format!("while [ $({count}) -gt 1 ]; do sleep 0.05; done");
        let (pass, _) = observe(&format!("({burn}); {orphans}; {wait}"), Some(Duration::from_secs(60)));
        assert_eq!(pass.ended, Ended::Code(0), "their parents are gone, so that somebody else must wait for them");
        assert!(pass.cpu.total_ns > 900_000_000, "{} ns", pass.cpu.total_ns);
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
