//! What is found of connections, concurrency and failures, and what is not.

use observation::{Close, Connection, Direct, Level, Moment, Pass, Sampling, Spread, TrustStore};
use wire::Side;

use crate::built::{
    MS, against, connection, cpu, kept, one_after_another, over_http, own, proxy, spread, url, with_mean,
};
use crate::{Code, Confidence, Verdict};

/// Four connections, open and shaken at once, whose requests wait for each other.
fn queue() -> Vec<Connection> {
    (0..4).map(|k| connection(k + 1, 0, 5, &[(10 + k * 100, 110 + k * 100)])).collect()
}

#[test]
fn connections_that_queue_are_serialized_with_proof_by_what_stood_unused() {
    let found = proxy(own(queue()));
    assert_eq!(found.codes(), [Code::Serialized]);
    let finding = found.finding(Code::Serialized);
    assert_eq!(finding.confidence, Confidence::Proven);
    // 400 ms of waiting where 100 would do, over 4 requests.
    assert_eq!(finding.cost.as_ref().unwrap().wall_ms, Some(75_000.0));
    assert_eq!(found.verdict, Verdict::Found);
}

#[test]
fn two_connections_that_queue_are_too_few() {
    assert_eq!(proxy(own(queue().split_off(2))).codes(), []);
}

#[test]
fn a_pool_of_idle_connections_that_were_used_is_not_serialized() {
    // Each was used as soon as it was open, one after another, and stays open.
    let pool = (0..4).map(|k| connection(k + 1, k * 110, k * 110 + 5, &[(k * 110 + 5, k * 110 + 105)])).collect();
    assert_eq!(proxy(own(pool)).codes(), []);
}

#[test]
fn several_under_way_at_once_are_not_serialized() {
    assert_eq!(proxy(with_mean(1.3, own(queue()))).codes(), [Code::Serialized]);
    assert_eq!(proxy(with_mean(1.4, own(queue()))).codes(), []);
    let together = (0..4).map(|k| connection(k + 1, 0, 5, &[(10 + k * 60, 110 + k * 60)])).collect();
    assert_eq!(proxy(own(together)).codes(), [], "seen one by one");
}

#[test]
fn what_may_be_http2_is_not_judged_and_that_is_said() {
    let mut pass = own(queue());
    pass.counts.may_be_h2 = 4;
    let found = proxy(pass);
    assert_eq!(found.codes(), []);
    assert!(found.notes.iter().any(|note| note.contains("HTTP/2")), "{:?}", found.notes);
}

#[test]
fn one_at_a_time_over_http_too_is_by_design_and_against_a_concurrent_http_pass_proven() {
    let by_design = url(1.0, own(queue()));
    assert_eq!(by_design.codes(), []);
    assert!(by_design.notes.iter().any(|note| note.contains("by design")));
    assert_eq!(url(1.9, own(queue())).codes(), []);
    assert_eq!(url(2.0, own(queue())).finding(Code::Serialized).confidence, Confidence::Proven);
}

#[test]
fn a_busy_cpu_may_be_what_serializes() {
    let pass = Pass { cpu: cpu(0.95), ..own(queue()) };
    assert_eq!(url(4.0, pass).finding(Code::Serialized).confidence, Confidence::Suspected);
}

/// `n` handshakes in each of which the client's last turn took `ms`, one after another.
fn held(n: u64, ms: u64) -> Pass {
    held_every(200, n, ms)
}

/// The same, begun so many ms apart.
fn held_every(apart: u64, n: u64, ms: u64) -> Pass {
    let mut connections = kept(40);
    connections.extend((0..n).map(|k| {
        let at = 1_000 + k * apart;
        connection(k + 2, at, at + 1 + ms, &[(at + 1 + ms, at + 100)])
    }));
    let mut pass = own(connections);
    let turns = pass.connections.iter().filter_map(|one| one.handshake.as_ref()).flat_map(|one| &one.turns);
    let count = turns.filter(|turn| turn.of == Side::Client && turn.ns() >= observation::HELD_NS).count() as u64;
    pass.counts.held = spread(count, ms);
    with_mean(3.0, pass)
}

#[test]
fn held_handshakes_are_found_from_three_of_20_ms_on() {
    assert_eq!(proxy(held(3, 20)).finding(Code::HandshakeHeld).confidence, Confidence::Proven);
    assert_eq!(proxy(held(3, 19)).codes(), []);
    assert_eq!(proxy(held(2, 20)).codes(), []);
    let mut rare = held(3, 20);
    rare.counts.tls = 31;
    assert_eq!(proxy(rare).codes(), []);
}

#[test]
fn one_stall_that_meets_many_handshakes_is_a_start_up() {
    assert_eq!(proxy(held_every(0, 8, 30)).codes(), []);
    assert_eq!(proxy(held_every(10, 8, 30)).codes(), []);
    assert_eq!(proxy(held_every(50, 8, 30)).codes(), [Code::HandshakeHeld]);
}

#[test]
fn handshakes_that_wait_for_requests_one_by_one_are_no_finding_of_their_own() {
    let mut pass = held(4, 30);
    pass.levels.waiting.mean = 1.0;
    pass.levels.open.most = 5.0;
    assert_eq!(url(2.0, pass).codes(), [Code::Serialized]);
}

#[test]
fn handshakes_held_by_a_busy_cpu_are_a_note_and_explained_by_trust_stores() {
    let busy = Pass { cpu: cpu(1.0), ..held(4, 30) };
    let said = proxy(busy.clone());
    assert_eq!(said.codes(), []);
    assert!(said.notes.iter().any(|note| note.contains("4 turns")), "{:?}", said.notes);
    let mut queued = held(4, 30);
    for reading in &mut queued.cpu.readings {
        reading.queued_ns = reading.at_ns;
    }
    assert_eq!(proxy(queued).codes(), [], "it was ready, and had no CPU");
    let mut stores = busy;
    stores.counts.exchanges = 5;
    stores.sampling = samples(4, 5);
    assert_eq!(proxy(stores).codes(), [Code::ClientPerRequest]);
}

#[test]
fn short_processes_that_no_reading_has_may_have_been_busy() {
    let mut pass = held(4, 30);
    pass.cpu.total_ns += 4 * 30 * MS;
    assert_eq!(proxy(pass.clone()).codes(), []);
    pass.counts.exchanges = 5;
    pass.cpu = cpu(0.0);
    pass.sampling = samples(4, 5);
    assert_eq!(proxy(pass).codes(), [Code::ClientPerRequest], "25 ms of a load are most of 30 ms");
}

fn samples(loads: u64, connections: u64) -> Sampling {
    Sampling::Sampled(store(loads, connections))
}

fn store(loads: u64, connections: u64) -> TrustStore {
    TrustStore { period_ns: MS, samples: 200, in_trust_store: 100, lost: 0, loads, connections }
}

#[test]
fn a_trust_store_for_each_request_is_found_by_samples_and_not_without() {
    let with = |sampling| proxy(Pass { sampling, ..own(one_after_another(8)) });
    let found = with(samples(4, 8));
    assert_eq!(found.codes(), [Code::ClientPerRequest]);
    // 100 ms over 8 requests.
    assert_eq!(found.findings[0].cost.as_ref().unwrap().cpu_ms, Some(12_500.0));
    assert_eq!(with(samples(3, 8)).codes(), []);
    // Four at once: a stretch of samples may be the loads of four.
    let waves = (0..20).map(|k| {
        let at = k / 4 * 110;
        connection(k + 1, at, at + 5, &[(at + 5, at + 105)])
    });
    let together = |sampling| proxy(Pass { sampling, ..own(waves.clone().collect()) });
    assert_eq!(together(samples(6, 20)).codes(), [Code::ClientPerRequest]);
    assert_eq!(together(samples(2, 20)).codes(), []);
    let few = TrustStore { in_trust_store: 9, ..store(6, 20) };
    assert_eq!(together(Sampling::Sampled(few)).codes(), [], "six loads of a sample or two don't stand for twenty");
    let note = with(Sampling::Impossible("the kernel forbids it".to_owned()));
    assert!(note.codes().is_empty() && note.notes.iter().any(|note| note.contains("the kernel forbids it")));
}

#[test]
fn a_pool_that_loads_a_store_for_each_of_its_connections_is_no_client_per_request() {
    let exchanges: Vec<_> = (0..10).map(|k| (10 + k * 110, 110 + k * 110)).collect();
    let mut pass = own((0..4).map(|k| connection(k + 1, 0, 5, &exchanges)).collect());
    pass.sampling = samples(4, 4);
    assert_eq!(proxy(pass).codes(), []);
}

fn needless(pass: &mut Pass, could_have_reused: u64) {
    pass.hosts[0].could_have_reused = could_have_reused;
}

#[test]
fn connections_that_open_late_because_of_what_serializes_them_are_not_wasted() {
    let late = |k| if k < 3 { 0 } else { 150 };
    let connections = (0..6).map(|k| connection(k + 1, late(k), late(k) + 5, &[(10 + k * 100, 110 + k * 100)]));
    let mut pass = own(connections.collect());
    needless(&mut pass, 3);
    assert_eq!(url(2.0, pass.clone()).codes(), [Code::Serialized]);
    assert_eq!(url(2.0, with_mean(3.0, pass)).codes(), [Code::NoReuse]);
}

#[test]
fn connections_that_could_have_been_used_again_are_found_from_three_and_half_on() {
    let with = |n, could| {
        let mut pass = own(one_after_another(n));
        needless(&mut pass, could);
        pass
    };
    let found = proxy(with(7, 3));
    assert_eq!(found.codes(), [Code::NoReuse]);
    assert_eq!(found.findings[0].confidence, Confidence::Inferred, "TLS 1.3 hides what the requests were");
    assert_eq!(proxy(with(8, 3)).codes(), []);
    assert_eq!(proxy(with(3, 2)).codes(), []);
    assert_eq!(url(1.0, with(7, 6)).finding(Code::NoReuse).confidence, Confidence::Proven);
}

#[test]
fn connections_that_the_server_ends_after_each_answer_are_the_clients_doing_only_where_that_is_known() {
    let with = |ended| {
        let mut pass = own(one_after_another(7));
        pass.hosts[0].after_servers_close = ended;
        pass
    };
    assert_eq!(url(1.0, with(6)).finding(Code::NoReuse).confidence, Confidence::Proven);
    assert_eq!(proxy(with(6)).finding(Code::NoReuse).confidence, Confidence::Suspected);
    assert_eq!(proxy(with(2)).codes(), []);
}

#[test]
fn a_server_that_cuts_idle_connections_is_found_from_two_on() {
    let with = |reopened| {
        let mut pass = own(one_after_another(8));
        pass.hosts[0].reopened = reopened;
        pass
    };
    assert_eq!(proxy(with(2)).codes(), [Code::IdleCut]);
    assert_eq!(proxy(with(1)).codes(), []);
}

#[test]
fn delayed_acknowledgements_are_found_from_three_and_a_twentieth_on() {
    let with = |n, gaps| {
        let mut pass = own(kept(n));
        pass.counts.delayed_ack_gaps = gaps;
        pass
    };
    assert_eq!(url(1.0, with(60, 3)).codes(), [Code::DelayedAck]);
    assert_eq!(url(1.0, with(61, 3)).codes(), []);
    assert_eq!(url(1.0, with(20, 2)).codes(), []);
    assert_eq!(proxy(with(60, 3)).codes(), [], "the proxy acknowledges at once, so it is something else");
}

#[test]
fn slow_names_and_slow_connecting_are_found_from_a_fifth_of_the_time_on() {
    let with = |resolve, connect| {
        let mut pass = own(one_after_another(10));
        pass.counts.resolve = spread(10, resolve);
        pass.counts.connect = spread(10, connect);
        proxy(pass).codes()
    };
    assert_eq!(with(30, 1), [Code::Resolving]);
    assert_eq!(with(20, 1), []);
    assert_eq!(with(0, 30), [Code::Connecting]);
    assert_eq!(with(0, 20), []);
}

#[test]
fn a_far_host_is_not_slow_to_connect_to() {
    let mut pass = own(one_after_another(10));
    pass.counts.connect = spread(10, 100);
    pass.counts.server_turns = spread(10, 100);
    pass.counts.handshake = spread(10, 100);
    assert_eq!(proxy(pass).codes(), []);
}

/// Requests under way, in moments of 20 ms, between 1 and 8 by batches.
fn batches(number: usize) -> Pass {
    let mut pass = own(kept(40));
    let batch = [8.0, 8.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let moment = |waiting: f32| Moment { waiting, ..Moment::default() };
    pass.levels.moments = batch.repeat(number).into_iter().map(moment).collect();
    pass = with_mean(2.75, pass);
    pass.levels.waiting = Level { most: 8.0, mean: 2.75, any_ns: 1_000 * MS, several_ns: 250 * MS };
    pass
}

#[test]
fn batches_are_suspected_from_three_refills_on() {
    assert_eq!(proxy(batches(5)).finding(Code::UnevenConcurrency).confidence, Confidence::Suspected);
    assert_eq!(proxy(batches(3)).codes(), []);
    assert_eq!(proxy(Pass { cpu: cpu(1.0), ..batches(5) }).codes(), []);
}

#[test]
fn failures_are_found_from_one_on_and_stand_first() {
    let mut pass = own(queue());
    pass.counts.unanswered = 1;
    let found = proxy(pass);
    assert_eq!((found.findings[0].code, found.findings[0].confidence), (Code::Errors, Confidence::Inferred));
    let mut refused = own(kept(5));
    refused.counts.not_reached.insert("connection refused".to_owned(), 2);
    assert_eq!(proxy(refused).finding(Code::Errors).confidence, Confidence::Proven);
    let mut h2 = own(vec![Connection { may_be_h2: true, ..kept(5).remove(0) }]);
    (h2.counts.may_be_h2, h2.counts.unanswered) = (1, 1);
    assert_eq!(proxy(h2).codes(), [], "the last frames of HTTP/2 are no request");
}

#[test]
fn a_request_that_the_end_of_the_pass_cut_off_is_no_failure() {
    let mut connections = kept(5);
    connections[0].exchanges[4].answered_ns = None;
    let mut pass = own(connections);
    pass.counts.unanswered = 1;
    assert_eq!(proxy(pass.clone()).codes(), []);
    pass.connections[0].close = Close::ServerWaiting;
    assert_eq!(proxy(pass).codes(), [Code::Errors]);
}

#[test]
fn a_command_that_goes_past_the_proxy_was_not_seen() {
    let mut pass = own(Vec::new());
    pass.direct = vec![Direct { address: "192.0.2.1:443".to_owned(), udp: false, met: 3 }];
    let found = proxy(pass);
    assert_eq!(found.codes(), [Code::NotSeen]);
    let Verdict::NotSeen(reasons) = found.verdict else { panic!("{:?}", found.verdict) };
    assert!(reasons.iter().any(|reason| reason.contains("192.0.2.1:443")), "{reasons:?}");
    assert!(found.findings[0].advice[0].text.contains("HTTPS_PROXY"));
    let named = Pass { no_proxy: Some("localhost,.test".to_owned()), ..own(Vec::new()) };
    assert!(proxy(named).findings[0].evidence.iter().any(|reason| reason.contains("\"localhost,.test\"")));
}

#[test]
fn a_connection_that_came_and_asked_for_nothing_took_the_proxy() {
    let mut idle = own(vec![connection(1, 0, 5, &[])]);
    idle.connections[0].close = Close::Client;
    let found = proxy(idle);
    assert_eq!(found.codes(), [Code::NotSeen]);
    assert_eq!(found.findings[0].evidence, ["1 connection came and carried no request."]);
    assert!(!found.findings[0].advice[0].text.contains("HTTPS_PROXY"));
}

#[test]
fn two_requests_are_too_few_and_three_show_how_near_to_the_least_they_were() {
    assert!(matches!(proxy(own(kept(2))).verdict, Verdict::TooLittle(_)));
    let mut pass = own(kept(3));
    pass.counts.waits = Spread { sum_ns: 300 * MS, ..spread(3, 100) };
    let Verdict::NothingToMend(least) = proxy(pass).verdict else { panic!("something was found") };
    // Three waits of 100 ms and 5 ms of set-up; the last answer came at 330 ms, and for 25 nothing was at work.
    assert_eq!((least.wall_ns, least.least_ns), (305 * MS, 305 * MS));
    assert!(least.how.contains("25 ms more between"), "{}", least.how);
}

#[test]
fn a_run_in_which_most_requests_may_be_unanswered_is_not_well() {
    let with = |perhaps, unanswered| {
        let mut pass = own(kept(6));
        (pass.counts.perhaps_unanswered, pass.counts.unanswered) = (perhaps, unanswered);
        proxy(pass)
    };
    assert!(matches!(with(3, 0).verdict, Verdict::NothingToMend(_)));
    assert!(matches!(with(4, 0).verdict, Verdict::TooLittle(_)));
    assert_eq!(with(4, 4).finding(Code::Errors).confidence, Confidence::Suspected);
    assert_eq!(with(4, 5).finding(Code::Errors).confidence, Confidence::Inferred);
}

#[test]
fn a_long_run_of_quick_answers_is_not_judged_for_concurrency() {
    let mut long = with_mean(1.0, own(queue()));
    assert_eq!(proxy(long.clone()).codes(), [Code::Serialized]);
    long.levels.resolution_ns = long.counts.waits.p50_ns / 2 + 1;
    let said = proxy(long);
    assert_eq!(said.codes(), []);
    assert!(said.notes.iter().any(|note| note.contains("`serialized` and `uneven")), "{:?}", said.notes);
}

#[test]
fn a_pass_over_http_that_went_over_https_is_nothing_to_hold_against() {
    let mut https_too = over_http(1.0);
    https_too.counts.tls = 1;
    let mut nowhere = over_http(1.0);
    nowhere.origin = Some(ledger::Side::default());
    for http in [https_too, nowhere] {
        let said = against(http, own(queue()));
        assert_eq!(said.codes(), []);
        let notes = said.notes.join(" ");
        assert!(notes.contains("`{url}`") && !notes.contains("by design"), "{notes}");
    }
}

#[test]
fn requests_over_http_only_were_not_seen() {
    let https = Pass { origin: Some(ledger::Side::default()), ..over_http(1.0) };
    let said = against(over_http(1.0), https);
    assert_eq!(said.codes(), [Code::NotSeen]);
    assert!(said.findings[0].evidence[0].contains("over HTTP only"), "{:?}", said.findings[0].evidence);
}

#[test]
fn what_is_not_the_commands_fault_is_a_note_and_no_error() {
    let mut pass = own(kept(5));
    pass.counts.strangers = 2;
    let said = proxy(pass.clone());
    assert!(matches!(said.verdict, Verdict::NothingToMend(_)), "{:?}", said.verdict);
    assert!(said.notes.iter().any(|note| note.starts_with("2 requests were turned away")), "{:?}", said.notes);
    pass.counts.no_room = 1;
    let said = proxy(pass);
    assert!(matches!(said.verdict, Verdict::TooLittle(_)), "what was closed can't be judged");
    assert!(said.notes.iter().any(|note| note.contains("`ulimit -n`")), "{:?}", said.notes);
    let mut refused = own(Vec::new());
    refused.counts.strangers = 3;
    let reasons = &proxy(refused).findings[0].evidence;
    assert!(reasons.iter().any(|reason| reason.contains("password")), "{reasons:?}");
}
