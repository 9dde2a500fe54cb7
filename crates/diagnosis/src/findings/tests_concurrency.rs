//! Findings about requests that wait for each other and about handshakes that the client holds up.

use observation::{Connection, Gauge, Moment, ObservedRun, Sampling, TrustStore};
use wire::Side;

use crate::fixtures::{
    MS, against, connection, cpu, kept, over_http, own, proxy, quantiles, queue, samples, store, url, with_mean,
};
use crate::{Code, Conclusion, Confidence};

#[test]
fn connections_that_queue_are_serialized_with_proof_by_what_stood_unused() {
    let found = proxy(own(queue()));
    assert_eq!(found.codes(), [Code::SERIALIZED]);
    let finding = found.finding(Code::SERIALIZED);
    assert_eq!(finding.confidence, Confidence::Suspected, "they may be a pool that was opened ahead");
    // 400 ms of waiting where 100 would do, over 4 requests.
    assert_eq!(finding.cost.as_ref().unwrap().wall_ms, Some(75_000.0));
    assert_eq!(found.verdict, Conclusion::Found);
}

#[test]
fn two_connections_that_queue_are_too_few() {
    assert_eq!(proxy(own(queue().split_off(2))).codes(), []);
}

#[test]
fn a_pool_of_idle_connections_that_were_used_is_not_serialized() {
    // Each connection was used as soon as it was open, one after another, and stays open.
    let pool = (0..4).map(|k| connection(k + 1, k * 110, k * 110 + 5, &[(k * 110 + 5, k * 110 + 105)])).collect();
    assert_eq!(proxy(own(pool)).codes(), []);
}

#[test]
fn several_under_way_at_once_are_not_serialized() {
    assert_eq!(proxy(with_mean(1.3, own(queue()))).codes(), [Code::SERIALIZED]);
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
    assert!(by_design.notes.iter().any(|note| note.contains("HTTPS is not to blame")));
    assert_eq!(url(1.9, own(queue())).codes(), []);
    assert_eq!(url(2.0, own(queue())).finding(Code::SERIALIZED).confidence, Confidence::Proven);
}

#[test]
fn a_busy_cpu_may_be_what_serializes() {
    let pass = ObservedRun { cpu: cpu(0.95), ..own(queue()) };
    assert_eq!(proxy(pass.clone()).finding(Code::SERIALIZED).confidence, Confidence::Suspected);
    assert!(!url(4.0, pass).finds(Code::SERIALIZED), "over HTTP it needed none of that CPU, which explains it");
}

#[test]
fn what_loads_of_trust_stores_hold_up_is_not_serialized_by_anything_else() {
    // 400 ms of waiting where 100 would suffice: 300 can be saved, of which loads explain all or 100.
    let with_loads = |in_trust_store, busy| {
        let store = TrustStore { in_trust_store, samples: 1_000, ..store(4, 4) };
        proxy(ObservedRun { sampling: Sampling::Sampled(store), cpu: cpu(busy), ..own(queue()) })
    };
    assert!(with_loads(100, 1.0).finds(Code::SERIALIZED));
    assert!(!with_loads(300, 1.0).finds(Code::SERIALIZED));
    assert!(with_loads(300, 0.5).finds(Code::SERIALIZED), "a CPU that has time to spare holds nobody up");
}

/// `n` handshakes in each of which the client's last turn took `ms`, one after another.
fn held(n: u64, ms: u64) -> ObservedRun {
    held_every(200, n, ms)
}

/// The same, beginning `apart` ms apart.
fn held_every(apart: u64, n: u64, ms: u64) -> ObservedRun {
    let mut connections = kept(40);
    connections.extend((0..n).map(|k| {
        let at = 1_000 + k * apart;
        connection(k + 2, at, at + 1 + ms, &[(at + 1 + ms, at + 100)])
    }));
    let mut pass = own(connections);
    let turns = pass.connections.iter().filter_map(|one| one.handshake.as_ref()).flat_map(|one| &one.turns);
    let count = turns.filter(|turn| turn.of == Side::Client && turn.ns() >= observation::HELD_NS).count() as u64;
    pass.counts.held = quantiles(count, ms);
    with_mean(3.0, pass)
}

#[test]
fn held_handshakes_are_found_from_three_of_20_ms_on() {
    // Three of 43 requests, and 60 ms of 5 s: larger shares would be worth mentioning.
    let shorter = |pass: ObservedRun| proxy(ObservedRun { wall_ns: 1_000 * MS, ..pass });
    assert_eq!(shorter(held(3, 20)).finding(Code::HANDSHAKE_HELD).confidence, Confidence::Proven);
    assert!(proxy(held(3, 20)).notes.iter().any(|note| note.contains("too small")), "and fewer are a note");
    assert_eq!(shorter(held(3, 19)).others(), []);
    assert_eq!(shorter(held(2, 20)).others(), []);
    let mut rare = held(3, 20);
    rare.counts.tls = 31;
    assert_eq!(proxy(rare).codes(), []);
}

#[test]
fn one_stall_that_meets_many_handshakes_is_a_start_up() {
    assert_eq!(proxy(held_every(0, 8, 30)).codes(), []);
    assert_eq!(proxy(held_every(10, 8, 30)).codes(), []);
    assert_eq!(proxy(held_every(50, 8, 30)).codes(), [Code::HANDSHAKE_HELD]);
}

#[test]
fn handshakes_that_wait_for_requests_one_by_one_are_no_finding_of_their_own() {
    let mut pass = held(4, 30);
    pass.levels.waiting.mean = 1.0;
    pass.levels.open.most = 5.0;
    assert_eq!(url(2.0, pass).codes(), [Code::SERIALIZED]);
}

#[test]
fn handshakes_held_by_a_busy_cpu_are_a_note_and_explained_by_trust_stores() {
    let busy = ObservedRun { cpu: cpu(1.0), ..held(4, 30) };
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
    assert_eq!(proxy(stores).codes(), [Code::CLIENT_PER_REQUEST]);
}

#[test]
fn short_processes_that_no_reading_has_may_have_been_busy() {
    let mut pass = held(4, 30);
    pass.cpu.total_ns += 4 * 30 * MS;
    assert_eq!(proxy(pass.clone()).codes(), []);
    pass.counts.exchanges = 5;
    pass.cpu = cpu(0.0);
    pass.sampling = samples(4, 5);
    assert_eq!(proxy(pass).codes(), [Code::CLIENT_PER_REQUEST], "25 ms of a load are most of 30 ms");
}

/// Requests in flight, in moments of 20 ms, between 1 and 8, in batches.
fn batches(number: usize) -> ObservedRun {
    let mut pass = own(kept(40));
    let batch = [8.0, 8.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let moment = |waiting: f32| Moment { waiting, ..Moment::default() };
    pass.levels.moments = batch.repeat(number).into_iter().map(moment).collect();
    pass = with_mean(2.75, pass);
    pass.levels.waiting = Gauge { most: 8.0, mean: 2.75, any_ns: 1_000 * MS, several_ns: 250 * MS };
    pass.counts.waits.max_ns = 150 * MS;
    pass
}

#[test]
fn batches_are_suspected_from_three_refills_on() {
    assert_eq!(proxy(batches(5)).finding(Code::UNEVEN_CONCURRENCY).confidence, Confidence::Suspected);
    assert_eq!(proxy(batches(3)).codes(), []);
    assert_eq!(proxy(ObservedRun { cpu: cpu(1.0), ..batches(5) }).codes(), []);
    let mut even = batches(5);
    even.counts.waits.max_ns = 110 * MS;
    assert_eq!(proxy(even).codes(), [], "no response is slower than the others: nobody waits for it");
}

#[test]
fn workers_with_far_servers_and_pauses_are_not_serialized() {
    // Three connections by turns, each with a handshake that waits 90 ms for the server, a response after 40 ms, and a
    // pause.
    let mut connections: Vec<Connection> =
        (0..12).map(|k| connection(k + 1, k * 150, k * 150 + 95, &[(k * 150 + 95, k * 150 + 190)])).collect();
    for one in &mut connections {
        let turns = &mut one.handshake.as_mut().unwrap().turns;
        (turns[1].until_ns, turns[2].from_ns) = (turns[2].until_ns, turns[2].until_ns);
    }
    let mut pass = own(connections);
    pass.levels.open.most = 3.0;
    assert_eq!(proxy(pass).codes(), []);
}

#[test]
fn a_spare_connection_beside_serial_requests_is_not_serialized() {
    let mut connections = kept(10);
    connections.push(connection(2, 0, 5, &[(1_200, 1_300)]));
    connections.push(connection(3, 1_310, 1_315, &[(1_315, 1_400)]));
    assert_eq!(proxy(own(connections)).codes(), []);
}

#[test]
fn less_than_half_of_what_was_under_way_over_http_is_suspected() {
    let held_up = with_mean(2.0, own(queue()));
    let found = url(4.0, held_up.clone());
    assert_eq!(found.codes(), [Code::SERIALIZED]);
    assert_eq!(found.findings[0].confidence, Confidence::Suspected);
    assert_eq!(url(3.9, held_up.clone()).codes(), []);
    assert_eq!(url(4.0, ObservedRun { cpu: cpu(0.9), ..held_up }).codes(), [], "its CPU explains it");
}

#[test]
fn handshakes_that_are_gone_on_with_one_by_one_are_held_though_all_began_together() {
    // Twenty connections that open at once, on an event loop that each blocks for 100 ms.
    let mut pass = own((0..20).map(|k| connection(k + 1, 0, 100 * (k + 1), &[(100 * (k + 1), 5_000)])).collect());
    pass.counts.held = quantiles(20, 1_000);
    assert_eq!(proxy(with_mean(10.0, pass)).codes(), [Code::HANDSHAKE_HELD]);
}

#[test]
fn a_long_run_of_quick_answers_is_not_judged_for_concurrency() {
    let mut long = with_mean(1.0, own(queue()));
    assert_eq!(proxy(long.clone()).codes(), [Code::SERIALIZED]);
    long.levels.resolution_ns = long.counts.waits.p50_ns / 2 + 1;
    let said = proxy(long);
    assert_eq!(said.codes(), []);
    assert!(
        said.notes.iter().any(|note| note.contains("`serialized`, `one-at-a-time` and `uneven")),
        "{:?}",
        said.notes
    );
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
        assert!(notes.contains("`{url}`") && !notes.contains("not to blame"), "{notes}");
    }
}
