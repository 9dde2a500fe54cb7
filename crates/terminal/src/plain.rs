//! Text without instructions to a terminal.
//!
//! Reasons of engines, names of origins and the strings of result files come from elsewhere. A terminal would obey what
//! some of their characters say: set its title, move its cursor, write from right to left.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a terminal may take `c` for an instruction: the control characters C0, DEL and C1, the separators of lines
/// and paragraphs, and the formatting characters of the Unicode bidirectional algorithm (UAX #9).
pub fn is_instruction(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` as one line that gives a terminal no instructions: each of them is shown as Rust writes it, e.g. `\n` or
/// `\u{1b}`.
pub fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |c, _| !is_instruction(c))
}

/// The text of a JSON document whose strings are [`plain`] when they are decoded. To be called before decoding, on
/// whatever was written by somebody else: so no field is forgotten.
pub fn plain_json(json: &str) -> Cow<'_, str> {
    if !json.contains(|c: char| c == '\\' || (is_instruction(c) && !is_json_space(c))) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '\\' || (is_instruction(c) && !is_json_space(c))) {
        safe.push_str(&rest[..at]);
        rest = &rest[at..];
        let (instruction, length) = decoded(rest);
        match instruction {
            // The backslash of the shown character is itself escaped: it is to be decoded as a backslash.
            Some(c) => safe.extend(['\\'].into_iter().chain(c.escape_default())),
            None => safe.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

/// The instruction that `text` begins with, raw or as an escape of JSON, and how many bytes it is written with. `None`
/// for an escape of something else.
fn decoded(text: &str) -> (Option<char>, usize) {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or_default();
    if first != '\\' {
        return (Some(first), first.len_utf8());
    }
    let Some(second) = chars.next() else { return (None, 1) };
    let length = 1 + second.len_utf8();
    match second {
        'b' => (Some('\u{8}'), length),
        'f' => (Some('\u{c}'), length),
        'n' => (Some('\n'), length),
        'r' => (Some('\r'), length),
        't' => (Some('\t'), length),
        'u' => {
            let code = text.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            match code.and_then(char::from_u32).filter(|c| is_instruction(*c)) {
                Some(c) => (Some(c), 6),
                None => (None, length),
            }
        }
        _ => (None, length),
    }
}

/// White space between the values of a document; within a string it is no JSON.
fn is_json_space(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t')
}

/// What may stand in the text of a whole answer: lines, tabs, and the styles that a table or a finding is drawn with.
pub(crate) fn answer(text: &str) -> Cow<'_, str> {
    escaped(text, |c, rest| matches!(c, '\n' | '\t') || !is_instruction(c) || (c == '\u{1b}' && is_style(rest)))
}

/// Whether `text`, which begins with ESC, begins with a style: `ESC [ digits and ; m`.
fn is_style(text: &str) -> bool {
    let parameters = text.strip_prefix("\u{1b}[").unwrap_or_default();
    parameters.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m')
}

/// JSON with the same meaning, whose strings hold no instruction but as an escape of JSON. serde_json escapes those
/// below U+0020 alone.
pub(crate) fn answer_in_json(json: &str) -> Cow<'_, str> {
    let is_raw = |c: char| is_instruction(c) && !is_json_space(c);
    if !json.contains(is_raw) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_raw(c) {
            // All of them are in the basic plane, so that one escape is enough. Writing into a string does not fail.
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// `text` with every character that `passes` refuses shown instead of sent. `passes` is told what follows, too.
fn escaped(text: &str, passes: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    let Some((first, _)) = text.char_indices().find(|(at, c)| !passes(*c, &text[*at..])) else {
        return Cow::Borrowed(text);
    };
    let mut safe = String::with_capacity(text.len() + 16);
    safe.push_str(&text[..first]);
    for (at, c) in text[first..].char_indices() {
        if passes(c, &text[first + at..]) {
            safe.push(c);
        } else {
            safe.extend(c.escape_default());
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instructions of every kind: a title, a colour, C1's CSI, a direction, lines, DEL.
    const EVIL: &str = "a\u{1b}]0;pwned\u{7}\u{1b}[31mred\u{9b}2J\u{202e}back\r\nrow\u{2028}\u{7f}z µ – é";

    #[test]
    fn data_is_one_line_without_instructions() {
        let safe = plain(EVIL);
        assert_eq!(safe, r"a\u{1b}]0;pwned\u{7}\u{1b}[31mred\u{9b}2J\u{202e}back\r\nrow\u{2028}\u{7f}z µ – é");
        assert!(matches!(plain("µs – é 東"), Cow::Borrowed(_)));
        assert_eq!(plain(&safe), safe, "what is plain stays as it is");
    }

    #[test]
    fn an_answer_keeps_lines_and_styles_alone() {
        assert!(matches!(answer("\u{1b}[1;31mred\u{1b}[0m\n\tµs"), Cow::Borrowed(_)));
        assert_eq!(answer("\u{1b}[2J\u{1b}]0;x\u{7}\r\u{9b}m\u{1b}"), r"\u{1b}[2J\u{1b}]0;x\u{7}\r\u{9b}m\u{1b}");
    }

    /// As serde_json writes it, all escapes where `ascii`.
    fn in_json(text: &str, ascii: bool) -> String {
        let escape = |c: char| match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            c if c < ' ' || (ascii && !c.is_ascii()) => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        };
        format!("{{\n\t\"reason\": \"{}\"\n}}", text.chars().map(escape).collect::<String>())
    }

    #[test]
    fn strings_of_a_document_are_plain_however_they_are_written() {
        // A backslash before an escape must not be taken for its beginning.
        let text = format!("\\{EVIL}\\\\n \"quoted\" \\u001b");
        for ascii in [false, true] {
            let safe = plain_json(&in_json(&text, ascii)).into_owned();
            let expected = in_json(&plain(&text), false);
            let decoded = safe.replace("\\u00b5", "µ").replace("\\u2013", "–").replace("\\u00e9", "é");
            assert_eq!(decoded, expected, "ascii: {ascii}");
        }
        assert!(matches!(plain_json("{\n  \"a\": [1, \"µs\"]\r\n}"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_cut_or_no_json_passes_through() {
        for text in ["\\", "\\u", "\\u12", "\"\\uzzzz\"", "\\µ", "{\"a\":\"\\ud83d\\ude00\"}"] {
            assert_eq!(plain_json(text), text);
        }
    }

    #[test]
    fn json_that_is_printed_says_the_same() {
        assert_eq!(answer_in_json("{\"a\": \"x\u{9b}\u{202e}µ\\n\"}\n"), "{\"a\": \"x\\u009b\\u202eµ\\n\"}\n");
    }
}
