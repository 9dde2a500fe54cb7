//! Parses escapes and query arguments of a request's target as Go's `net/url` does.

use std::collections::BTreeMap;

/// Names and their values, sorted by name, as Go's JSON encoder sorts them.
pub(super) type Values = BTreeMap<String, Vec<String>>;

/// The arguments of a query by name. As in Go, a pair with a semicolon or an invalid escape is left out.
pub(super) fn arguments(query: &str) -> Values {
    let mut arguments = Values::new();
    for (name, value) in pairs(query) {
        arguments.entry(name).or_default().push(value);
    }
    arguments
}

/// The first value of `name`.
pub(super) fn first(query: &str, name: &str) -> Option<String> {
    pairs(query).find(|(candidate, _)| candidate == name).map(|(_, value)| value)
}

fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')).filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((unescape(name, true)?, unescape(value, true)?))
    })
}

/// Decodes percent-escapes and, in queries, `+` as a space. `None` if an escape is invalid.
pub(super) fn unescape(text: &str, plus_is_space: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (high, low) = (hexadecimal(rest.next()?)?, hexadecimal(rest.next()?)?);
                high << 4 | low
            }
            b'+' if plus_is_space => b' ',
            byte => byte,
        });
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_broken_ones_left_out() {
        let wanted = Values::from([("a b".to_owned(), vec!["1+".to_owned(), String::new()])]);
        assert_eq!(arguments("a+b=1%2B&&a%20b&c=%zz&d=1;e=2"), wanted);
        assert_eq!(first("seed=1&seed=2", "seed").as_deref(), Some("1"));
        assert_eq!(unescape("1+%2", false), None);
    }
}
