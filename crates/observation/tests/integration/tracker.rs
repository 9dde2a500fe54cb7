//! Feeds trackers with the bytes of connections, at made-up times.

use observation::{
    Close, ConnectionKind, ConnectionTracker, Doing, MOST_CONNECTIONS, MOST_EXCHANGES, MOST_REASONS, Recorder,
    Recording,
};
use wire::Side;

const MS: u64 = 1_000_000;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

fn open(recorder: &Recorder, at_ms: u64) -> ConnectionTracker {
    let mut tracker = ConnectionTracker::open(recorder, ConnectionKind::Direct, at_ms * MS);
    tracker.set_host("a.test:80");
    tracker.established(at_ms * MS);
    tracker
}

/// A request at `at_ms` that receives its response after 10 ms.
fn exchange(tracker: &mut ConnectionTracker, at_ms: u64) {
    tracker.bytes(Side::Client, REQUEST, at_ms * MS);
    tracker.bytes(Side::Server, RESPONSE, (at_ms + 10) * MS);
}

fn close(mut tracker: ConnectionTracker, by: Side, at_ms: u64) {
    tracker.ended(by, at_ms * MS);
    tracker.closed(at_ms * MS);
}

fn seen(tell: impl FnOnce(&Recorder)) -> Recording {
    let recorder = Recorder::default();
    tell(&recorder);
    recorder.finish()
}

#[test]
fn a_connection_per_request_could_have_been_reused_and_a_kept_one_was() {
    let kept = seen(|recorder| {
        for at in [0, 100, 200] {
            let mut tracker = open(recorder, at);
            exchange(&mut tracker, at + 1);
            close(tracker, Side::Client, at + 20);
        }
    });
    assert_eq!((kept.hosts[0].connections, kept.hosts[0].could_have_reused, kept.hosts[0].beside_idle), (3, 2, 0));
    let kept = seen(|recorder| {
        let mut tracker = open(recorder, 0);
        for at in [1, 100, 200] {
            exchange(&mut tracker, at);
        }
        close(tracker, Side::Client, 300);
    });
    assert_eq!((kept.hosts[0].connections, kept.hosts[0].could_have_reused, kept.counts.exchanges), (1, 0, 3));
}

#[test]
fn a_connection_that_was_closed_minutes_ago_is_none_that_could_have_been_reused() {
    for (by, told) in [(Side::Client, (1, 0)), (Side::Server, (0, 1))] {
        let kept = seen(|recorder| {
            for at in [0, 100, 200_000, 400_000] {
                let mut tracker = open(recorder, at);
                exchange(&mut tracker, at + 1);
                close(tracker, by, at + 12);
            }
        });
        let host = &kept.hosts[0];
        assert_eq!((host.could_have_reused, host.after_servers_close), told, "the third came 200 s later: {by:?}");
    }
}

#[test]
fn connections_that_work_side_by_side_could_not_have_been_reused() {
    let kept = seen(|recorder| {
        let mut trackers: Vec<ConnectionTracker> = (0..8).map(|_| open(recorder, 0)).collect();
        for tracker in &mut trackers {
            tracker.bytes(Side::Client, REQUEST, MS);
        }
        trackers.push(open(recorder, 5));
        for mut tracker in trackers {
            tracker.bytes(Side::Server, RESPONSE, 20 * MS);
            close(tracker, Side::Client, 30);
        }
    });
    assert_eq!((kept.hosts[0].connections, kept.hosts[0].could_have_reused), (9, 0));
    assert!((kept.levels.waiting.most - 8.0).abs() < 0.01, "{:?}", kept.levels.waiting);
}

#[test]
fn a_connection_that_stands_idle_beside_a_new_one_is_told_once() {
    let kept = seen(|recorder| {
        let mut idle = open(recorder, 0);
        exchange(&mut idle, 1);
        let others = [open(recorder, 100), open(recorder, 101)];
        drop((idle, others));
    });
    assert_eq!(
        (kept.hosts[0].could_have_reused, kept.hosts[0].beside_idle),
        (1, 1),
        "one could have taken one request"
    );
}

#[test]
fn a_connection_whose_answer_only_pauses_is_not_idle() {
    let kept = seen(|recorder| {
        let mut streaming: Vec<ConnectionTracker> = Vec::new();
        for at in [0, 50, 100, 150, 200] {
            streaming.push(open(recorder, at));
            for tracker in &mut streaming {
                tracker.bytes(Side::Server, b"data: token", (at + 1) * MS);
            }
            streaming.last_mut().unwrap().bytes(Side::Client, REQUEST, (at + 2) * MS);
        }
        for mut tracker in streaming {
            tracker.bytes(Side::Server, RESPONSE, 300 * MS);
            close(tracker, Side::Client, 310);
        }
    });
    assert_eq!((kept.hosts[0].could_have_reused, kept.hosts[0].beside_idle), (0, 0));
}

#[test]
fn a_request_into_a_connection_that_the_server_cut_is_told_once_and_an_upload_that_it_refused_is_none() {
    for (idle_ms, counted) in [(500, 1), (0, 0)] {
        let kept = seen(|recorder| {
            let mut tracker = open(recorder, 0);
            exchange(&mut tracker, 1);
            tracker.ended(Side::Server, (12 + idle_ms) * MS);
            for part in 0..20 {
                tracker.bytes(Side::Client, b"a part of it", (13 + idle_ms + part) * MS);
            }
            close(tracker, Side::Client, 700);
        });
        assert_eq!(kept.counts.sent_into_closed, counted, "idle for {idle_ms} ms");
    }
}

#[test]
fn a_server_that_cuts_idle_connections_is_not_the_clients_fault() {
    let kept = seen(|recorder| {
        for at in [0, 500] {
            let mut tracker = open(recorder, at);
            exchange(&mut tracker, at + 1);
            close(tracker, Side::Server, at + 100);
        }
        close(open(recorder, 200_000), Side::Client, 200_001);
    });
    let host = &kept.hosts[0];
    assert_eq!((host.could_have_reused, host.cut_idle, host.reopened), (0, 2, 1), "the third came too late");
    assert_eq!(kept.counts.closes[&Close::Server], 2);
}

#[test]
fn a_server_that_closes_after_each_answer_is_told_apart() {
    let kept = seen(|recorder| {
        for at in [0, 100, 200] {
            let mut tracker = open(recorder, at);
            exchange(&mut tracker, at + 1);
            close(tracker, Side::Server, at + 12);
        }
    });
    let host = &kept.hosts[0];
    assert_eq!((host.after_servers_close, host.could_have_reused, host.cut_idle, host.reopened), (2, 0, 0, 0));
}

#[test]
fn a_request_in_two_parts_with_a_delayed_acknowledgement_between_is_counted() {
    for (gap, counted) in [(10, 0), (41, 1), (200, 0)] {
        let kept = seen(|recorder| {
            let mut tracker = open(recorder, 0);
            tracker.bytes(Side::Client, b"POST / HTTP/1.1\r\n\r\n", MS);
            tracker.bytes(Side::Client, b"body", (1 + gap) * MS);
            tracker.bytes(Side::Server, RESPONSE, (2 + gap) * MS);
            close(tracker, Side::Client, 500);
        });
        assert_eq!((kept.counts.exchanges, kept.counts.delayed_ack_gaps), (1, counted), "{gap} ms");
    }
}

#[test]
fn stretches_have_no_gaps_and_reach_the_end() {
    let recorder = Recorder::default();
    let mut tracker = open(&recorder, 5);
    exchange(&mut tracker, 7);
    recorder.end(100 * MS);
    drop(tracker);
    let kept = recorder.finish();
    let stretches = kept.connections[0].stretches(100 * MS);
    let told: Vec<(Doing, u64, u64)> =
        stretches.iter().map(|stretch| (stretch.doing, stretch.from_ns / MS, stretch.until_ns / MS)).collect();
    assert_eq!(told, [(Doing::Standing, 5, 7), (Doing::Waiting, 7, 17), (Doing::Idle, 17, 100)]);
    assert_eq!(kept.connections[0].close, Close::Open);
}

#[test]
fn a_million_requests_leave_a_sample_and_exact_counts() {
    const LANES: u64 = 5_000;
    const EACH: u64 = 200;
    let kept = seen(|recorder| {
        for number in 0..LANES {
            let mut tracker = open(recorder, number);
            for request in 0..EACH {
                exchange(&mut tracker, number + request * 20);
            }
            close(tracker, Side::Client, number + EACH * 20);
        }
    });
    assert_eq!((kept.counts.connections, kept.counts.exchanges), (LANES, LANES * EACH));
    assert_eq!(kept.counts.waits.count, LANES * EACH);
    assert_eq!(kept.connections.len() as u64, MOST_CONNECTIONS);
    assert!(kept.connections.iter().all(|connection| connection.exchanges.len() == MOST_EXCHANGES));
    assert!(kept.connections.iter().all(|connection| connection.exchanged == EACH));
}

#[test]
fn reasons_are_bounded_and_what_is_not_the_commands_is_counted_apart() {
    let kept = seen(|recorder| {
        for number in 0..1_000 {
            recorder.turned_away(&format!("no route to 192.0.2.{}", number % 250));
        }
        recorder.stranger();
        recorder.no_room();
    });
    let counts = kept.counts;
    assert_eq!((counts.strangers, counts.no_room, counts.not_reached.values().sum()), (1, 1, 1_000_u64));
    assert_eq!(counts.not_reached.len(), MOST_REASONS + 1);
    assert_eq!(counts.not_reached["other reasons"], (250 - MOST_REASONS as u64) * 4);
}
