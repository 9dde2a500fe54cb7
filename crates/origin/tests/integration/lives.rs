//! The life of an origin: it starts as configured, ends with its parent, and its supervisor never waits for a dead one.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Connection, TlsClient, embedded, eventually, kinds, launch, start, stop};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use origin::{EmbeddedProgram, Error, Kind, Launch, Origin, Pins, Ready};

fn pid(origin: &Origin) -> Pid {
    Pid::from_raw(origin.ready().pid.try_into().unwrap())
}

fn is_gone(pid: Pid) -> bool {
    kill(pid, None) == Err(Errno::ESRCH)
}

/// An origin without a supervisor; the test speaks the protocol itself.
fn unsupervised(launch: &Launch) -> (Child, BufReader<std::process::ChildStdout>) {
    let (program, leading_args) = match &launch.kind {
        Kind::GoHttpbin { binary } => (binary, &[][..]),
        Kind::Embedded(program) => (&program.exe, &program.leading_args[..]),
    };
    let mut command = std::process::Command::new(program);
    command.args(leading_args).arg("--cert").arg(&launch.chain_file).arg("--key").arg(&launch.key_file);
    if launch.foreground {
        command.arg("--foreground");
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (child, stdout)
}

fn line(from: &mut impl BufRead) -> serde_json::Value {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[test]
fn the_ready_line_says_what_runs_and_where() {
    for kind in kinds() {
        let mut origin = start(kind.clone(), Pins::default());
        let Ready { tlstax_origin, name, version, http, https, .. } = origin.ready().clone();
        assert_eq!((tlstax_origin, name.as_str()), (1, kind.name()));
        assert!(version.contains('(') && version.starts_with(|c: char| c == 'v' || c.is_ascii_digit()), "{version}");
        let mut ports: Vec<_> = http.iter().chain(&https).map(|address| address.port()).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 4);
        assert!(origin.ended().is_none());
        for (http, https) in http.iter().zip(&https) {
            assert_eq!(Connection::plain(*http).get("/get").status, 200);
            assert_eq!(TlsClient::usual().connect(*https).get("/get").status, 200);
        }
    }
}

#[test]
fn an_origin_ends_when_its_input_ends() {
    for kind in kinds() {
        let (mut child, mut stdout) = unsupervised(&launch(kind, Pins::default()));
        assert_eq!(line(&mut stdout)["tlstax_origin"], 1);
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn an_unknown_command_is_refused_and_the_next_one_obeyed() {
    for kind in kinds() {
        let (mut child, mut stdout) = unsupervised(&launch(kind, Pins::default()));
        line(&mut stdout);
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"dance\nledger\n").unwrap();
        assert!(line(&mut stdout)["error"].as_str().unwrap().contains("dance"));
        assert_eq!(line(&mut stdout)["https"]["requests"], 0);
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn in_the_foreground_it_lives_until_a_signal() {
    for kind in kinds() {
        // The tests may be run with a signal ignored, as shells do for background jobs; then origins ignore it too.
        let heeded = processes::heeded();
        for signal in [Signal::SIGINT, Signal::SIGTERM].into_iter().filter(|signal| heeded.contains(&(*signal as i32)))
        {
            let foreground = Launch { foreground: true, ..launch(kind.clone(), Pins::default()) };
            let (mut child, mut stdout) = unsupervised(&foreground);
            line(&mut stdout);
            drop(child.stdin.take());
            std::thread::sleep(Duration::from_millis(100));
            assert!(child.try_wait().unwrap().is_none(), "the end of its input doesn't matter");
            kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
            assert!(child.wait().unwrap().success());
        }
        let mut origin = Origin::start(&Launch { foreground: true, ..launch(kind, Pins::default()) }).unwrap();
        assert!(matches!(origin.ledger(), Err(Error::Foreground { .. })));
        let pid = pid(&origin);
        drop(origin);
        assert!(is_gone(pid));
    }
}

#[test]
fn dropping_it_leaves_no_process_behind_even_a_busy_one() {
    for kind in kinds() {
        let mut origin = start(kind, Pins::default());
        let pid = pid(&origin);
        let address = origin.ready().http[0];
        let mut waiting = Connection::plain(address);
        waiting.send("GET", "/delay/60").unwrap();
        eventually("the request is in flight", || origin.ledger().unwrap().http.most_in_flight == 1);
        drop(origin);
        assert!(is_gone(pid));
        assert!(waiting.response("GET").is_err());
    }
}

#[test]
fn a_busy_origin_ends_by_itself_when_its_input_ends() {
    for kind in kinds() {
        let (mut child, mut stdout) = unsupervised(&launch(kind, Pins::default()));
        let ready = line(&mut stdout);
        let mut waiting = Connection::plain(ready["http"][0].as_str().unwrap().parse().unwrap());
        waiting.send("GET", "/delay/60").unwrap();
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success(), "no signal was needed");
        assert!(waiting.response("GET").is_err());
    }
}

#[test]
fn a_dead_origin_is_an_error_at_once() {
    for kind in kinds() {
        let mut origin = start(kind, Pins::default());
        origin.ledger().unwrap();
        kill(pid(&origin), Signal::SIGKILL).unwrap();
        // If the supervisor had waited for it, the error would be a timeout.
        let error = origin.ledger().unwrap_err();
        assert!(matches!(error, Error::Gone { .. }), "{error}");
        assert!(error.to_string().contains("signal: 9"), "{error}");
        assert!(origin.ended().is_some());
    }
}

#[test]
fn a_stopped_origin_times_out_and_its_late_answer_is_not_mistaken_for_the_next() {
    for kind in kinds() {
        let mut origin = start(kind, Pins::default());
        stop(pid(&origin));
        let begin = Instant::now();
        let error = origin.mark().unwrap_err();
        assert!(matches!(error, Error::Silent { .. }), "{error}");
        let waited = begin.elapsed();
        assert!(waited >= Duration::from_millis(1900) && waited < Duration::from_secs(20), "{waited:?}");
        assert!(origin.ended().is_none());

        kill(pid(&origin), Signal::SIGCONT).unwrap();
        Connection::plain(origin.ready().http[0]).get("/get");
        assert_eq!(origin.ledger().unwrap().http.requests, 1);
    }
}

#[test]
fn an_origin_that_cannot_start_says_why() {
    for kind in kinds() {
        let bad = Launch { key_file: "nowhere/key.pem".into(), ..launch(kind, Pins::default()) };
        let error = Origin::start(&bad).unwrap_err();
        assert!(matches!(error, Error::Gone { .. }), "{error}");
        assert!(error.to_string().contains("nowhere/key.pem"), "{error}");
    }
    let missing = Kind::GoHttpbin { binary: "nowhere/go-httpbin".into() };
    let error = Origin::start(&launch(missing, Pins::default())).unwrap_err().to_string();
    assert!(error.contains("nowhere/go-httpbin"), "{error}");
}

#[test]
fn what_does_not_speak_the_protocol_is_named() {
    let says = |words: &str| {
        let leading_args = vec!["-c".into(), format!("echo '{words}'; cat >/dev/null")];
        let kind = Kind::Embedded(EmbeddedProgram { exe: "sh".into(), leading_args });
        Origin::start(&launch(kind, Pins::default())).unwrap_err().to_string()
    };
    assert!(says("hello").contains("hello"));
    let newer = says(r#"{"tlstax_origin":2,"name":"x","version":"x","pid":1,"http":[],"https":[]}"#);
    assert!(newer.contains("version 2"), "{newer}");
}

#[test]
fn listeners_are_shared_out_over_addresses() {
    let addresses: Vec<Ipv4Addr> = (1..=3).map(|last| Ipv4Addr::new(127, 0, 0, last)).collect();
    for kind in kinds() {
        let shared = Launch { addresses: addresses.clone(), ports: 5, ..launch(kind.clone(), Pins::default()) };
        let origin = Origin::start(&shared).unwrap();
        for listening in [&origin.ready().http, &origin.ready().https] {
            assert_eq!(listening.len(), 5);
            assert!(listening.iter().zip(addresses.iter().cycle()).all(|(socket, address)| socket.ip() == *address));
        }
        origin
            .ready()
            .https
            .iter()
            .for_each(|address| assert_eq!(TlsClient::usual().connect(*address).get("/get").status, 200));
        let elsewhere = Launch { addresses: vec![Ipv4Addr::new(192, 0, 2, 1)], ..launch(kind, Pins::default()) };
        let error = Origin::start(&elsewhere).unwrap_err().to_string();
        assert!(error.contains("127.0.0.0/8"), "{error}");
    }
}

/// A free port that no connection or listener of another test gets: below the ephemeral ports, unless those begin very
/// low.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(10_000);
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let ephemeral: u16 = range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(32_768);
    // The search starts at a different port in each process, so that two concurrent runs of these tests don't collide.
    let from = NEXT.fetch_add(100, Ordering::Relaxed) + u16::try_from(std::process::id() % 10_000).unwrap();
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let any = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    (from..ephemeral).find(free).unwrap_or_else(any)
}

#[test]
fn a_fixed_port_is_served_alone_and_is_free_again_afterwards() {
    for kind in kinds() {
        let fixed =
            Launch { http_port: Some(free_port()), https_port: Some(free_port()), ..launch(kind, Pins::default()) };
        for _ in 0..2 {
            let origin = Origin::start(&fixed).unwrap();
            let (http, https) = (&origin.ready().http, &origin.ready().https);
            assert_eq!((http.len(), Some(http[0].port())), (1, fixed.http_port));
            assert_eq!((https.len(), Some(https[0].port())), (1, fixed.https_port));
            Connection::plain(http[0]).get("/get");
            let error = Origin::start(&fixed).unwrap_err().to_string();
            assert!(error.contains(&http[0].to_string()), "{error}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_runs_on_the_cpus_it_is_given() {
    let allowed = |pid: &str| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
        list.trim().to_owned()
    };
    let before = allowed("thread-self");
    let last = before.rsplit([',', '-']).next().unwrap().to_owned();
    for kind in kinds() {
        let cpus = Some(vec![last.parse().unwrap()]);
        let origin = Origin::start(&Launch { cpus, ..launch(kind, Pins::default()) }).unwrap();
        assert_eq!(allowed(&origin.ready().pid.to_string()), last);
        assert_eq!(allowed("thread-self"), before);
    }
}

/// With more connections than file descriptors, the origin must survive without using its CPU, and serve again
/// afterwards.
#[cfg(target_os = "linux")]
#[test]
fn running_out_of_file_descriptors_is_survived() {
    let Kind::Embedded(program) = embedded() else { unreachable!() };
    let script = r#"ulimit -n 40; exec "$0" "$@""#.to_owned();
    let leading_args = vec!["-c".into(), script, program.exe.to_str().unwrap().into()];
    let kind = Kind::Embedded(EmbeddedProgram { exe: "sh".into(), leading_args });
    let mut origin = start(kind, Pins::default());
    let address = origin.ready().http[0];
    let crowd: Vec<_> = (0..60).map(|_| Connection::plain(address)).collect();
    eventually("it accepts what it can", || origin.ledger().unwrap().http.open >= 15);
    std::thread::sleep(Duration::from_millis(200));
    let ticks = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let field = |index: usize| fields.split(' ').nth(index).unwrap().parse::<u64>().unwrap();
        field(11) + field(12)
    };
    let before = ticks(origin.ready().pid);
    std::thread::sleep(Duration::from_millis(500));
    let spent = ticks(origin.ready().pid) - before;
    assert!(spent <= 10, "{spent} of 50 ticks spent on waiting");
    drop(crowd);
    eventually("the crowd is gone", || origin.ledger().unwrap().http.open == 0);
    assert_eq!(Connection::plain(address).get("/get").status, 200);
}
