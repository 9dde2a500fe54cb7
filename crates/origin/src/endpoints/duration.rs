//! Parses durations as go-httpbin does: in Go's notation (`1.5s`, `2m30s`), or as a number of seconds.

use super::strconv;

/// The longest delay, ns: 10 minutes, as the origin in Go is configured. go-httpbin's default of 10 s is too short for
/// some workloads.
const LONGEST: i128 = 600_000_000_000;

/// Go's units, in ns. There are two Unicode characters for `µ`.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Parses a duration from 0 to [`LONGEST`], in ns. An error has go-httpbin's wording.
pub(super) fn parse_bounded(text: &str) -> Result<u64, String> {
    let duration = match parse(text) {
        Some(nanoseconds) => nanoseconds,
        // go-httpbin truncates to whole milliseconds.
        None => (strconv::parse_float(text)? * 1e3) as i128 * 1_000_000,
    };
    if duration > LONGEST {
        return Err(format!("duration {} longer than {}", show(duration), show(LONGEST)));
    }
    u64::try_from(duration).map_err(|_| format!("duration {} shorter than 0s", show(duration)))
}

/// Go's `time.ParseDuration`, ns.
fn parse(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let number_ends = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_ends);
        let unit_ends = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_ends);
        let (_, scale) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(scaled(number, scale)?)?;
        rest = after;
    }
    // Go's durations are 64 bits wide.
    i64::try_from(total).ok()?;
    Some(if negative { -total } else { total })
}

/// `number` (digits with at most one point) times `scale`, truncated to nanoseconds.
fn scaled(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || whole.len() > 19 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanoseconds = whole.checked_mul(scale)?;
    let mut place = scale;
    for digit in fraction.chars().filter_map(|digit| digit.to_digit(10)) {
        // Digits below a nanosecond of the largest unit add nothing; with 20 digits the arithmetic is exact.
        nanoseconds = nanoseconds.checked_add(i128::from(digit) * place / 10)?;
        place /= 10;
    }
    Some(nanoseconds)
}

/// Go's `Duration.String`: the largest unit first, no unit that is zero before it, no zeros after the last digit.
fn show(duration: i128) -> String {
    let sign = if duration < 0 { "-" } else { "" };
    let ns = duration.unsigned_abs();
    let fraction = |unit: u128, name: &str| format!("{sign}{}{name}", decimal(ns, unit));
    match ns {
        0 => "0s".to_owned(),
        1..1_000 => fraction(1, "ns"),
        1_000..1_000_000 => fraction(1_000, "\u{b5}s"),
        1_000_000..1_000_000_000 => fraction(1_000_000, "ms"),
        _ => {
            let minute = 60_000_000_000;
            let seconds = decimal(ns % minute, 1_000_000_000);
            match (ns / minute / 60, ns / minute % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `ns / unit` in decimal, where `unit` is a power of ten.
fn decimal(ns: u128, unit: u128) -> String {
    let digits = unit.ilog10() as usize;
    let rest = ns % unit;
    if rest == 0 {
        return (ns / unit).to_string();
    }
    format!("{}.{}", ns / unit, format!("{rest:0digits$}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_are_read() {
        let cases = [
            ("0", 0),
            ("1", 1_000_000_000),
            ("0.2", 200_000_000),
            ("0.0019", 1_000_000),
            ("1.5s", 1_500_000_000),
            ("100ms", 100_000_000),
            ("1s500ms", 1_500_000_000),
            (".5s", 500_000_000),
            ("2.25ms", 2_250_000),
            ("10", 10_000_000_000),
            ("7us", 7_000),
        ];
        for (text, nanoseconds) in cases {
            assert_eq!(parse_bounded(text), Ok(nanoseconds), "{text}");
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_in_gos_words() {
        let cases = [
            ("601", "duration 10m1s longer than 10m0s"),
            ("1h1m1.5s", "duration 1h1m1.5s longer than 10m0s"),
            ("-1", "duration -1s shorter than 0s"),
            ("-1500us", "duration -1.5ms shorter than 0s"),
            ("abc", "strconv.ParseFloat: parsing \"abc\": invalid syntax"),
            ("1.2.3s", "strconv.ParseFloat: parsing \"1.2.3s\": invalid syntax"),
            ("9999999999999999999999h", "strconv.ParseFloat: parsing \"9999999999999999999999h\": invalid syntax"),
        ];
        for (text, reason) in cases {
            assert_eq!(parse_bounded(text).unwrap_err(), reason, "{text}");
        }
    }
}
