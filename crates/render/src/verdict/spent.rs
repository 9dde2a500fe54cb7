//! The sentence of a profile.

use analysis::verdict::{Share, Spent};
use workload::Cell;

use super::quantity::{list, request};
use crate::format::number;

pub(super) fn spent(spent: &Spent) -> String {
    let Spent { cell, is_tax, us, shares } = spent;
    let Cell { model, client, tls, connection, .. } = cell;
    let request = request(*connection);
    let request = request.trim_end_matches(',');
    let what = match is_tax {
        true => format!("CPU that {tls} adds to {request}"),
        false => format!("CPU of {request} over {tls}"),
    };
    let interval = format!("95 % of sampling one trial: {} to {}", number(us.low), number(us.high));
    let value = number(us.value);
    match shares.as_slice() {
        [] if *is_tax && us.high < 0.0 => {
            let (less, low, high) = (number(-us.value), number(-us.high), number(-us.low));
            format!(
                "{tls} adds no CPU to {request} ({model}/{client}), it takes {less} µs less than without TLS (95 % of \
                 sampling one trial: {low} to {high})."
            )
        }
        [] if *is_tax && us.low <= 0.0 => {
            format!("The {what} ({model}/{client}) is not told from nothing: {value} µs ({interval}).")
        }
        [] => format!(
            "The {what} ({model}/{client}) is not divided: its samples do not bear that ({value} µs; {interval})."
        ),
        shares => {
            let parts: Vec<String> = shares.iter().map(|share| part(share, us.value)).collect();
            format!("Of the {value} µs of {what} ({model}/{client}; {interval}), {}.", list(&parts))
        }
    }
}

/// `187 µs (80 %) is asymmetric cryptography`.
fn part(share: &Share, whole: f64) -> String {
    format!("{} µs ({:.0} %) is {}", number(share.us), share.us / whole * 100.0, share.group.name())
}
