//! The findings, one file each: what it means, its thresholds, how it is found.

mod alerts;
mod client_per_request;
mod connecting;
mod delayed_ack;
mod errors;
mod extra_round_trips;
mod handshake_held;
mod hello_retry;
mod idle_cut;
mod long_chain;
mod no_resumption;
mod no_reuse;
mod not_seen;
mod resolving;
mod rsa_leaf;
mod serialized;
#[cfg(test)]
mod tests_concurrency;
#[cfg(test)]
mod tests_connections;
#[cfg(test)]
mod tests_failures;
#[cfg(test)]
mod tests_tls;
mod tls12;
mod trust;
mod uneven_concurrency;

use std::cell::OnceCell;

use crate::case::Case;
use crate::code::Code;
use crate::finding::Finding;

pub(crate) use errors::{AtEnd, at_end as under_way_at_end};
pub(crate) use handshake_held::by_cpu as held_by_cpu;
pub(crate) use no_resumption::not_visible as resumption_not_visible;
pub(crate) use not_seen::reasons as not_seen_reasons;
pub(crate) use serialized::by_design as serial_by_design;

/// Findings that others ask for, each made once.
#[derive(Debug, Default)]
pub(crate) struct Made {
    errors: OnceCell<Option<Finding>>,
    alerts: OnceCell<Option<Finding>>,
    serialized: OnceCell<Option<Finding>>,
    client_per_request: OnceCell<Option<Finding>>,
}

fn errors<'a>(case: &'a Case) -> Option<&'a Finding> {
    case.made.errors.get_or_init(|| errors::find(case)).as_ref()
}

fn alerts<'a>(case: &'a Case) -> Option<&'a Finding> {
    case.made.alerts.get_or_init(|| alerts::find(case)).as_ref()
}

fn serialized<'a>(case: &'a Case) -> Option<&'a Finding> {
    case.made.serialized.get_or_init(|| serialized::find(case)).as_ref()
}

fn client_per_request<'a>(case: &'a Case) -> Option<&'a Finding> {
    case.made.client_per_request.get_or_init(|| client_per_request::find(case)).as_ref()
}

/// How each is found.
const ALL: [fn(&Case) -> Option<Finding>; 18] = [
    not_seen::find,
    |case| errors(case).cloned(),
    |case| alerts(case).cloned(),
    |case| serialized(case).cloned(),
    handshake_held::find,
    no_reuse::find,
    no_resumption::find,
    |case| client_per_request(case).cloned(),
    tls12::find,
    extra_round_trips::find,
    hello_retry::find,
    long_chain::find,
    rsa_leaf::find,
    delayed_ack::find,
    idle_cut::find,
    resolving::find,
    connecting::find,
    uneven_concurrency::find,
];

/// All that is found: failures first, then requests that wait for each other, then what costs most.
pub(crate) fn all(case: &Case) -> Vec<Finding> {
    let mut found: Vec<Finding> = ALL.iter().filter_map(|find| find(case)).collect();
    found.sort_by(|a, b| rank(a).cmp(&rank(b)).then(total(b).total_cmp(&total(a))).then(a.code.cmp(&b.code)));
    found
}

/// What stands before what, whatever it costs. Of what is serialized all else is the smaller part, and held handshakes are the
/// sign.
fn rank(finding: &Finding) -> u8 {
    match finding.code {
        code if code.is_failure() => 0,
        Code::Serialized => 1,
        _ => 2,
    }
}

/// Time of waiting and of CPU together: only to put findings in order.
fn total(finding: &Finding) -> f64 {
    finding.cost.as_ref().map_or(0.0, |cost| cost.wall_ms.unwrap_or(0.0) + cost.cpu_ms.unwrap_or(0.0))
}
