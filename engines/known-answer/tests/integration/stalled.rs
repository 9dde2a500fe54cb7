//! An origin that stops responding in the middle costs one trial; the others get a new one.

use std::thread;
use std::time::{Duration, Instant};

use crate::common;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rusty_fork::rusty_fork_test;

/// The one among this process' children whose command line contains this. Waits until there is one.
fn child(whose: &str) -> Pid {
    let until = Instant::now() + Duration::from_secs(60);
    let is_it = |pid: &String| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(whose)
    };
    loop {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
        let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
        let mut children =
            children.flat_map(|list| list.split(' ').map(str::to_owned).collect::<Vec<_>>()).filter(is_it);
        if let Some(pid) = children.next() {
            return Pid::from_raw(pid.parse().unwrap());
        }
        assert!(Instant::now() < until, "{whose} never ran");
        thread::sleep(Duration::from_millis(5));
    }
}

rusty_fork_test! {
    #[test]
    fn a_stalled_origin_costs_one_trial() {
        let stall = thread::spawn(|| {
            let pid = child("serve-embedded");
            // The first trial has begun, and takes 0.9 s.
            child("--sleep-ms");
            kill(pid, Signal::SIGSTOP).unwrap();
        });
        let trials = common::run("known/answer/plain/new-conn", 3, 3, &["--sleep-ms", "300"]);
        stall.join().unwrap();
        let counted: Vec<bool> = trials.iter().map(|trial| trial.counts()).collect();
        assert_eq!(counted, [false, true, true], "{:?}", trials[0].verdict);
    }
}
