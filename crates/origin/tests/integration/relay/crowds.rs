//! Many connections at once: each has the same delay as a single one, and none is lost when there are more than the
//! relay has room for.

#[cfg(target_os = "linux")]
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::*;
use crate::support::stop;

#[test]
fn two_hundred_connections_at_once_are_each_as_far_away() {
    let relay = relay(&[echo(), echo()], RTT);
    let all = Instant::now();
    let mut streams: Vec<_> = (0..200)
        .map(|number| {
            let start = Instant::now();
            let mut stream = connect(relay.addresses()[number % 2]);
            stream.write_all(&[number as u8; 100]).unwrap();
            (stream, start)
        })
        .collect();
    for (number, (stream, start)) in streams.iter_mut().enumerate() {
        let mut answer = [0; 100];
        stream.read_exact(&mut answer).unwrap();
        assert!(start.elapsed() >= 2 * RTT);
        assert_eq!(answer, [number as u8; 100]);
    }
    // One after another they would take 400 round trips; the limit allows for a busy machine.
    assert!(all.elapsed() < 250 * RTT, "they waited for each other: {:?}", all.elapsed());
}

/// The most connections that this process may have to itself through a relay: each needs a file at both ends, as in the
/// relay, and the other tests need some 600. The limit is raised as far as possible.
#[cfg(target_os = "linux")]
fn most_connections() -> usize {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    (usize::try_from(hard).unwrap_or(usize::MAX).saturating_sub(600) / 2).max(1)
}

/// While the relay is stopped, connections can only wait in the queue, and a full queue costs each a second.
#[cfg(target_os = "linux")]
#[test]
fn a_crowd_finds_room_in_the_queue() {
    let somaxconn = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let crowd = most_connections().min(700).min(somaxconn.trim().parse().unwrap());
    let relay = relay(&[echo()], RTT);
    let pid = Pid::from_raw(relay.pid().try_into().unwrap());
    stop(pid);
    let connect = |_| TcpStream::connect_timeout(&relay.addresses()[0], Duration::from_millis(900));
    let streams: Result<Vec<_>, _> = (0..crowd).map(connect).collect();
    kill(pid, Signal::SIGCONT).unwrap();
    let mut streams = streams.unwrap();
    streams.iter_mut().for_each(|stream| stream.write_all(b"x").unwrap());
    streams.iter_mut().for_each(|stream| stream.read_exact(&mut [0]).unwrap());
}

/// With more connections than files, they wait, the relay doesn't use its CPU, and it serves them all in the end.
#[cfg(target_os = "linux")]
#[test]
fn a_crowd_beyond_its_files_waits_its_turn() {
    let script = r#"ulimit -n 40; exec "$0" "$@""#.to_owned();
    let leading_args = vec!["-c".into(), script, program().exe.to_str().unwrap().into()];
    let program = EmbeddedProgram { exe: "sh".into(), leading_args };
    let mut relay = Relay::start(&program, &[echo()], RTT, None).unwrap();
    let mut crowd: Vec<_> = (0..60).map(|_| connect(relay.addresses()[0])).collect();
    round_trip(&mut crowd[0]);
    let before = ticks(relay.pid());
    thread::sleep(Duration::from_millis(500));
    let spent = ticks(relay.pid()) - before;
    assert!(spent <= 5, "{spent} of 50 ticks spent on waiting");
    for mut stream in crowd {
        round_trip(&mut stream);
    }
    assert!(relay.ended().is_none());
}

#[cfg(target_os = "linux")]
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let field = |index: usize| fields.split(' ').nth(index).unwrap().parse::<u64>().unwrap();
    field(11) + field(12)
}
