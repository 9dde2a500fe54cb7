//! Makes text from networks and command lines safe to show: nothing in it moves the cursor, reverses the writing
//! direction, or is endlessly long.

/// `text` without control and direction characters, cut to at most `most` characters, the last of which is then `…`.
pub(crate) fn sanitize(text: &str, most: usize) -> String {
    let mut plain: String = text.chars().take(most).map(harmless).collect();
    if text.chars().nth(most).is_some() {
        plain.pop();
        plain.push('…');
    }
    plain
}

fn harmless(c: char) -> char {
    match c {
        '\n' | '\t' => ' ',
        c if terminal::is_instruction(c) => '\u{fffd}',
        c => c,
    }
}

/// The longest host name that is shown, characters: the longest of the DNS, and a port.
pub(crate) const NAME: usize = 260;

/// The longest sentence that is shown, characters.
pub(crate) const SENTENCE: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_taken_out() {
        assert_eq!(sanitize("a\u{1b}[31mb\u{202e}c\nd", 99), "a\u{fffd}[31mb\u{fffd}c d");
    }

    #[test]
    fn what_is_too_long_says_so() {
        assert_eq!(sanitize("abcdef", 6), "abcdef");
        assert_eq!(sanitize("abcdefg", 6), "abcde…");
    }
}
