//! Texts of a row: its rate, what TLS adds, what is in flight, and notes on its trials.

use analysis::drift::is_unsteady;
use analysis::figure::Figure;
use analysis::row::{Figures, Row};
use measure::result::{Flag, Terms};

use crate::format::number;
use crate::open_loop;

/// A rate that the origin limited is a lower bound.
pub(crate) fn rate(row: &Row, figures: &Figures) -> String {
    let bound = if row.flags.contains(&Flag::OriginBound) { "≥ " } else { "" };
    format!("{bound}{}", number(figures.per_second.median))
}

/// The rate with marks for what affected its trials.
pub(crate) fn per_second(row: &Row, figures: &Figures) -> String {
    rate(row, figures) + &marks(row)
}

/// Marks for what the network did to the trial, and for unsteady latency. Full client CPUs are the normal case and only
/// shown in the data; the other flags have marks of their own.
pub(crate) fn marks(row: &Row) -> String {
    let of_network = [Flag::TimeWait, Flag::ListenOverflow];
    let seen = of_network.iter().filter(|flag| row.flags.contains(flag)).map(|flag| flag.mark());
    let marks: Vec<&str> = seen.chain(is_unsteady(row).then_some("not steady")).collect();
    if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) }
}

/// The most requests in flight, counted by the client.
pub(crate) fn in_flight(row: &Row, figures: &Figures) -> String {
    marked(row, most(figures.client_in_flight))
}

/// `64/61`: counted by the client and by the origin.
pub(crate) fn both_in_flight(row: &Row, figures: &Figures) -> String {
    marked(row, format!("{}/{}", most(figures.client_in_flight), most(figures.in_flight)))
}

fn most(figure: Option<Figure>) -> String {
    figure.map_or_else(|| "–".to_owned(), |most| format!("{:.0}", most.median))
}

/// Marked if it is far below the concurrency.
fn marked(row: &Row, in_flight: String) -> String {
    if row.flags.contains(&Flag::FewInFlight) { format!("{in_flight} few") } else { in_flight }
}

/// What TLS adds: CPU, the ratio to the plain request, and round trips.
pub(crate) fn tax(figures: &Figures) -> String {
    let Some(tax) = figures.tls_tax else { return String::new() };
    let Figure { median, low, high, .. } = tax.ratio;
    let range = if low == high { String::new() } else { format!(", {low:.1}–{high:.1}") };
    let far = figures.round_trips.map_or_else(String::new, |trips| format!(" +{:.1} RTT", trips.median));
    format!("{:+.1} (×{median:.1}{range}){far}", tax.added_us.median)
}

/// The same without intervals and round trips.
pub(crate) fn short_tax(figures: &Figures) -> String {
    let tax = figures.tls_tax;
    tax.map_or_else(String::new, |tax| format!("{:+.1} (×{:.1})", tax.added_us.median, tax.ratio.median))
}

/// What stands beside every row whose client verified nothing.
pub(crate) const NOT_VERIFIED: &str = "not verified";

/// The terms of the row, and notes on its trials.
pub(crate) fn notes(row: &Row) -> String {
    let terms = match row.terms {
        Terms::Pinned => None,
        Terms::Pooled => Some("pool of its own".to_owned()),
        Terms::Stock => Some("own defaults, not compared".to_owned()),
        Terms::Command => Some("program, responses not checked".to_owned()),
        Terms::Floor => Some("floor".to_owned()),
    };
    let seen = row.seen.as_ref().filter(|_| !row.terms.compares());
    let seen = seen.map(|seen| format!("{} connections per request", number(seen.accepts_per_request)));
    let unproven = row.unproven.then(|| "unproven".to_owned());
    let not_verified = row.not_verified.then(|| NOT_VERIFIED.to_owned());
    let invalid: usize = row.invalid.values().sum();
    let invalid = (invalid > 0).then(|| format!("{invalid} invalid"));
    let flags = row.flags.iter().map(|flag| flag.mark().to_owned());
    let unsteady = is_unsteady(row).then(|| "not steady".to_owned());
    terms
        .into_iter()
        .chain(seen)
        .chain(unproven)
        .chain(not_verified)
        .chain(invalid)
        .chain(flags)
        .chain(unsteady)
        .chain(open_loop::note(row))
        .collect::<Vec<_>>()
        .join(", ")
}
