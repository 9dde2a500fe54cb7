//! Findings about the use of connections and clients, and about reaching hosts.

use observation::{Close, Connection, Host, ObservedRun, Quantiles, Sampling, TrustStore};

use wire::Side;

use crate::fixtures::{
    MS, against, connection, kept, one_after_another, over_http, own, proxy, quantiles, samples, store, url, with_mean,
};
use crate::{Code, Confidence};

#[test]
fn a_trust_store_for_each_request_is_found_by_samples_and_not_without() {
    let with = |sampling| proxy(ObservedRun { sampling, ..own(one_after_another(8)) });
    let found = with(samples(4, 8));
    assert_eq!(found.others(), [Code::CLIENT_PER_REQUEST]);
    // 100 ms over 8 requests.
    assert_eq!(found.finding(Code::CLIENT_PER_REQUEST).cost.as_ref().unwrap().cpu_ms, Some(12_500.0));
    let few = |loads| Sampling::Sampled(TrustStore { samples: 400, ..store(loads, 8) });
    assert_eq!(with(few(3)).others(), []);
    // Four connections at once: consecutive samples may stand for four loads.
    let waves = (0..20).map(|k| {
        let at = k / 4 * 110;
        connection(k + 1, at, at + 5, &[(at + 5, at + 105)])
    });
    let together = |sampling| proxy(ObservedRun { sampling, ..own(waves.clone().collect()) });
    assert_eq!(together(samples(6, 20)).others(), [Code::CLIENT_PER_REQUEST]);
    assert_eq!(together(Sampling::Sampled(TrustStore { samples: 400, ..store(2, 20) })).others(), []);
    let few = TrustStore { in_trust_store: 9, ..store(6, 20) };
    assert_eq!(together(Sampling::Sampled(few)).others(), [], "six loads of a sample or two don't stand for twenty");
    let note = with(Sampling::Impossible("the kernel forbids it".to_owned()));
    assert!(note.others().is_empty() && note.notes.iter().any(|note| note.contains("the kernel forbids it")));
}

#[test]
fn a_pool_that_loads_a_store_for_each_of_its_connections_is_no_client_per_request() {
    let exchanges: Vec<_> = (0..10).map(|k| (10 + k * 110, 110 + k * 110)).collect();
    let mut pass = own((0..4).map(|k| connection(k + 1, 0, 5, &exchanges)).collect());
    pass.sampling = samples(4, 4);
    assert_eq!(proxy(pass.clone()).others(), [Code::TRUST_STORE_PER_CONNECTION], "half of the CPU is worth a word");
    let less = TrustStore { samples: 400, ..store(4, 4) };
    assert_eq!(proxy(ObservedRun { sampling: Sampling::Sampled(less), ..pass }).others(), []);
}

fn needless(pass: &mut ObservedRun, could_have_reused: u64) {
    pass.hosts[0].could_have_reused = could_have_reused;
}

#[test]
fn connections_that_open_late_because_of_what_serializes_them_are_not_wasted() {
    let late = |k| if k < 3 { 0 } else { 150 };
    let connections = (0..6).map(|k| connection(k + 1, late(k), late(k) + 5, &[(10 + k * 100, 110 + k * 100)]));
    let mut pass = own(connections.collect());
    needless(&mut pass, 3);
    assert_eq!(url(2.0, pass.clone()).codes(), [Code::SERIALIZED]);
    assert_eq!(url(2.0, with_mean(3.0, pass)).codes(), [], "nor are those that stood ready beside others");
}

#[test]
fn connections_that_could_have_been_used_again_are_found_from_three_and_half_on() {
    let with = |n, could| {
        let mut pass = own(one_after_another(n));
        // How the connections ended was not seen: only the counts are known.
        pass.connections.iter_mut().for_each(|one| one.close = Close::ClientWaiting);
        needless(&mut pass, could);
        pass
    };
    let found = proxy(with(7, 3));
    assert_eq!(found.codes(), [Code::NO_REUSE]);
    assert_eq!(found.findings[0].confidence, Confidence::Inferred, "TLS 1.3 hides what the requests were");
    assert_eq!(proxy(with(8, 3)).codes(), []);
    assert_eq!(proxy(with(3, 2)).codes(), []);
    assert_eq!(
        proxy(own(one_after_another(7))).codes(),
        [Code::NO_REUSE],
        "the client closed one before it opened the next"
    );
    assert_eq!(url(1.0, with(7, 6)).finding(Code::NO_REUSE).confidence, Confidence::Proven);
}

#[test]
fn connections_that_the_server_ends_after_each_answer_are_the_clients_doing_only_where_that_is_known() {
    let with = |ended| {
        let mut pass = own(one_after_another(7));
        pass.hosts[0].after_servers_close = ended;
        pass
    };
    assert_eq!(url(1.0, with(6)).finding(Code::NO_REUSE).confidence, Confidence::Proven);
    assert_eq!(proxy(with(6)).finding(Code::NO_REUSE).confidence, Confidence::Suspected);
    assert_eq!(proxy(with(2)).others(), []);
}

#[test]
fn a_server_that_cuts_idle_connections_is_found_from_two_on() {
    let with = |reopened| {
        let mut pass = own(one_after_another(8));
        pass.hosts[0].reopened = reopened;
        pass
    };
    assert_eq!(proxy(with(2)).others(), [Code::IDLE_CUT]);
    assert_eq!(proxy(with(1)).others(), []);
}

#[test]
fn delayed_acknowledgements_are_found_from_three_and_a_twentieth_on() {
    let with = |n, gaps| {
        let mut pass = own(kept(n));
        pass.counts.delayed_ack_gaps = gaps;
        pass
    };
    assert_eq!(url(1.0, with(30, 3)).others(), [Code::DELAYED_ACK]);
    assert_eq!(url(1.0, with(60, 3)).others(), [], "a twentieth of the requests and less of the time is a note");
    assert_eq!(url(1.0, with(20, 2)).others(), []);
    assert_eq!(proxy(with(30, 3)).others(), [], "the proxy acknowledges at once, so it is something else");
}

#[test]
fn slow_names_and_slow_connecting_are_found_from_a_fifth_of_the_time_on() {
    let with = |resolve, connect| {
        let mut pass = own(one_after_another(10));
        pass.counts.resolve = quantiles(10, resolve);
        pass.counts.connect = quantiles(10, connect);
        for connection in &mut pass.connections {
            connection.connecting.connect_ns = Some(connect * MS);
        }
        proxy(pass).others()
    };
    assert_eq!(with(30, 1), [Code::RESOLVING]);
    assert_eq!(with(20, 1), []);
    assert_eq!(with(0, 30), [Code::CONNECTING]);
    assert_eq!(with(0, 20), []);
}

#[test]
fn a_far_host_among_near_ones_is_not_slow_to_connect_to() {
    let mut pass = own(one_after_another(10));
    // Four of the servers are 100 ms away: that is how long their turns and connecting take.
    for connection in pass.connections.iter_mut().take(4) {
        connection.connecting.connect_ns = Some(100 * MS);
        let turns = connection.handshake.as_mut().unwrap().turns.iter_mut().filter(|turn| turn.of == Side::Server);
        turns.for_each(|turn| turn.until_ns = turn.from_ns + 100 * MS);
    }
    pass.counts.connect = Quantiles { sum_ns: 406 * MS, ..quantiles(10, 1) };
    assert_eq!(proxy(pass.clone()).others(), []);
    pass.counts.connect.sum_ns += 3_000 * MS;
    pass.connections.iter_mut().take(3).for_each(|connection| connection.connecting.connect_ns = Some(1_100 * MS));
    assert_eq!(proxy(pass).others(), [Code::CONNECTING]);
}

#[test]
fn a_few_connections_to_each_of_many_hosts_add_up() {
    let mut pass = own(one_after_another(6));
    let of = |name: &str| Host {
        name: name.to_owned(),
        connections: 3,
        exchanges: 3,
        could_have_reused: 2,
        full_again: 2,
        tickets: 1,
        ..Host::default()
    };
    pass.hosts = vec![of("a.test:443")];
    assert_eq!(proxy(pass.clone()).others(), []);
    pass.hosts.push(of("b.test:443"));
    assert_eq!(proxy(pass).codes(), [Code::NO_REUSE, Code::NO_RESUMPTION]);
}

#[test]
fn a_pool_that_was_needed_at_once_is_not_wasted() {
    let mut pass = own((0..4).map(|k| connection(k + 1, k * 50, k * 50 + 5, &[(k * 50 + 5, k * 50 + 205)])).collect());
    needless(&mut pass, 3);
    assert_eq!(proxy(pass).others(), []);
}

#[test]
fn connections_that_are_closed_when_a_batch_is_done_are_no_pool_that_has_no_room() {
    let batches = |is_kept_from_the_start: bool| {
        let mut all: Vec<Connection> = (0..10)
            .map(|k| {
                let (at, place) = (k / 4 * 300, k % 4);
                let done = (at + 200 + place) * MS;
                let one = connection(k + 1, at, at + 5, &[(at + 5, at + 105 + place)]);
                // The connections of the last, smaller batch stay open until the program ends.
                if k < 8 { Connection { closed_ns: Some(done), close: Close::Client, ..one } } else { one }
            })
            .collect();
        if is_kept_from_the_start {
            all.push(connection(13, 0, 5, &[(5, 105), (605, 705)]));
        }
        let mut pass = ObservedRun { wall_ns: 1_000 * MS, ..own(all) };
        needless(&mut pass, 8);
        url(5.0, pass).finding(Code::NO_REUSE).evidence.join(" ")
    };
    assert!(!batches(false).contains("pool keeps"), "{}", batches(false));
    assert!(batches(true).contains("pool keeps"), "{}", batches(true));
}

#[test]
fn connections_that_the_client_closed_and_needed_again_weigh_more_than_ones_beside_an_idle_one() {
    let with = |beside_idle| {
        let mut pass = own(one_after_another(16));
        (pass.hosts[0].exchanges, pass.counts.exchanges) = (100, 100);
        (pass.hosts[0].could_have_reused, pass.hosts[0].beside_idle) = (12, beside_idle);
        url(1.0, pass).finds(Code::NO_REUSE)
    };
    assert!(with(0) && with(2) && !with(12));
}

#[test]
fn settings_made_anew_show_in_connections_of_one_request_each() {
    let with = |connections: u64| {
        let mut http = over_http(2.0);
        (http.counts.connections, http.counts.exchanges) = (12, 64);
        let each = 64 / connections.max(1);
        let one = |k: u64| {
            let requests: Vec<_> = (0..each).map(|r| (k * 1_000 + 10 + r * 20, k * 1_000 + 20 + r * 20)).collect();
            Connection {
                close: Close::Client,
                closed_ns: Some((k * 1_000 + 990) * MS),
                ..connection(k + 1, k * 1_000, k * 1_000 + 5, &requests)
            }
        };
        let mut pass = own((0..connections).map(one).collect());
        needless(&mut pass, connections - 1);
        against(http, pass).finding(Code::NO_REUSE).evidence.join(" ")
    };
    assert!(with(64).contains("a new TLS config for each request"), "{}", with(64));
    assert!(!with(26).contains("a new TLS config for each request"), "{}", with(26));
}

#[test]
fn workers_that_load_a_store_each_and_serve_many_requests_have_no_client_per_request() {
    // Sixteen of forty connections are at work at once, with eight loads for a thousand requests.
    let waves = (0..40).map(|k| {
        let at = k / 16 * 110;
        connection(k + 1, at, at + 5, &[(at + 5, at + 105)])
    });
    let mut pass = ObservedRun { sampling: samples(8, 40), ..own(waves.collect()) };
    assert_eq!(proxy(pass.clone()).finding(Code::CLIENT_PER_REQUEST).confidence, Confidence::Suspected);
    pass.counts.exchanges = 1_000;
    assert!(!proxy(pass).finds(Code::CLIENT_PER_REQUEST));
}

#[test]
fn a_client_that_loads_its_roots_for_http_too_saves_its_loads_over_both() {
    let saves = |loaded_over_http| {
        let https = ObservedRun { sampling: samples(12, 12), ..own(one_after_another(12)) };
        let mut http = over_http(1.0);
        http.connections = https.connections.iter().cloned().map(|one| Connection { handshake: None, ..one }).collect();
        (http.counts.connections, http.counts.exchanges) = (12, 12);
        let loading = TrustStore { in_trust_store: loaded_over_http, ..store(0, 0) };
        http.sampling = Sampling::Sampled(loading);
        against(http, https).finding(Code::CLIENT_PER_REQUEST).saves_ns / MS
    };
    // As long over both: nothing but what HTTP loads again as well, a load being 9 of 100 samples.
    assert_eq!((saves(0), saves(9), saves(60), saves(100)), (0, 0, 51, 90));
}

#[test]
fn connections_that_the_server_cut_before_a_request_are_found_from_two_on() {
    let with = |lost| {
        let mut pass = own(one_after_another(8));
        pass.counts.sent_into_closed = lost;
        proxy(pass)
    };
    let found = with(2);
    let evidence = &found.finding(Code::IDLE_CUT).evidence;
    assert!(evidence[1].contains("request was lost"), "{evidence:?}");
    assert_eq!(with(1).others(), []);
}
