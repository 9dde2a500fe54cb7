//! What a trial leaves behind: no process, wherever it went, and no folder, however the run ended.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{children, each_of, folder, lives, tlstax, wait_for};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The processes whose command line holds `word`.
fn holding(word: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let with = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        lives(*pid) && String::from_utf8_lossy(&line).contains(word)
    };
    pids.filter(with).collect()
}

#[test]
fn what_an_engine_or_a_program_started_ends_with_its_trial() {
    let (_dir, path) = folder();
    let protocol = r#"read job; echo "{\"ready\":{\"engine\":\"e\",\"version\":\"1\"}}"; read go; exit 3"#;
    let ways = [
        "setsid sleep TIME & sleep 0.1",
        "setsid sh -c \"sleep TIME & sleep TIME &\"; true",
        "env -i setsid sh -c \"trap : TERM HUP INT; sleep TIME; sleep TIME\" & sleep 0.1",
    ];
    let engines = ways.iter().flat_map(|way| [format!("sh -c '{way}; {protocol}'"), format!("sh -c '{way}' {{url}}")]);
    each_of(&engines.collect::<Vec<_>>(), |at, engine| {
        // A time to sleep that no other process sleeps for.
        let seconds = format!("{}.{}", 1_000 + at, std::process::id());
        let engine = engine.replace("TIME", &seconds);
        let mut command = tlstax(&path);
        command.args("run --origin embedded -n 2 -c 1 --rounds 1 --out".split(' ')).arg(format!("r{at}"));
        let output = command.args(["--engine", &engine]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{engine}: {}", String::from_utf8_lossy(&output.stderr));
        // They were killed when the trial ended; on a busy machine the kernel may take a while over it.
        wait_for(|| holding(&seconds).is_empty().then_some(()));
        let left = holding(&seconds);
        for pid in &left {
            let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
        }
        assert!(left.is_empty(), "{engine} leaves {left:?}");
    });
}

const LONG: &str =
    "run tokio-current hyper rustls new-conn --origin embedded --path /delay/0.2 -n 4 -c 1 --rounds 50 --out";

/// A run whose temporary files are in `folder`/tmp.
fn start(folder: &Path, out: &str) -> Child {
    let mut command: Command = tlstax(folder);
    command.args(LONG.split(' ')).arg(out).env("TMPDIR", folder.join("tmp"));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let first = folder.join(out).join("trials.ndjson");
    let written = || fs::metadata(&first).ok().filter(|file| file.len() > 0);
    assert!(wait_for(written).is_some(), "no trial was ever written");
    child
}

fn folders(folder: &Path) -> Vec<std::ffi::OsString> {
    let entries = fs::read_dir(folder.join("tmp")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.filter(|name| name.to_str().unwrap().starts_with("tlstax-")).collect();
    names.sort();
    names
}

#[test]
fn folders_of_a_killed_run_go_with_the_next_and_those_of_a_running_one_stay() {
    let (_dir, path) = folder();
    fs::create_dir(path.join("tmp")).unwrap();
    let mine = path.join("tmp/tlstax-notes");
    fs::create_dir(&mine).unwrap();
    let end = |mut run: Child, signal: Signal| {
        kill(Pid::from_raw(run.id().cast_signed()), signal).unwrap();
        run.wait().unwrap();
    };
    let killed = start(&path, "killed");
    let of_killed = folders(&path);
    let running = start(&path, "running");
    let both = folders(&path);
    assert!(of_killed.len() >= 2 && both.len() > of_killed.len(), "{of_killed:?}, {both:?}");
    let family: Vec<u32> = children(killed.id()).into_iter().map(|(pid, _)| pid).collect();
    end(killed, Signal::SIGKILL);
    assert!(wait_for(|| family.iter().all(|pid| !lives(*pid)).then_some(())).is_some(), "children survive");
    assert_eq!(folders(&path), both, "who is killed removes nothing");
    let next = start(&path, "next");
    let left = folders(&path);
    assert!(of_killed.iter().filter(|name| *name != "tlstax-notes").all(|name| !left.contains(name)), "{left:?}");
    assert!(both.iter().filter(|name| !of_killed.contains(name)).all(|name| left.contains(name)), "{left:?}");
    end(running, Signal::SIGINT);
    end(next, Signal::SIGINT);
    assert_eq!(folders(&path), ["tlstax-notes"], "what ends in order leaves nothing, and what is not its own stays");
}
