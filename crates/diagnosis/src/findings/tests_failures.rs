//! Findings about failures and about unseen requests, and the verdicts.

use observation::{Close, Connection, Direct, Ended, Exchange, Moment, ObservedRun, Quantiles};

use crate::fixtures::{MS, against, connection, cpu, kept, one_after_another, over_http, own, proxy, quantiles, queue};
use crate::{Code, Conclusion, Confidence};

#[test]
fn failures_are_found_from_one_on_and_stand_first() {
    let mut pass = own(queue());
    pass.counts.unanswered = 1;
    let found = proxy(pass);
    assert_eq!((found.findings[0].code, found.findings[0].confidence), (Code::ERRORS, Confidence::Inferred));
    let mut refused = own(kept(5));
    refused.counts.not_reached.insert("connection refused".to_owned(), 2);
    assert_eq!(proxy(refused).finding(Code::ERRORS).confidence, Confidence::Proven);
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
    assert_eq!(proxy(pass).codes(), [Code::ERRORS]);
}

#[test]
fn a_request_into_a_connection_that_was_being_closed_and_repeated_is_no_failure() {
    let with = |opened_ms: u64, ended: Ended| {
        let mut connections = one_after_another(6);
        let first = &mut connections[0];
        let again = first.exchanges[0];
        // The server closes the connection with its response, and a second request crosses that close.
        (first.close, first.ended_ns) = (Close::Server, Some(105 * MS));
        first.exchanges.push(Exchange { sent_ns: 107 * MS, answered_ns: None, last_ns: None, ..again });
        first.exchanged = 2;
        // The repetition comes too late, or is a different request.
        connections[1].opened_ns = opened_ms * MS;
        connections.truncate(2);
        let mut pass = own(connections);
        (pass.counts.unanswered, pass.ended) = (1, ended);
        proxy(pass)
    };
    let found = with(115, Ended::Code(0));
    assert!(with(90, Ended::Code(0)).finds(Code::ERRORS), "the next connection had been opened before");
    assert!(!found.finds(Code::ERRORS), "{:?}", found.findings);
    assert!(found.notes.iter().any(|note| note.contains("answered on another")), "{:?}", found.notes);
    let mut alone = own(vec![one_after_another(1).remove(0)]);
    let one = &mut alone.connections[0];
    (one.close, one.ended_ns) = (Close::Server, Some(105 * MS));
    one.exchanges.push(Exchange { sent_ns: 107 * MS, answered_ns: None, last_ns: None, ..one.exchanges[0] });
    alone.counts.unanswered = 1;
    assert!(proxy(alone).finds(Code::ERRORS), "nobody repeated it");
    assert!(with(115, Ended::Code(1)).finds(Code::ERRORS), "the command failed");
}

#[test]
fn what_failed_stands_in_the_first_sentence_and_saves_nothing() {
    let mut pass = own(one_after_another(9));
    (pass.hosts[0].could_have_reused, pass.ended) = (8, Ended::Code(1));
    pass.counts.not_reached.insert("connection refused".to_owned(), 2);
    let sentence = proxy(pass).account.unwrap().sentence;
    assert!(sentence.starts_with("Requests or connections failed. ") && !sentence.contains("Without"), "{sentence}");
}

#[test]
fn a_command_that_goes_past_the_proxy_was_not_seen() {
    let mut pass = own(Vec::new());
    pass.direct = vec![Direct { address: "192.0.2.1:443".to_owned(), udp: false, met: 3 }];
    let found = proxy(pass);
    assert_eq!(found.codes(), [Code::NOT_SEEN]);
    let Conclusion::NotSeen(reasons) = found.verdict else { panic!("{:?}", found.verdict) };
    assert!(reasons.iter().any(|reason| reason.contains("192.0.2.1:443")), "{reasons:?}");
    assert!(found.findings[0].advice[0].text.contains("HTTPS_PROXY"));
    for (address, words) in [("192.0.2.1:443", "UDP to port 443"), (observation::NO_PEER, "may have used QUIC")] {
        let direct = vec![Direct { address: address.to_owned(), udp: true, met: 1 }];
        let said = proxy(ObservedRun { direct, ..own(Vec::new()) });
        assert!(said.findings[0].evidence.iter().any(|reason| reason.contains(words)), "{address}");
    }
    let named = ObservedRun { no_proxy: Some("localhost,.test".to_owned()), ..own(Vec::new()) };
    assert!(proxy(named).findings[0].evidence.iter().any(|reason| reason.contains("\"localhost,.test\"")));
}

#[test]
fn a_connection_that_came_and_asked_for_nothing_took_the_proxy() {
    let mut idle = own(vec![connection(1, 0, 5, &[])]);
    idle.connections[0].close = Close::Client;
    let found = proxy(idle);
    assert_eq!(found.codes(), [Code::NOT_SEEN]);
    assert_eq!(found.findings[0].evidence[0], "1 connection arrived and carried no request.");
    assert!(!found.findings[0].advice[0].text.contains("HTTPS_PROXY"));
}

#[test]
fn a_client_that_leaves_when_it_has_seen_the_certificate_is_told_how_to_trust_it() {
    let names_wget =
        |said: &crate::Diagnosis| said.findings[0].advice.iter().any(|advice| advice.of.as_deref() == Some("wget"));
    let with = |close, finishes: bool| {
        let mut left = connection(1, 0, 5, &[]);
        left.close = close;
        if !finishes {
            left.handshake.as_mut().unwrap().finished_ns = None;
        }
        let mut pass = own(vec![left]);
        pass.counts.closes.insert(close, 1);
        pass.origin = Some(ledger::Side::default());
        against(over_http(1.0), pass)
    };
    let finished = with(Close::Client, true);
    assert_eq!(finished.codes(), [Code::NOT_SEEN]);
    assert!(
        names_wget(&finished) && finished.findings[0].evidence[1].contains("may not trust"),
        "{:?}",
        finished.findings
    );
    let broken = with(Close::ClientHandshaking, false);
    assert_eq!(broken.codes(), [Code::ERRORS]);
    assert!(names_wget(&broken), "{:?}", broken.findings);
    assert!(!names_wget(&with(Close::ServerHandshaking, false)));
}

#[test]
fn two_requests_are_too_few_and_three_show_how_near_to_the_least_they_were() {
    assert!(matches!(proxy(own(kept(2))).verdict, Conclusion::TooLittle(_)));
    let mut pass = own(kept(3));
    pass.counts.waits = Quantiles { sum_ns: 300 * MS, ..quantiles(3, 100) };
    let Conclusion::NothingToMend(least) = proxy(pass).verdict else { panic!("something was found") };
    // Three waits of 100 ms and 5 ms of set-up; the last response came at 330 ms, and for 25 ms nothing was at work.
    assert_eq!((least.wall_ns, least.least_ns), (305 * MS, 305 * MS));
    assert!(least.how.contains("25 ms more between"), "{}", least.how);
}

#[test]
fn the_least_possible_holds_the_longest_response_and_the_programs_own_cpu_time() {
    let least = |pass: ObservedRun| match proxy(ObservedRun { wall_ns: 2_000 * MS, ..pass }).verdict {
        Conclusion::NothingToMend(least) => least.least_ns,
        other => panic!("{other:?}"),
    };
    // One response of 1,500 ms and five short ones: nothing could make the run shorter.
    let mut slow = connection(1, 0, 5, &[(10, 1_510)]);
    slow.exchanges[0].answered_ns = Some(30 * MS);
    let short: Vec<_> = (0..5).map(|k| (10 + k * 300, 30 + k * 300)).collect();
    assert!(least(own(vec![slow, connection(2, 0, 5, &short)])) >= 1_500 * MS);
    // Two at a time need 280 ms of waiting, and the CPU is busy for nine tenths of the time.
    let requests = |from: u64| (0..5).map(|k| (from + k * 100, from + 100 + k * 100)).collect::<Vec<_>>();
    let busy = own(vec![connection(1, 0, 5, &requests(10)), connection(2, 0, 5, &[(10, 60), (500, 510)])]);
    assert!(least(ObservedRun { cpu: cpu(0.9), ..busy }) >= 450 * MS);
}

#[test]
fn a_run_in_which_most_requests_may_be_unanswered_is_not_well() {
    let with = |perhaps, unanswered| {
        let mut pass = own(kept(6));
        (pass.counts.perhaps_unanswered, pass.counts.unanswered) = (perhaps, unanswered);
        proxy(pass)
    };
    assert!(matches!(with(3, 0).verdict, Conclusion::NothingToMend(_)));
    assert!(matches!(with(4, 0).verdict, Conclusion::TooLittle(_)));
    assert_eq!(with(4, 4).finding(Code::ERRORS).confidence, Confidence::Suspected);
    assert_eq!(with(4, 5).finding(Code::ERRORS).confidence, Confidence::Inferred);
}

#[test]
fn requests_over_http_only_were_not_seen() {
    let https = ObservedRun { origin: Some(ledger::Side::default()), ..over_http(1.0) };
    let said = against(over_http(1.0), https);
    assert_eq!(said.codes(), [Code::NOT_SEEN]);
    assert!(said.findings[0].evidence[0].contains("over HTTP only"), "{:?}", said.findings[0].evidence);
}

#[test]
fn what_is_not_the_commands_fault_is_a_note_and_no_error() {
    let mut pass = own(kept(5));
    pass.counts.strangers = 2;
    let said = proxy(pass.clone());
    assert!(matches!(said.verdict, Conclusion::NothingToMend(_)), "{:?}", said.verdict);
    assert!(said.notes.iter().any(|note| note.starts_with("2 requests were refused")), "{:?}", said.notes);
    pass.counts.no_room = 1;
    let said = proxy(pass);
    assert!(matches!(said.verdict, Conclusion::TooLittle(_)), "what was closed can't be judged");
    assert!(said.notes.iter().any(|note| note.contains("`ulimit -n`")), "{:?}", said.notes);
    let mut refused = own(Vec::new());
    refused.counts.strangers = 3;
    let reasons = &proxy(refused).findings[0].evidence;
    assert!(reasons.iter().any(|reason| reason.contains("password")), "{reasons:?}");
}

#[test]
fn what_a_command_that_ends_well_leaves_under_way_is_no_failure() {
    let mut connections = one_after_another(5);
    let last = connections.last_mut().unwrap();
    (last.exchanges[0].answered_ns, last.exchanges[0].last_ns, last.close) = (None, None, Close::ClientWaiting);
    let mut pass = own(connections);
    pass.counts.unanswered = 1;
    pass.counts.closes.insert(Close::ClientWaiting, 1);
    pass.wall_ns = pass.connections[4].closed_ns.unwrap() + 10 * MS;
    let said = proxy(pass.clone());
    assert_eq!(said.others(), []);
    assert!(said.notes.iter().any(|note| note.contains("1 request and 0 handshakes in progress")), "{:?}", said.notes);
    assert_eq!(
        proxy(ObservedRun { ended: Ended::Code(28), ..pass.clone() }).others(),
        [Code::ERRORS],
        "it says that it failed"
    );
    pass.wall_ns += 300 * MS;
    assert_eq!(proxy(pass.clone()).others(), [], "it closed all when all was sent, and took its time to end");
    let closed = pass.connections[4].closed_ns.unwrap() / MS;
    pass.connections.push(connection(6, closed + 10, closed + 15, &[(closed + 15, closed + 115)]));
    assert_eq!(proxy(pass).others(), [Code::ERRORS], "it gave up on it and went on");
}

#[test]
fn handshakes_that_are_broken_off_without_an_alert_are_errors() {
    for (close, who) in [(Close::ClientHandshaking, "client"), (Close::ServerHandshaking, "server")] {
        let mut pass = own(kept(5));
        pass.counts.closes.insert(close, 2);
        let well = proxy(pass.clone()).finding(Code::ERRORS).confidence;
        assert_eq!(well == Confidence::Suspected, who == "client", "a client may need it no more");
        let found = proxy(ObservedRun { ended: Ended::Code(1), ..pass });
        assert_eq!((found.others(), found.findings[0].confidence), (vec![Code::ERRORS], Confidence::Proven));
        assert!(found.findings[0].evidence[0].ends_with(&format!("mostly by the {who}.")), "{:?}", found.findings[0]);
    }
}

#[test]
fn what_the_origin_knows_to_be_http1_is_judged_for_answers_whatever_was_offered() {
    let offered = |k| Connection { may_be_h2: true, ..one_after_another(5).remove(k) };
    let mut https = own((0..5).map(offered).collect());
    (https.counts.may_be_h2, https.counts.unanswered) = (5, 1);
    let last = https.connections.last_mut().unwrap();
    (last.exchanges[0].answered_ns, last.close) = (None, Close::ClientWaiting);
    let at = |requests, https: &ObservedRun| {
        let origin = Some(ledger::Side { requests, ..ledger::Side::default() });
        against(over_http(1.0), ObservedRun { origin, ended: Ended::Code(1), ..https.clone() }).finds(Code::ERRORS)
    };
    assert!(at(5, &https));
    https.connections.last_mut().unwrap().close = Close::Client;
    assert!(!at(5, &https), "the ledger goes before what size and silence look like");
}

#[test]
fn connections_past_the_proxy_to_https_forbid_that_all_is_well() {
    let with = |address: &str| {
        let direct = vec![Direct { address: address.to_owned(), udp: false, met: 1 }];
        proxy(ObservedRun { direct, ..own(kept(5)) }).verdict
    };
    let Conclusion::TooLittle(why) = with("192.0.2.1:443") else { panic!("all is well") };
    assert!(why.contains("192.0.2.1:443"), "{why}");
    assert!(matches!(with("127.0.0.1:5432"), Conclusion::NothingToMend(_)), "a database is none of that");
}

#[test]
fn a_long_run_with_pauses_was_at_work_for_as_long_as_requests_were() {
    // More requests than are kept individually: one of 50 ms in each of a hundred moments of 5 s.
    let mut pass = own(kept(3));
    pass.wall_ns = 500_000 * MS;
    pass.counts.exchanges = 100;
    pass.counts.waits = quantiles(100, 50);
    pass.levels.moment_ns = 5_000 * MS;
    pass.levels.moments = vec![Moment { waiting: 0.01, idle: 0.99, ..Moment::default() }; 100];
    let Conclusion::NothingToMend(least) = proxy(pass).verdict else { panic!("something was found") };
    assert!(least.wall_ns.abs_diff(5_000 * MS) < MS, "{least:?}");
}
