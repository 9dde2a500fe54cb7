//! Sentences of the talk and of its use case.

use analysis::verdict::{Evidence, Fits, Staged, Way};

use super::quantity::{capital, count, list};
use crate::format::{grouped, number};

pub(super) fn staged(staged: &Staged) -> String {
    let Staged { requests, pair, expected, stages } = staged;
    let pair = pair.map_or_else(String::new, |(blocking, cooperative)| {
        let n = usize::try_from(*requests).map_or_else(|_| requests.to_string(), count);
        format!(
            "{} requests took {} blocking and {} cooperative, the same code{}. ",
            capital(&n),
            seconds(&blocking),
            seconds(&cooperative),
            once(&[blocking, cooperative])
        )
    });
    match (expected, stages) {
        (_, 0) => "No stage was run.".to_owned(),
        (expected, stages) if expected == stages => {
            format!("{pair}All {stages} trials of stages came out as expected.")
        }
        (expected, stages) => {
            format!("{pair}{} of {stages} trials of stages did NOT come out as expected.", stages - expected)
        }
    }
}

pub(super) fn fits(fits: &Fits) -> String {
    let Fits { requests, hosts, limit_s, ways } = fits;
    let (fit, too_long): (Vec<&Way>, Vec<&Way>) = ways.iter().partition(|way| way.seconds.figure.median <= *limit_s);
    let limit = format!("AWS Lambda's {} s", number(*limit_s));
    let told = |ways: &[&Way]| list(&ways.iter().map(|way| self::way(way)).collect::<Vec<_>>());
    let gets = format!("{} GETs of {hosts} hosts", grouped(*requests as f64));
    let all: Vec<Evidence> = ways.iter().map(|way| way.seconds).collect();
    let once = once(&all);
    match (fit.as_slice(), too_long.as_slice()) {
        ([], []) => format!("No way to make {gets} was tried."),
        (fit, []) => format!("{gets} fit {limit}: {}{once}.", told(fit)),
        ([], too_long) => format!("{gets} do not fit {limit}: {}{once}.", told(too_long)),
        (fit, too_long) => format!("{gets} fit {limit} {} and do not fit them {}{once}.", told(fit), told(too_long)),
    }
}

/// `one by one (1,420 s, extrapolated from 100 requests)`.
fn way(way: &Way) -> String {
    let Way { name, seconds, extrapolated_from } = way;
    let from = extrapolated_from
        .map_or_else(String::new, |requests| format!(", extrapolated from {} requests", grouped(requests as f64)));
    format!("{name} ({}{from})", self::seconds(seconds))
}

fn seconds(evidence: &Evidence) -> String {
    let seconds = evidence.figure.median;
    if seconds < 10.0 { format!("{seconds:.2} s") } else { format!("{} s", number(seconds)) }
}

/// How often these were measured, where that is too seldom for a claim.
fn once(all: &[Evidence]) -> &'static str {
    if all.iter().all(Evidence::claims) { "" } else { ", measured once each" }
}
