//! Figures in readable form: at most three significant digits, with a unit and an interval.

use analysis::figure::Figure;

/// A number in as few digits as its size allows: `0.53`, `7.1`, `243`, `41,200`.
pub fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 1.0 => format!("{value:.2}"),
        size if size < 20.0 => format!("{value:.1}"),
        size if size < 1000.0 => format!("{value:.0}"),
        _ => grouped(value),
    }
}

/// A whole number with separators for thousands: `41,200`.
pub fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

/// A time given in ns: `85 µs`, `1.20 ms`, `3.25 s`.
pub fn time(ns: f64) -> String {
    match ns {
        ns if ns < 1e6 => format!("{} µs", number(ns / 1e3)),
        ns if ns < 1e9 => format!("{} ms", number(ns / 1e6)),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

/// A size given in bytes, in MiB: `12.4 MiB`. Empty for 0, which means that it is not known.
pub fn memory(bytes: f64) -> String {
    if bytes == 0.0 {
        return String::new();
    }
    format!("{:.1} MiB", bytes / f64::from(1 << 20))
}

/// A median with its interval: `243 (231–260)`. One round has no interval.
pub fn with_interval(figure: &Figure) -> String {
    ranged(figure.median, figure.low, figure.high)
}

/// A number with both ends of its interval, which is omitted if both look the same.
pub fn ranged(middle: f64, low: f64, high: f64) -> String {
    let (low, high) = (number(low), number(high));
    match low == high {
        true => number(middle),
        false => format!("{} ({low}–{high})", number(middle)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_size() {
        let texts = [0.0, 0.527, 7.06, 243.4, 41_234.0, 1_234_567.0, -5.0].map(number);
        assert_eq!(texts, ["0", "0.53", "7.1", "243", "41,234", "1,234,567", "-5.0"]);
    }

    #[test]
    fn times_and_sizes_carry_their_unit() {
        assert_eq!([85_000.0, 1.2e6, 3.25e9].map(time), ["85 µs", "1.2 ms", "3.25 s"]);
        assert_eq!(memory(13_002_342.0), "12.4 MiB");
    }
}
