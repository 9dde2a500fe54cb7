//! Findings about what a program waits for, one thing after another.

use observation::{Close, Connection, CpuReading, Ended, Exchange, ObservedRun, Runtime, Sampling, TrustStore};
use wire::Side;

use crate::fixtures::{
    MS, against, connection, cpu, kept, one_after_another, over_http, own, proxy, samples, store, with_mean,
};
use crate::{Code, Conclusion, Confidence, Diagnosis};

/// Diagnoses a run that takes as long as its connections and 50 ms.
fn short(pass: ObservedRun) -> Diagnosis {
    let ends = pass.connections.iter().flat_map(|one| one.exchanges.iter().filter_map(|exchange| exchange.last_ns));
    let ended = ends.max().unwrap_or(0);
    proxy(ObservedRun { wall_ns: ended + 50 * MS, ..pass })
}

#[test]
fn requests_one_after_another_are_found_from_five_on_where_they_look_alike() {
    let found = short(own(kept(5)));
    assert_eq!(found.codes(), [Code::ONE_AT_A_TIME]);
    assert_eq!(found.findings[0].confidence, Confidence::Inferred);
    assert_eq!(short(own(kept(4))).codes(), []);
    let mut login = own(kept(8));
    login.connections[0].exchanges[0].sent_bytes += 40;
    assert_eq!(short(login.clone()).findings[0].confidence, Confidence::Suspected, "a login, and what follows from it");
    login.connections[0].exchanges[0].sent_bytes -= 37;
    assert_eq!(short(login).findings[0].confidence, Confidence::Inferred, "a page's number");
}

#[test]
fn what_eight_at_a_time_would_save_is_told_and_less_than_a_third_is_not_worth_it() {
    // Nine waits of 100 ms on eight places: one place takes two of them.
    let found = short(own(kept(9)));
    let wall = found.account.as_ref().unwrap().wall_ns;
    let saves = found.findings[0].saves_ns;
    assert!(saves.abs_diff(700 * MS) < 30 * MS, "{saves}");
    assert_eq!(found.account.unwrap().mended_ns, Some(wall - saves));
    let own_work = ObservedRun { wall_ns: 3_000 * MS, ..own(kept(9)) };
    assert_eq!(proxy(own_work).codes(), []);
}

#[test]
fn a_program_that_has_several_under_way_or_may_speak_http2_is_not_one_at_a_time() {
    assert!(!short(with_mean(2.0, own(kept(9)))).finds(Code::ONE_AT_A_TIME));
    let mut pass = own(kept(9));
    pass.counts.may_be_h2 = 1;
    let said = short(pass);
    assert_eq!(said.codes(), []);
    assert!(matches!(said.verdict, Conclusion::TooLittle(_)), "{:?}", said.verdict);
}

#[test]
fn uploads_that_wait_for_a_continue_are_told_by_how_long_clients_wait() {
    let with = |gap: u64| {
        let mut pass = own(kept(6));
        pass.connections[0].exchanges.iter_mut().for_each(|one| one.longest_gap_ns = gap * MS);
        short(pass).finds(Code::EXPECT_CONTINUE)
    };
    assert!([350, 360, 1_000, 1_020, 3_001].map(with).iter().all(|found| *found));
    assert!([40, 300, 700, 980, 2_000].map(with).iter().all(|found| !found));
}

/// Five connections, each of which the server closes `late` ms after its response. The next one opens `next` ms after
/// that.
fn ended_late(late: u64, next: u64) -> ObservedRun {
    let step = 110 + late + next;
    let one = |k: u64| {
        let last = k * step + 105;
        let ended = Some((last + late) * MS);
        let server = connection(k + 1, k * step, k * step + 5, &[(k * step + 5, last)]);
        Connection { ended_ns: ended, closed_ns: ended, close: Close::Server, ..server }
    };
    let pass = own((0..5).map(one).collect());
    ObservedRun { wall_ns: (5 * step + 10) * MS, ..pass }
}

#[test]
fn a_close_that_the_client_waits_for_is_late_and_one_that_it_does_not_is_of_an_idle_connection() {
    let found = proxy(ended_late(1_000, 1));
    assert_eq!(found.finding(Code::LATE_CLOSE).confidence, Confidence::Inferred);
    assert!(found.finding(Code::LATE_CLOSE).saves_ns >= 5_000 * MS);
    assert!(!proxy(ended_late(50, 1)).finds(Code::LATE_CLOSE), "so soon servers close");
    assert!(!proxy(ended_late(1_000, 200)).finds(Code::LATE_CLOSE), "the client's own pause");
    let mut idle = ended_late(1_000, 1);
    idle.connections.iter_mut().for_each(|one| one.closed_ns = one.ended_ns.map(|ended| ended + 200 * MS));
    assert!(!proxy(idle).finds(Code::LATE_CLOSE), "it did not look");
}

#[test]
fn a_late_close_is_found_on_connections_that_carried_other_requests_before() {
    let mut pass = ended_late(1_000, 1);
    for connection in &mut pass.connections {
        let first = connection.exchanges[0];
        let early =
            Exchange { last_ns: Some(first.sent_ns + 20 * MS), answered_ns: Some(first.sent_ns + 20 * MS), ..first };
        let second = Exchange { sent_ns: first.sent_ns + 30 * MS, ..first };
        connection.exchanges = vec![early, second];
        connection.exchanged = 2;
    }
    (pass.counts.exchanges, pass.hosts[0].cut_idle, pass.hosts[0].reopened) = (10, 5, 4);
    let found = proxy(pass);
    assert!(found.finds(Code::LATE_CLOSE) && !found.finds(Code::IDLE_CUT), "{:?}", found.codes());
}

#[test]
fn a_program_that_computes_all_the_time_gains_nothing_by_more_at_a_time() {
    let with = |share: f64| {
        let pass = ObservedRun { wall_ns: 1_000 * MS, cpu: cpu(share), ..own(kept(9)) };
        proxy(pass).finds(Code::ONE_AT_A_TIME)
    };
    assert!(with(0.1) && !with(0.9));
}

#[test]
fn a_program_that_rests_between_requests_may_mean_to() {
    let with = |rest: u64| {
        let exchanges: Vec<_> = (0..9).map(|k| (10 + k * (60 + rest), 70 + k * (60 + rest))).collect();
        let pass = ObservedRun { wall_ns: (70 + 9 * (60 + rest)) * MS, ..own(vec![connection(1, 0, 5, &exchanges)]) };
        proxy(pass).finding(Code::ONE_AT_A_TIME).confidence
    };
    assert_eq!([with(1), with(40)], [Confidence::Inferred, Confidence::Suspected]);
}

#[test]
fn the_time_that_a_client_computes_before_it_goes_on_is_no_pause() {
    let busy = |share: u64| {
        let mut pass = ended_late(1_000, 200);
        let reading =
            |k: u64| CpuReading { at_ns: k * 20 * MS, cpu_ns: k * 20 * MS * share / 100, ..CpuReading::default() };
        pass.cpu.readings = (0..400).map(reading).collect();
        pass.cpu.total_ns = 8_000 * MS * share / 100;
        proxy(pass).finds(Code::LATE_CLOSE)
    };
    assert!(busy(90) && !busy(10));
}

#[test]
fn connections_without_a_request_are_found_from_three_and_a_fifth_on() {
    let with = |unused: u64| {
        let mut all = kept(4);
        all.extend((0..unused).map(|k| connection(k + 2, 10, 15, &[])));
        proxy(own(all)).finds(Code::UNUSED_CONNECTIONS)
    };
    assert!(with(3) && !with(2));
}

#[test]
fn a_window_each_round_trip_is_flow_control_and_requests_are_not() {
    let with = |sent, answer| {
        let mut all = kept(12);
        all[0].may_be_h2 = true;
        all[0].exchanges.iter_mut().for_each(|one| (one.sent_bytes, one.answer_bytes) = (sent, answer));
        let mut pass = own(all);
        pass.counts.may_be_h2 = 1;
        short(pass)
    };
    let found = with(48, 65_536);
    assert_eq!(found.codes(), [Code::FLOW_CONTROL]);
    assert!(with(160, 65_536).codes().is_empty(), "downloads");
    assert!(with(48, 400).codes().is_empty(), "pings");
}

#[test]
fn http2_over_many_connections_is_a_limit_of_streams() {
    let with = |number: u64| {
        let one = |k| {
            let mut one = connection(k + 1, 0, 5, &[(5, 6), (10, 110)]);
            (one.may_be_h2, one.exchanges[0].sent_bytes, one.exchanges[1].answer_bytes) = (true, 31, 5_000);
            one
        };
        let mut pass = own((0..number).map(one).collect());
        pass.counts.may_be_h2 = number;
        short(pass).finds(Code::STREAM_LIMIT)
    };
    assert!(with(4) && !with(3));
}

#[test]
fn a_handshake_that_waits_for_a_plain_request_fetches_what_it_needs_to_trust() {
    let with = |from: u64, until: u64| {
        let mut crl = Connection { host: "crl.test:80".to_owned(), ..connection(2, from, from, &[(from, until)]) };
        crl.handshake = None;
        proxy(own(vec![connection(1, 0, 200, &[(200, 300)]), crl])).finds(Code::REVOCATION_FETCH)
    };
    assert!(with(10, 180));
    assert!(!with(10, 80), "it fills less than half");
    assert!(!with(210, 290), "the handshake is over");
}

#[test]
fn what_makes_connections_new_is_said() {
    let asked = |number| {
        let origin = ledger::Side { requests: 7, asked_to_close: number, ..ledger::Side::default() };
        let found = against(over_http(1.0), ObservedRun { origin: Some(origin), ..own(one_after_another(7)) });
        found.finding(Code::NO_REUSE).clone()
    };
    assert!(asked(7).evidence.iter().any(|said| said.starts_with("7 of 7 requests asked")), "{:?}", asked(7).evidence);
    assert!(asked(7).advice[0].text.contains("Stop sending"));
    assert!(!asked(0).advice[0].text.contains("Stop sending"));
    let mut keeps = over_http(1.0);
    (keeps.counts.connections, keeps.counts.exchanges) = (1, 7);
    let found = against(keeps, own(one_after_another(7)));
    assert!(found.finding(Code::NO_REUSE).evidence[1].starts_with("Over HTTP the same command reuses"));
}

#[test]
fn a_pool_shows_its_size_when_it_turns_connections_out() {
    // Eight connections at work at once: six are closed with their response, two stay open until the last response.
    let with = |kept: u64| {
        let one = |k: u64| {
            let last = 105 + k;
            let closed = if k < kept { 400 } else { last + 1 };
            let closed_ns = Some(closed * MS);
            Connection { closed_ns, close: Close::Client, ..connection(k + 1, 0, 5, &[(5, last)]) }
        };
        let mut all: Vec<Connection> = (0..8).map(one).collect();
        all.push(connection(9, 0, 5, &[(5, 300)]));
        proxy(own(all))
    };
    let found = with(2);
    let evidence = &found.finding(Code::NO_REUSE).evidence;
    assert!(evidence.iter().any(|said| said.contains("keeps 3 connections but uses up to 9")), "{evidence:?}");
    assert!(!with(8).finds(Code::NO_REUSE), "all are kept");
}

#[test]
fn loads_are_of_clients_only_where_each_request_has_a_connection_that_the_client_closes() {
    let with = |close, exchanges: u64| {
        let mut pass = own(one_after_another(8));
        pass.connections.iter_mut().for_each(|one| one.close = close);
        pass.counts.exchanges = exchanges;
        pass.sampling = samples(8, 8);
        proxy(pass)
    };
    assert!(with(Close::Client, 8).finds(Code::CLIENT_PER_REQUEST));
    for other in [with(Close::Server, 8), with(Close::Client, 16)] {
        assert!(other.finds(Code::TRUST_STORE_PER_CONNECTION) && !other.finds(Code::CLIENT_PER_REQUEST));
    }
}

#[test]
fn loads_are_as_much_of_a_run_that_others_made_longer() {
    let with = |wall_ms: u64, queued_ms: u64| {
        let mut pass = own(one_after_another(8));
        (pass.wall_ns, pass.cpu.cpus) = (wall_ms * MS, 2);
        pass.sampling = Sampling::Sampled(TrustStore { samples: 1_000, in_trust_store: 50, ..store(8, 8) });
        let last = pass.cpu.readings.last_mut().unwrap();
        last.queued_ns = queued_ms * MS;
        proxy(pass)
    };
    assert!(with(990, 0).finds(Code::CLIENT_PER_REQUEST), "50 ms of 990");
    assert!(!with(3_000, 0).finds(Code::CLIENT_PER_REQUEST), "50 ms of 3 s, in which it waited for no CPU");
    assert!(with(3_000, 2_100).finds(Code::CLIENT_PER_REQUEST), "50 ms of 900, but for other programs");
    assert!(with(3_000, 60_000).finds(Code::CLIENT_PER_REQUEST), "many threads waited at once");
    let mut pass = own(one_after_another(8));
    pass.wall_ns = 3_000 * MS;
    pass.sampling = Sampling::Sampled(TrustStore { samples: 400, in_trust_store: 50, ..store(8, 8) });
    assert!(proxy(pass).finds(Code::CLIENT_PER_REQUEST), "an eighth of the CPU time");
}

#[test]
fn a_virtual_machine_names_no_function_that_loads_roots() {
    let mut pass = own(one_after_another(8));
    pass.sampling = Sampling::Sampled(TrustStore { in_trust_store: 0, ..store(0, 8) });
    pass.runtimes.insert(Runtime::Java);
    let said = proxy(pass);
    for code in [Code::CLIENT_PER_REQUEST, Code::TRUST_STORE_PER_CONNECTION] {
        assert!(said.not_judged.iter().any(|one| one.code == code), "{code}");
    }
    assert!(said.notes.iter().any(|note| note.contains("virtual machine")), "{:?}", said.notes);
}

/// Handshakes that the client held up for 100 ms each, one after another, while its readings grew by `grow`.
fn held_with(grow: impl Fn(u64) -> CpuReading) -> Diagnosis {
    let held = |k: u64| connection(k + 1, k * 200, k * 200 + 101, &[(k * 200 + 101, k * 200 + 150)]);
    let mut pass = own((0..8).map(held).collect());
    let turns = pass.connections.iter().filter_map(|one| one.handshake.as_ref()).flat_map(|one| &one.turns);
    let count = turns.filter(|turn| turn.of == Side::Client && turn.ns() >= observation::HELD_NS).count() as u64;
    pass.counts.held = crate::fixtures::quantiles(count, 100);
    pass.cpu.readings = (0..200).map(|k| grow(k * 10 * MS)).collect();
    pass.cpu.total_ns = 0;
    short(pass)
}

#[test]
fn handshakes_that_wait_while_cpu_is_short_are_not_judged() {
    let idle = |at_ns| CpuReading { at_ns, ..CpuReading::default() };
    assert_eq!(held_with(idle).finding(Code::HANDSHAKE_HELD).confidence, Confidence::Proven);
    let throttled = |at_ns| CpuReading { throttled_ns: at_ns / 2, ..idle(at_ns) };
    let delayed = |at_ns| CpuReading { observer_delay_ns: at_ns / 5, ..idle(at_ns) };
    let pressed = |at_ns| CpuReading { pressure_ns: at_ns, ..idle(at_ns) };
    for said in [held_with(throttled), held_with(delayed), held_with(pressed)] {
        assert!(!said.finds(Code::HANDSHAKE_HELD));
        assert!(said.not_judged.iter().any(|one| one.code == Code::HANDSHAKE_HELD));
        assert!(said.notes.iter().any(|note| note.starts_with("CPU was short")), "{:?}", said.notes);
    }
}

#[test]
fn serialized_is_not_judged_where_a_quota_may_be_what_takes_the_time() {
    let https = own(crate::fixtures::queue());
    let judged = against(over_http(4.0), https.clone());
    assert!(judged.finds(Code::SERIALIZED));
    let mut denied = https;
    let reading = |at_ns| CpuReading { at_ns, throttled_ns: at_ns * 9 / 10, ..CpuReading::default() };
    denied.cpu.readings = (0..60).map(|k| reading(k * 10 * MS)).collect();
    let said = against(over_http(4.0), denied);
    assert!(!said.finds(Code::SERIALIZED));
    assert!(said.not_judged.iter().any(|one| one.code == Code::SERIALIZED), "{:?}", said.not_judged);
}

#[test]
fn time_that_nothing_explains_is_said_and_not_called_well() {
    // One of three handshakes takes a third of a second.
    let far = [(0, 5), (70, 75), (150, 500)];
    let far =
        far.iter().zip(1..).map(|((from, ready), k)| connection(k, *from, *ready, &[(*ready, ready + 10)])).collect();
    let said = short(own(far));
    assert!(matches!(said.verdict, Conclusion::Unexplained(_)), "{:?}", said.verdict);
    let slower = ObservedRun { ended: Ended::Code(0), ..own(kept(3)) };
    let mut http = over_http(1.0);
    http.connections[0].exchanges[0].last_ns = Some(20 * MS);
    let said = against(http, slower);
    assert!(matches!(said.verdict, Conclusion::Unexplained(_)), "HTTPS takes longer for no reason: {:?}", said.verdict);
}

#[test]
fn loads_within_handshakes_are_not_saved_twice() {
    // Handshakes of 30 ms, 25 ms of which load the trust store.
    let one = |k: u64| {
        let at = k * 140;
        let closed_ns = Some((at + 131) * MS);
        Connection { closed_ns, close: Close::Client, ..connection(k + 1, at, at + 30, &[(at + 30, at + 130)]) }
    };
    let with = |for_connections| {
        let mut pass = own((0..8).map(one).collect());
        pass.counts.handshake = crate::fixtures::quantiles(8, 30);
        let store = TrustStore { in_trust_store: 200, for_connections: Some(for_connections), ..store(8, 8) };
        pass.sampling = Sampling::Sampled(store);
        proxy(pass).finding(Code::NO_REUSE).saves_ns
    };
    let (before, within) = (with(0), with(200));
    assert!(before > within, "{before} with loads before the connections, {within} with loads within their handshakes");
}

#[test]
fn loads_of_clients_that_begin_at_once_are_told_by_their_cpu_time() {
    let with = |in_trust_store, samples, loads, connections| {
        let at_once = (0..connections).map(|k| connection(k + 1, 0, 5, &[(5, 105)]));
        let store = TrustStore { samples, in_trust_store, ..store(loads, connections) };
        proxy(ObservedRun { sampling: Sampling::Sampled(store), ..own(at_once.collect()) })
    };
    let finds = |said: &Diagnosis| {
        [Code::CLIENT_PER_REQUEST, Code::TRUST_STORE_PER_CONNECTION].iter().any(|code| said.finds(*code))
    };
    assert!(finds(&with(1_000, 1_200, 2, 10)), "a second of loading is no single client's");
    assert!(!finds(&with(200, 240, 2, 10)), "a client that loads a store for each of its proxies");
    assert!(!finds(&with(1_000, 4_000, 2, 10)), "a quarter of the CPU time");
    assert!(!finds(&with(1_000, 1_200, 1, 1)), "one connection needs one store");
}
