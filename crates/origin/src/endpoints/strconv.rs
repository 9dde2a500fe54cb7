//! Parses numbers as Go's `strconv` does, with the same error messages, which are part of error responses.

use std::fmt::Display;
use std::num::{IntErrorKind, ParseIntError};
use std::str::FromStr;

/// `strconv.Atoi`.
pub(super) fn atoi(text: &str) -> Result<i64, String> {
    integer("Atoi", text)
}

/// `strconv.ParseInt(text, 10, 64)`.
pub(super) fn parse_int(text: &str) -> Result<i64, String> {
    integer("ParseInt", text)
}

/// `strconv.ParseFloat(text, 64)`, without hexadecimal. Infinity and NaN are refused, because they make no sense here.
pub(super) fn parse_float(text: &str) -> Result<f64, String> {
    let refused = |reason: &str| refusal("ParseFloat", text, reason);
    let number: f64 = text.parse().map_err(|_| refused("invalid syntax"))?;
    if number.is_finite() { Ok(number) } else { Err(refused("value out of range")) }
}

fn integer<T: FromStr<Err = ParseIntError>>(function: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error: ParseIntError| {
        let reason = match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
            _ => "invalid syntax",
        };
        refusal(function, text, reason)
    })
}

fn refusal(function: &str, text: &str, reason: impl Display) -> String {
    format!("strconv.{function}: parsing {text:?}: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_refused_in_gos_words() {
        assert_eq!(atoi("+7"), Ok(7));
        assert_eq!(atoi("x").unwrap_err(), "strconv.Atoi: parsing \"x\": invalid syntax");
        assert_eq!(
            parse_int("9223372036854775808").unwrap_err(),
            "strconv.ParseInt: parsing \"9223372036854775808\": value out of range"
        );
        assert_eq!(parse_float("1e400").unwrap_err(), "strconv.ParseFloat: parsing \"1e400\": value out of range");
    }
}
