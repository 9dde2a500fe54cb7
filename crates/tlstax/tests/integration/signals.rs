//! Signals that were ignored when the program started, as under `nohup` or in a shell's background: they stay ignored.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{children, folder, result, stderr, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// `tlstax` as a shell starts it that ignores the signal `ignored`.
fn ignoring(ignored: &str, path: &Path, arguments: &str) -> Child {
    let mut command = Command::new("env");
    // Whoever runs these tests may ignore signals himself.
    let script = format!("trap '' {ignored}; exec \"$0\" {arguments}");
    command.args(["--default-signal=INT,TERM,HUP", "sh", "-c", &script, env!("CARGO_BIN_EXE_tlstax")]);
    command.current_dir(path).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn send(pid: u32, signal: Signal) {
    // One that has ended meanwhile needs none.
    let _ = kill(Pid::from_raw(pid.cast_signed()), signal);
}

#[test]
fn a_run_and_its_children_outlive_a_signal_that_they_were_started_to_ignore() {
    for (name, signal) in [("HUP", Signal::SIGHUP), ("INT", Signal::SIGINT)] {
        let (_dir, path) = folder();
        let run =
            "run tokio-current hyper plain new-conn --origin embedded --path /delay/0.2 -n 4 -c 1 --rounds 3 --out r";
        let child = ignoring(name, &path, run);
        let written = || std::fs::metadata(path.join("r/trials.ndjson")).ok().filter(|file| file.len() > 0);
        assert!(wait_for(written).is_some(), "no trial was ever written");
        let family = children(child.id());
        assert!(!family.is_empty());
        // Twice: the second would end the program at once.
        for _ in 0..2 {
            family.iter().for_each(|(pid, _)| send(*pid, signal));
            send(child.id(), signal);
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        let result = result(&path, "r");
        assert!(
            !result.run.interrupted && result.trials.len() == 3 && result.trials.iter().all(|trial| trial.counts())
        );
    }
}

#[test]
fn other_commands_heed_what_is_not_ignored_and_nothing_else() {
    let (_dir, path) = folder();
    let servers = ignoring("HUP", &path, "origin --origin embedded");
    assert!(wait_for(|| children(servers.id()).pop()).is_some(), "the origin never ran");
    // The signals are listened for before the origin starts.
    send(servers.id(), Signal::SIGHUP);
    send(servers.id(), Signal::SIGTERM);
    let output = servers.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("\"https\""), "the ledger is printed at the end: {printed}");

    let tool = "reporting-tool -n 40 --hosts 4 -c 4 --service-time 0.05 --sample 20 --origin embedded --out tool";
    let tool = ignoring("INT HUP", &path, tool);
    assert!(wait_for(|| children(tool.id()).pop()).is_some(), "the origin never ran");
    send(tool.id(), Signal::SIGINT);
    send(tool.id(), Signal::SIGHUP);
    let output = tool.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
