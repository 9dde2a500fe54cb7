//! A build of go-httpbin that is interrupted, or was killed, with a `go` that starts a compiler which never ends.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{folder, lives, stderr, tlstax, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Leaves a compiler in its process group, one in a session of its own, and says which.
const GO: &str = r#"#!/bin/sh
if [ "$1" = version ]; then echo go version go1.99.0 linux/amd64; exit; fi
sleep 1000 & echo $! >> "$PIDS"
setsid sleep 1000 & echo $! >> "$PIDS"
echo $$ >> "$PIDS"
wait
"#;

/// `tlstax` with that `go` and a cache of its own, once the compilers run; and which they are.
fn building(folder: &Path, arguments: &str) -> (Child, Vec<u32>) {
    let go = folder.join("go");
    if !go.exists() {
        // A shell writes it: were this process to, a child of another test might hold it open for writing.
        let mut shell = Command::new("sh");
        assert!(shell.args(["-c", "printf '%s' \"$1\" > \"$0\""]).arg(&go).arg(GO).status().unwrap().success());
        fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let pids = folder.join("pids");
    let _ = fs::remove_file(&pids);
    let mut command = tlstax(folder);
    command.args(arguments.split(' ')).env("PATH", format!("{}:/bin:/usr/bin", folder.display()));
    command.env("XDG_CACHE_HOME", folder.join("cache")).env("PIDS", &pids);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let all = || {
        let text = fs::read_to_string(&pids).ok()?;
        let pids: Vec<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
        (pids.len() == 3).then_some(pids)
    };
    (child, wait_for(all).unwrap_or_else(|| panic!("{arguments}: nothing was built")))
}

/// The folders of builds in the cache.
fn scratches(folder: &Path) -> usize {
    let entries = fs::read_dir(folder.join("cache/tlstax")).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with("building-"))).count()
}

fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
}

#[test]
fn a_signal_ends_the_build_with_all_that_it_started() {
    let commands = [
        ("run serial plain new-conn -n 3 --rounds 1 --out r", Signal::SIGINT),
        ("talk --rust-only --scale 0.01 --out r", Signal::SIGTERM),
        ("origin", Signal::SIGINT),
        ("reporting-tool -n 10 --out r", Signal::SIGHUP),
    ];
    for (arguments, signal) in commands {
        let (_dir, path) = folder();
        let (child, family) = building(&path, arguments);
        assert_eq!(scratches(&path), 1);
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{arguments}: {}", stderr(&output));
        assert!(family.iter().all(|pid| !lives(*pid)), "{arguments}: a compiler survives");
        assert_eq!(scratches(&path), 0, "{arguments}");
        assert!(!path.join("r").exists());
    }
}

#[test]
fn the_folder_of_a_killed_build_goes_with_the_next_and_that_of_a_running_one_stays() {
    let (_dir, path) = folder();
    let run = "run serial plain new-conn -n 3 --rounds 1 --out r";
    let (mut killed, family) = building(&path, run);
    send(&killed, Signal::SIGKILL);
    killed.wait().unwrap();
    for pid in &family {
        let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
    }
    assert_eq!(scratches(&path), 1);
    let (first, _) = building(&path, run);
    assert_eq!(scratches(&path), 1, "that of the killed one is gone");
    let (second, _) = building(&path, run);
    assert_eq!(scratches(&path), 2, "that of a running one is not");
    for child in [first, second] {
        send(&child, Signal::SIGINT);
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    }
    assert_eq!(scratches(&path), 0);
}
