//! What happens to the observed command: its streams, its end, processes that it leaves, and commands that misbehave.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

fn observe(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlstax"));
    command.args(["observe", "--no-sampling"]).args(arguments).stdin(Stdio::null());
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> (Output, String) {
    let output = observe(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, errors)
}

/// The JSON that `--json` wrote: the last line of standard output.
fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

fn codes(seen: &Value) -> Vec<&str> {
    seen["diagnosis"]["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn streams_pass_through_and_the_exit_code_is_kept() {
    let mut child = observe(&["--", "sh", "-c", "cat; echo error >&2; exit 7"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"as it \xff came").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(7), b"as it \xff came".as_slice()));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error\n"));
}

#[test]
fn what_cannot_be_started_is_named() {
    let (output, errors) = run(&["--", "no-such-program-here", "{url}"]);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("no-such-program-here") && errors.contains("PATH"), "{errors}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not-executable");
    fs::write(&file, "x").unwrap();
    let (output, errors) = run(&["--", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("not-executable"), "{errors}");
}

#[test]
fn a_death_by_signal_is_told_as_shells_tell_it() {
    let (output, _) = run(&["--json", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(output.status.code(), Some(128 + 15));
    assert_eq!(json(&output)["observation"]["passes"][0]["ended"], serde_json::json!({ "signal": 15 }));
}

#[test]
fn one_that_runs_for_ever_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let script =
        format!("trap '' TERM; sleep 600 & echo $! > {0}; echo $$ >> {0}; while :; do sleep 600; done", pids.display());
    let begun = Instant::now();
    let (output, _) = run(&["--timeout", "0.5", "--json", "--", "sh", "-c", &script]);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(json(&output)["observation"]["passes"][0]["ended"], "timed_out");
    assert_ne!(output.status.code(), Some(0));
    for pid in fs::read_to_string(pids).unwrap().lines() {
        assert!(!is_running(pid), "{pid} was left");
    }
}

/// Whether the process still runs. A process that has ended and has not been waited for does not.
fn is_running(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z'))
}

#[test]
fn what_it_leaves_behind_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pid");
    let script = format!("sleep 60 >/dev/null 2>&1 & echo $! > {}", pids.display());
    let (output, _) = run(&["--json", "--", "sh", "-c", &script]);
    let seen = json(&output);
    let pid = fs::read_to_string(pids).unwrap();
    assert_eq!(seen["observation"]["passes"][0]["left_running"], 1);
    assert!(is_running(pid.trim()));
    kill(Pid::from_raw(pid.trim().parse().unwrap()), Signal::SIGKILL).unwrap();
}

#[test]
fn a_flood_of_output_goes_through() {
    let (output, _) = run(&["--", "sh", "-c", "head -c 50000000 /dev/zero"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 50_000_000));
}

#[test]
fn a_signal_to_the_observer_reaches_the_command_and_what_was_seen_is_told() {
    let mut child = observe(&[
        "--json",
        "--",
        "sh",
        "-c",
        "trap 'echo bye; exit 9' INT TERM; echo ready; while :; do sleep 0.05; done",
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(9), "its own code is kept");
    assert!(rest.starts_with("bye\n"), "{rest}");
    let seen: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(seen["observation"]["passes"][0]["ended"], "interrupted");
}

#[test]
fn silence_is_never_taken_for_all_being_well() {
    for command in [&["sh", "-c", "true"][..], &["sh", "-c", "true", "{url}"]] {
        let (output, errors) = run(&[&["--json", "--"], command].concat());
        let seen = json(&output);
        assert_eq!(output.status.code(), Some(0), "{errors}");
        assert!(seen["diagnosis"]["verdict"]["not_seen"].is_array(), "{}", seen["diagnosis"]);
        assert_eq!(codes(&seen), ["not-seen"]);
        let (output, _) = run(&[&["--fail-on", "not-seen", "--"], command].concat());
        assert_eq!(output.status.code(), Some(1));
        let (output, errors) = run(&[&["--fail-on", "no-reuse", "--"], command].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(errors.contains("--fail-on no-reuse could not be judged: none of"), "{errors}");
    }
}

#[test]
fn wrong_flags_are_refused_in_words() {
    let cases: [(&[&str], &str); 7] = [
        (&["--map", "a.test", "--", "true"], "NAME=ADDRESS:PORT"),
        (&["--map", "a.test=127.0.0.1:1", "--", "true", "{url}"], "take {url} out"),
        (&["--delay=-1", "--", "true"], "0 to 10"),
        (&["--timeout", "0", "--", "true"], "above 0"),
        (&["--fail-on", "serialised", "--", "true"], "did you mean serialized"),
        (&["--via", "vpn", "--", "true"], "proxy"),
        (&[], "tlstax observe python3 fetch.py {url}/get"),
    ];
    for (arguments, words) in cases {
        let (output, errors) = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
    }
}

#[test]
fn what_cannot_be_written_is_named_before_the_command_runs() {
    let dir = tempfile::tempdir().unwrap();
    let (ran, file) = (dir.path().join("ran"), dir.path().join("file"));
    fs::write(&file, "in the way").unwrap();
    let (ran, file) = (ran.to_str().unwrap(), file.to_str().unwrap());
    for (flags, named) in [
        (&["-o", "/proc/nowhere"][..], "/proc/nowhere"),
        (&["-o", file], file),
        (&["--json=/proc/nowhere"], "/proc/nowhere"),
    ] {
        let (output, errors) = run(&[flags, &["--", "touch", ran]].concat());
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(named), "{errors}");
    }
    assert!(!fs::exists(ran).unwrap());
}

#[test]
fn where_nobody_can_read_what_was_found_the_exit_code_and_the_files_still_tell() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("page");
    let full = fs::File::create("/dev/full").unwrap();
    let mut command = observe(&["-o", page.to_str().unwrap(), "--", "sh", "-c", "exit 7", "{url}"]);
    assert_eq!(command.stderr(full).status().unwrap().code(), Some(7));
    for file in ["index.html", "observation.json", "diagnosis.json"] {
        assert!(page.join(file).is_file(), "{file}");
    }
}

#[test]
fn the_json_has_a_line_of_its_own_whatever_the_command_left() {
    let (output, _) = run(&["--json", "--", "printf", "no end of line"]);
    assert!(output.stdout.starts_with(b"no end of line\n"));
    assert_eq!(json(&output)["observation"]["via"], "proxy");
}

/// A program that opens many tunnels to a host, keeps them, and ends when each has had a response or was closed.
const TUNNELS: &str = r#"
import base64, os, socket, sys, urllib.parse
proxy = urllib.parse.urlparse(os.environ["HTTPS_PROXY"])
password = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
head = f"CONNECT held.test:443 HTTP/1.1\r\nProxy-Authorization: Basic {password}\r\n\r\n".encode()
held = [socket.create_connection((proxy.hostname, proxy.port)) for _ in range(int(sys.argv[1]))]
for tunnel in held:
    try:
        tunnel.sendall(head)
    except OSError:
        pass
def answer(tunnel):
    try:
        return tunnel.recv(100)
    except OSError:
        return b""
print(sum(answer(tunnel).startswith(b"HTTP/1.1 200") for tunnel in held))
"#;

#[test]
fn as_many_connections_as_open_files_allow_and_the_rest_is_told() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let map = format!("held.test={}", held.local_addr().unwrap());
    let begun = Instant::now();
    // The limit is for the observer. The command has it too, and needs one file for each tunnel.
    let limited = format!(
        "ulimit -n 200; exec {} observe --no-sampling --json --map {map} -- python3 -c '{TUNNELS}' 120",
        env!("CARGO_BIN_EXE_tlstax")
    );
    let mut command = Command::new("sh");
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name);
    }
    let output = command.args(["-c", &limited]).output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(60), "none waits for ever");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let opened: u64 = text.lines().next().unwrap().parse().unwrap();
    assert!((40..120).contains(&opened), "{opened} of 120 at once");
    let seen = json(&output);
    let counts = &seen["observation"]["passes"][0]["counts"];
    assert_eq!(counts["no_room"].as_u64().map(|closed| closed + opened), Some(120), "{counts}");
    let notes = seen["diagnosis"]["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note.as_str().unwrap().contains("limit of open files")), "{notes:?}");
}
