//! The parts of a bill's TLS tax.

use profile::bill::{Class, Interval, Tax};

use super::group::Group;

/// What each group adds to a request, µs, the largest first.
pub fn by_group(tax: &Tax) -> Vec<(Group, f64)> {
    let sum = |group: Group| group.classes().map(|class| levy(tax, class).value).sum();
    let mut groups: Vec<(Group, f64)> = Group::ALL.map(|group| (group, sum(group))).into();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    groups
}

/// What a class adds to a request, µs.
pub fn levy(tax: &Tax, class: Class) -> Interval {
    tax.levies.iter().find(|levy| levy.class == class).map(|levy| levy.per_request_us).unwrap_or_default()
}
