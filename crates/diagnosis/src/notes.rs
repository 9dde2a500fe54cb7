//! Notes on what was not judged and why, and on what was judged and needs no change.

use observation::{Ended, MOST_HOSTS, NO_PEER, Sampling};

use crate::case::Case;
use crate::findings::errors::{AtEnd, at_end as under_way_at_end};
use crate::findings::handshake_held::by_cpu as held_by_cpu;
use crate::findings::no_resumption::not_visible as resumption_not_visible;
use crate::findings::{errors, not_seen, one_at_a_time, serialized};
use crate::rule::Judge;
use crate::words::{count, were};

/// The most addresses that are named.
const NAMED: usize = 5;

/// The notes of a case. If no requests were seen, they say only how the command ended and how many connections were
/// refused for lack of open files: nothing else was judged anyway.
pub(crate) fn notes(judge: &Judge) -> Vec<String> {
    let case = &judge.case;
    if not_seen::reasons(judge).is_some() {
        return [ended(case), no_room(case)].into_iter().flatten().collect();
    }
    let all = [
        ended(case),
        by_design(judge),
        short(case),
        virtual_machine(case),
        http_unlike(case),
        coarse(case),
        busy(case),
        h2(case),
        sampling(case),
        resumption_not_visible(case),
        certificates(case),
        under_way(case),
        repeated(case),
        direct(case),
        upstream(case),
        sample(case),
        no_room(case),
        strangers(case),
    ];
    all.into_iter().flatten().collect()
}

fn ended(case: &Case) -> Option<String> {
    match case.pass.ended {
        Ended::Code(0) => None,
        Ended::Code(code) => Some(format!("The command ended with exit code {code}.")),
        Ended::Signal(signal) => Some(format!("The command was ended by signal {signal}.")),
        Ended::TimedOut => Some(
            "The command was stopped at the time limit: what it would have done afterwards was not observed."
                .to_owned(),
        ),
        Ended::Interrupted => {
            Some("The run was interrupted: what the command would have done afterwards was not observed.".to_owned())
        }
    }
}

fn by_design(judge: &Judge) -> Option<String> {
    let case = &judge.case;
    let is_told = case.http.is_some() && case.requests() > 2 && serialized::is_serial_over_both(case);
    let said = "The program sends one request at a time over HTTP too: it is written that way, and HTTPS is not to \
                blame.";
    (is_told && !judge.has(&one_at_a_time::RULE)).then(|| said.to_owned())
}

fn short(case: &Case) -> Option<String> {
    case.was_crowded().then(|| {
        "CPU was short during the run: the command's cgroup was throttled, or other programs kept the CPUs busy. A \
         program that does nothing may then just lack a CPU, so its idle time is no evidence, and all times are longer \
         than usual."
            .to_owned()
    })
}

fn virtual_machine(case: &Case) -> Option<String> {
    let why = case.loads_not_told().filter(|_| matches!(case.pass.sampling, Sampling::Sampled(_)))?;
    Some(format!("Whether trust stores are loaded repeatedly was not judged: {why}."))
}

fn http_unlike(case: &Case) -> Option<String> {
    let said = "In the HTTP run the command did not use HTTP, so the HTTPS run was compared with nothing and \
                `serialized` was not judged. In the command's arguments, `{url}` is the HTTP address in the first run \
                and the HTTPS address in the second, but `{https}` is the HTTPS address in both.";
    case.is_http_unlike.then(|| said.to_owned())
}

fn coarse(case: &Case) -> Option<String> {
    case.is_coarse().then(|| {
        "The run was too long, and its responses too quick, to tell how many requests were in flight at once: \
         `serialized`, `one-at-a-time` and `uneven-concurrency` were not judged. A shorter run can be judged."
            .to_owned()
    })
}

fn busy(case: &Case) -> Option<String> {
    held_by_cpu(case).map(|turns| {
        format!(
            "{turns} turns of the client in handshakes lasted 20 ms or more while it was on a CPU or waited for one: \
             it had more to compute than its CPU time allowed. Fewer handshakes help, or more threads for them."
        )
    })
}

fn h2(case: &Case) -> Option<String> {
    let h2 = case.h2();
    (h2 > 0).then(|| {
        format!(
            "{} may have used HTTP/2, where single requests can't be distinguished: how many were in flight at once, \
             and whether all had a response, was not judged.",
            count(h2, "connection")
        )
    })
}

fn sampling(case: &Case) -> Option<String> {
    match &case.pass.sampling {
        Sampling::Sampled(_) => None,
        Sampling::Impossible(why) => {
            Some(format!("Whether a trust store is loaded for each request was not judged: {why}"))
        }
        Sampling::NotAsked => Some(
            "Whether a trust store is loaded for each request was not judged: sampling was turned off \
             (`--no-sampling`)."
                .to_owned(),
        ),
    }
}

fn certificates(case: &Case) -> Option<String> {
    let hidden = !case.is_url() && case.pass.counts.versions.contains_key("TLSv1.3");
    hidden.then(|| {
        "TLS 1.3 encrypts certificates: their number and keys were not judged, only the length of the server's flight."
            .to_owned()
    })
}

fn under_way(case: &Case) -> Option<String> {
    let AtEnd { requests, handshakes } = under_way_at_end(case);
    let number = requests + handshakes;
    (number > 0).then(|| {
        format!(
            "The command ended successfully with {} and {} in progress. These do not count as failures.",
            count(requests, "request"),
            count(handshakes, "handshake")
        )
    })
}

fn repeated(case: &Case) -> Option<String> {
    let number = errors::repeated(case);
    (number > 0).then(|| {
        format!(
            "{} sent after the server had closed the connection, and answered on another one. These do not count as \
             failures.",
            were(number, "request")
        )
    })
}

fn direct(case: &Case) -> Option<String> {
    let others: Vec<_> = case.pass.direct.iter().filter(|direct| direct.address != NO_PEER).collect();
    let seen = !case.is_url() && case.pass.counts.connections > 0 && !others.is_empty();
    seen.then(|| {
        let named: Vec<&str> = others.iter().take(NAMED).map(|direct| direct.address.as_str()).collect();
        let more = if others.len() > NAMED { " and others" } else { "" };
        format!("Connections that bypassed the proxy were not judged: to {}{more}.", named.join(", "))
    })
}

fn sample(case: &Case) -> Option<String> {
    let counts = &case.pass.counts;
    let kept = case.pass.connections.len() as u64;
    if counts.connections > kept {
        return Some(format!(
            "Only the first {kept} of {} connections were recorded individually: what is derived from single \
             connections applies to those.",
            counts.connections
        ));
    }
    (case.pass.hosts.len() >= MOST_HOSTS).then(|| format!("Only the first {MOST_HOSTS} hosts were counted separately."))
}

fn upstream(case: &Case) -> Option<String> {
    let upstream = case.pass.upstream.as_deref()?;
    Some(format!(
        "Connections went through the proxy that the environment names ({upstream}). It resolves names and connects, \
         so neither was judged."
    ))
}

fn no_room(case: &Case) -> Option<String> {
    let closed = case.pass.counts.no_room;
    (closed > 0).then(|| {
        format!(
            "{} closed by the observer, which had reached its limit of open files: that is not the command's fault. \
             `ulimit -n` raises the limit.",
            were(closed, "connection")
        )
    })
}

fn strangers(case: &Case) -> Option<String> {
    let away = case.pass.counts.strangers;
    (away > 0).then(|| {
        format!(
            "{} refused, because they did not have the proxy's password: they came from other programs, or from a \
             client that ignores the credentials in the proxy's URL.",
            were(away, "request")
        )
    })
}
