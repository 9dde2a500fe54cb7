//! Effects of signals on the observer and its command. Each case runs in its own process.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use observation::{Recorder, Transport};
use observer::{Intermediary, Interrupts, Settings, Variables};

/// The variable that holds the script to observe.
const SCRIPT: &str = "OBSERVED_SCRIPT";

/// What the process prints when the command has ended.
const ENDED: &str = "the command has ended";

#[test]
#[ignore = "a process that the other tests start"]
fn observing() {
    let Some(script) = std::env::var_os(SCRIPT) else { return };
    let mut interrupts = Interrupts::listen().unwrap();
    let command = [OsString::from("sh"), OsString::from("-c"), script];
    let settings = Settings {
        command: &command,
        variables: &Variables::for_proxy("127.0.0.1:9".parse().unwrap(), "nobody", "none"),
        timeout: None,
        sample: false,
        transport: Transport::Https,
    };
    let recorder = Recorder::default();
    let (_, code) =
        observer::run(&settings, Intermediary::PortForwarders(Vec::new()), &recorder, &mut interrupts).unwrap();
    std::io::stdout().write_all(format!("{ENDED}\n").as_bytes()).unwrap();
    // Simulates the time to write pages after a command that succeeded: longer than the test waits with its signal.
    if code == 0 {
        std::thread::sleep(Duration::from_secs(20));
    }
    std::process::exit(code.into());
}

/// Starts a process that observes `script`, from a shell that has run `before`. Returns when it has printed `said`.
fn observe(before: &str, script: &str, said: &str) -> Child {
    // The tests may be run with signals ignored, as shells do for background jobs.
    let mut process = Command::new("env");
    process
        .args(["--default-signal=INT,TERM,HUP", "sh", "-c"])
        .arg(format!("{before}; exec \"$0\" --exact signals::observing --ignored"));
    process.arg(std::env::current_exe().unwrap()).env(SCRIPT, script).stdin(Stdio::null()).stdout(Stdio::piped());
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        process.env_remove(proxy);
    }
    let mut child = process.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (send, heard) = std::sync::mpsc::channel();
    // Keeps reading, so that the process never writes to a closed pipe.
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| send.send(line).map_err(|_| ())));
    let until = Instant::now() + Duration::from_secs(10);
    while !heard.recv_timeout(until.saturating_duration_since(Instant::now())).unwrap().contains(said) {}
    // The thread ends with the pipe.
    std::mem::forget(heard);
    child
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

#[test]
fn what_a_process_sends_is_passed_on_once() {
    for (signal, name) in [(Signal::SIGINT, "INT"), (Signal::SIGTERM, "TERM"), (Signal::SIGHUP, "HUP")] {
        let script = format!(
            "n=0; trap 'n=$((n+1))' {name}; echo ready; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done; exit $((40+n))"
        );
        let mut child = observe(":", &script, "ready");
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(41), "{name}");
    }
}

#[test]
fn what_was_ignored_stays_ignored_by_both() {
    let mut child = observe("trap '' HUP", "echo ready; sleep 0.4; exit 43", "ready");
    send(&child, Signal::SIGHUP);
    assert_eq!(child.wait().unwrap().code(), Some(43));
}

#[test]
fn after_the_command_has_ended_a_signal_ends_the_observer() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut child = observe(":", "exit 0", ENDED);
        send(&child, signal);
        assert_eq!(child.wait().unwrap().signal(), Some(signal as i32));
    }
}
