//! Formats figures for sentences.

/// A time in a suitable unit.
pub(crate) fn time(ns: u64) -> String {
    match ns {
        0..10_000 => format!("{ns} ns"),
        10_000..1_000_000 => format!("{} µs", ns / 1_000),
        1_000_000..10_000_000 => format!("{:.1} ms", ns as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{:.0} ms", ns as f64 / 1e6),
        1_000_000_000..10_000_000_000 => format!("{:.2} s", ns as f64 / 1e9),
        _ => format!("{:.1} s", ns as f64 / 1e9),
    }
}

/// `part` of `whole`, as a percentage.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    percent_of(share(part, whole))
}

/// A share as a percentage.
pub(crate) fn percent_of(part: f64) -> String {
    format!("{:.0} %", 100.0 * part)
}

/// The share of `part` in `whole`; 0 if `whole` is 0.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// `1 request`, `3 requests`.
pub(crate) fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// `1 request was`, `3 requests were`.
pub(crate) fn were(number: u64, one: &str) -> String {
    format!("{} {}", count(number, one), if number == 1 { "was" } else { "were" })
}
