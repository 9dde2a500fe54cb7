//! A relay between clients and origins in this process: nothing is early, lost, or left behind.

mod crowds;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use fixtures::RefusingPort;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use origin::{EmbeddedProgram, Relay};
use socket2::SockRef;

const RTT: Duration = Duration::from_millis(20);

fn program() -> EmbeddedProgram {
    EmbeddedProgram { exe: env!("CARGO_BIN_EXE_tlstax-relay").into(), leading_args: Vec::new() }
}

fn relay(targets: &[SocketAddr], rtt: Duration) -> Relay {
    Relay::start(&program(), targets, rtt, None).unwrap()
}

/// Serves each connection with `talk` in its own thread, as long as the tests run.
fn origin(talk: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, talk) = (stream.unwrap(), talk.clone());
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || talk(stream));
        }
    });
    address
}

/// Echoes what it receives, including the end.
fn echo() -> SocketAddr {
    origin(|mut stream| {
        let mut chunk = vec![0; 65_536];
        while let Ok(length @ 1..) = stream.read(&mut chunk) {
            if stream.write_all(&chunk[..length]).is_err() {
                return;
            }
        }
    })
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends a byte, receives its echo, and returns how long that took.
fn round_trip(stream: &mut TcpStream) -> Duration {
    let start = Instant::now();
    stream.write_all(b"x").unwrap();
    stream.read_exact(&mut [0]).unwrap();
    start.elapsed()
}

#[test]
fn a_round_trip_takes_the_rtt_and_the_first_one_another() {
    let echo = echo();
    let mut beside = connect(echo);
    let mut direct = Vec::new();
    let relay = relay(&[echo], RTT);
    let mut late = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let mut stream = connect(relay.addresses()[0]);
        round_trip(&mut stream);
        let first = start.elapsed();
        assert!(first >= 2 * RTT, "{first:?}");
        for _ in 0..10 {
            let took = round_trip(&mut stream);
            assert!(took >= RTT, "{took:?}");
            late.push(took - RTT);
            direct.push(round_trip(&mut beside));
        }
    }
    let (late, direct) = (*late.iter().min().unwrap(), *direct.iter().min().unwrap());
    // Twice the sockets and a timer each way. Timers in steps of 1 ms would be later by a step each way; on a busy machine
    // the quickest round trip of fifty still waits for a CPU four times more than one past the relay.
    let most = (10 * direct).max(Duration::from_millis(1));
    assert!(late < most, "{late:?} late, where a round trip past the relay takes {direct:?}");
}

#[test]
fn each_way_takes_half_and_is_never_early() {
    let (send, arrivals) = mpsc::channel();
    let target = origin(move |mut stream| {
        while stream.read_exact(&mut [0]).is_ok() {
            send.send(Instant::now()).unwrap();
            stream.write_all(b"y").unwrap();
        }
    });
    let relay = relay(&[target], RTT);
    let start = Instant::now();
    let mut stream = connect(relay.addresses()[0]);
    for turn in 0..30 {
        let sent = Instant::now();
        stream.write_all(b"x").unwrap();
        stream.read_exact(&mut [0]).unwrap();
        let (answered, arrived) = (Instant::now(), arrivals.recv().unwrap());
        assert!(arrived - sent >= RTT / 2 && answered - arrived >= RTT / 2);
        assert!(turn > 0 || arrived - start >= RTT * 3 / 2);
    }
}

#[test]
fn an_origin_that_speaks_first_is_heard_after_two_round_trips() {
    let greeter = origin(|mut stream| stream.write_all(b"220 hello").unwrap());
    let relay = relay(&[greeter], RTT);
    let start = Instant::now();
    let mut words = String::new();
    connect(relay.addresses()[0]).read_to_string(&mut words).unwrap();
    assert!(start.elapsed() >= 2 * RTT);
    assert_eq!(words, "220 hello");
}

fn pattern(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn five_mebibytes_come_through_both_ways_at_once() {
    let relay = relay(&[echo()], Duration::from_millis(4));
    let stream = connect(relay.addresses()[0]);
    let sent = pattern(5 << 20);
    let (mut writer, bytes) = (stream.try_clone().unwrap(), sent.clone());
    let writing = thread::spawn(move || {
        writer.write_all(&bytes).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let mut got = Vec::new();
    (&stream).read_to_end(&mut got).unwrap();
    writing.join().unwrap();
    assert!(got == sent, "{} of {} bytes, or others", got.len(), sent.len());
}

/// A sender can send only what a delay line and the sockets' buffers hold.
#[test]
fn a_reader_that_waits_holds_the_sender_up_and_loses_nothing() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let slow = origin(move |mut stream| {
        wait.lock().unwrap().recv().unwrap();
        let mut got = Vec::new();
        stream.read_to_end(&mut got).unwrap();
        stream.write_all(&(got.len() as u64).to_be_bytes()).unwrap();
    });
    let relay = relay(&[slow], Duration::from_millis(2));
    let mut stream = connect(relay.addresses()[0]);
    stream.set_nonblocking(true).unwrap();
    let (chunk, mut sent, mut stuck) = (vec![7; 65_536], 0_u64, 0);
    while stuck < 20 {
        match stream.write(&chunk) {
            Ok(length) => (sent, stuck) = (sent + length as u64, 0),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                stuck += 1;
                thread::sleep(Duration::from_millis(10));
            }
        }
        assert!(sent < 256 << 20, "nothing holds the sender up");
    }
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", relay.pid())) {
        let resident = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        let kib: u64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kib < 8 << 10, "{kib} KiB");
    }
    go.send(()).unwrap();
    stream.set_nonblocking(false).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut count = [0; 8];
    stream.read_exact(&mut count).unwrap();
    assert_eq!(u64::from_be_bytes(count), sent);
}

#[test]
fn a_half_closed_connection_still_answers() {
    let (send, ended) = mpsc::channel();
    let counter = origin(move |mut stream| {
        let mut got = Vec::new();
        stream.read_to_end(&mut got).unwrap();
        send.send(Instant::now()).unwrap();
        write!(stream, "{} bytes", got.len()).unwrap();
    });
    let relay = relay(&[counter], RTT);
    let mut stream = connect(relay.addresses()[0]);
    stream.write_all(b"12345").unwrap();
    thread::sleep(2 * RTT);
    let closed = Instant::now();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut words = String::new();
    stream.read_to_string(&mut words).unwrap();
    assert!(closed.elapsed() >= RTT && ended.recv().unwrap() - closed >= RTT / 2);
    assert_eq!(words, "5 bytes");
}

#[test]
fn an_origin_that_is_not_there_resets_after_a_round_trip_and_harms_no_other() {
    let nobody = RefusingPort::take();
    let mut relay = relay(&[nobody.addr(), echo()], RTT);
    let mut took = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        let mut stream = connect(relay.addresses()[0]);
        stream.write_all(b"anyone?").unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
        took.push(start.elapsed());
    }
    took.sort_unstable();
    // It is never early. The shortest time shows best how late it is, because other processes use the same CPUs.
    assert!(took[0] >= RTT && took[0] < 10 * RTT, "{took:?}");
    round_trip(&mut connect(relay.addresses()[1]));
    assert!(relay.ended().is_none());
}

fn reset(stream: TcpStream) -> Instant {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    let before = Instant::now();
    drop(stream);
    before
}

#[test]
fn a_reset_travels_both_ways_as_late_as_bytes_do() {
    let (send, told) = mpsc::channel();
    let target = origin(move |mut stream| {
        let mut words = [0; 4];
        stream.read_exact(&mut words).unwrap();
        stream.write_all(&words).unwrap();
        let outcome = if &words == b"kill" {
            (reset(stream), None)
        } else {
            let error = stream.read(&mut [0]).unwrap_err().kind();
            (Instant::now(), Some(error))
        };
        send.send(outcome).unwrap();
    });
    let relay = relay(&[target], RTT);
    let exchange = |words: &[u8]| {
        let mut stream = connect(relay.addresses()[0]);
        stream.write_all(words).unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        stream
    };

    let before = reset(exchange(b"stay"));
    let (arrived, error) = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(error, Some(ErrorKind::ConnectionReset));
    assert!(arrived - before >= RTT / 2);

    let mut stream = exchange(b"kill");
    let error = stream.read(&mut [0]).unwrap_err().kind();
    let arrived = Instant::now();
    assert_eq!(error, ErrorKind::ConnectionReset);
    assert!(arrived - told.recv_timeout(Duration::from_secs(10)).unwrap().0 >= RTT / 2);
}

/// The client has closed: what the origin still sends causes a reset, which must reach it.
#[test]
fn an_origin_learns_that_its_client_is_gone() {
    let (send, told) = mpsc::channel();
    let talker = origin(move |mut stream| {
        while stream.write_all(&[0; 1000]).is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
        send.send(()).unwrap();
    });
    let relay = relay(&[talker], RTT);
    let mut stream = connect(relay.addresses()[0]);
    stream.read_exact(&mut [0; 1000]).unwrap();
    drop(stream);
    told.recv_timeout(Duration::from_secs(10)).unwrap();
}

#[test]
fn it_ends_with_its_input_and_when_dropped() {
    let target = echo();
    let mut command = Command::new(program().exe);
    command.args(["--targets", &target.to_string(), "--rtt-ns", "1000000"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["tlstax_relay"], 1);
    let _busy = connect(ready["addresses"][0].as_str().unwrap().parse().unwrap());
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());

    let mut relay = relay(&[target], RTT);
    let pid = Pid::from_raw(relay.pid().try_into().unwrap());
    assert!(relay.ended().is_none());
    drop(relay);
    assert!(kill(pid, None).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn it_runs_on_the_cpus_it_is_given() {
    let allowed = |pid: &str| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
        list.trim().to_owned()
    };
    let last = allowed("thread-self").rsplit([',', '-']).next().unwrap().to_owned();
    let relay = Relay::start(&program(), &[echo()], RTT, Some(&[last.parse().unwrap()])).unwrap();
    assert_eq!(allowed(&relay.pid().to_string()), last);
}

#[test]
fn what_cannot_be_relayed_is_refused_in_words() {
    let error = |program: &EmbeddedProgram, targets: &[SocketAddr], rtt| {
        Relay::start(program, targets, rtt, None).unwrap_err().to_string()
    };
    let here = echo();
    assert!(error(&program(), &[here], Duration::ZERO).contains("no relay"));
    assert!(error(&program(), &[here], Duration::from_secs(11)).contains("10 s"));
    assert!(error(&program(), &["192.0.2.1:443".parse().unwrap()], RTT).contains("192.0.2.1"));
    assert!(error(&program(), &[], RTT).contains("at least one"));
    let sh = |script: &str| EmbeddedProgram { exe: "sh".into(), leading_args: vec!["-c".into(), script.into()] };
    assert!(error(&sh("echo hello; cat"), &[here], RTT).contains("hello"));
    assert!(error(&sh("exit 7"), &[here], RTT).contains('7'));
    let nowhere = EmbeddedProgram { exe: "nowhere/relay".into(), leading_args: Vec::new() };
    assert!(error(&nowhere, &[here], RTT).contains("nowhere/relay"));
}
