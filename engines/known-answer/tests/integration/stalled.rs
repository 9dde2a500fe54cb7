//! An origin that stops answering in the middle costs one trial; the others get a fresh one.

use std::thread;
use std::time::{Duration, Instant};

use crate::common;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rusty_fork::rusty_fork_test;

/// The origin among this process' children.
fn origin() -> Option<Pid> {
    let pid = std::process::id();
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().filter_map(Result::ok);
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<String> =
        children.flat_map(|list| list.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    let serves = |pid: &String| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains("serve-embedded")
    };
    children.into_iter().find(serves).map(|pid| Pid::from_raw(pid.parse().unwrap()))
}

rusty_fork_test! {
    #[test]
    fn a_stalled_origin_costs_one_trial() {
        let stall = thread::spawn(|| {
            let until = Instant::now() + Duration::from_secs(20);
            let pid = loop {
                match origin() {
                    Some(pid) => break pid,
                    None if Instant::now() > until => panic!("the origin never ran"),
                    None => thread::sleep(Duration::from_millis(5)),
                }
            };
            // In the middle of the first trial, which takes 0.9 s.
            thread::sleep(Duration::from_millis(500));
            kill(pid, Signal::SIGSTOP).unwrap();
        });
        let trials = common::run("known/answer/plain/new-conn", 3, 3, &["--sleep-ms", "300"]);
        stall.join().unwrap();
        let counted: Vec<bool> = trials.iter().map(|trial| trial.counts()).collect();
        assert_eq!(counted, [false, true, true], "{:?}", trials[0].verdict);
    }
}
