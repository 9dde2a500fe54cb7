//! Builds lines of text for a terminal: wrapped, clipped, and with or without colour.

use std::fmt::Write;

use anstyle::Style;
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

use crate::observed::sanitize::{SENTENCE, sanitize};

/// The indentation of what belongs to a heading, columns.
pub(super) const INDENT: usize = 2;

/// A text that is being built.
pub(super) struct Sheet {
    text: String,
    /// The width of a line, columns.
    pub(super) width: usize,
    colour: bool,
}

impl Sheet {
    pub(super) fn new(width: usize, colour: bool) -> Sheet {
        Sheet { text: String::new(), width, colour }
    }

    /// Adds a line of pieces, each in its own style. Nothing is clipped: the caller makes the pieces fit.
    pub(super) fn line(&mut self, pieces: &[(Style, &str)]) {
        let last = pieces.iter().rposition(|(_, piece)| !piece.trim_end().is_empty());
        for (at, (style, piece)) in pieces.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            let piece = if Some(at) == last { piece.trim_end() } else { piece };
            // Writing to a string cannot fail.
            let _ = match self.colour && *style != Style::new() {
                true => write!(self.text, "{style}{piece}{style:#}"),
                false => write!(self.text, "{piece}"),
            };
        }
        self.text.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds a sentence, wrapped into as many lines as it takes. They are indented by `indent`, and the first one begins
    /// with `lead`.
    pub(super) fn paragraph(&mut self, style: Style, lead: &str, indent: usize, sentence: &str) {
        let blank = " ".repeat(indent);
        let lead = format!("{lead}{}", " ".repeat(indent.saturating_sub(display_width(lead))));
        let options = Options::new(self.width)
            .initial_indent(&lead)
            .subsequent_indent(&blank)
            // A command must not be broken at its hyphens.
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(&sanitize(sentence, SENTENCE), options) {
            self.line(&[(style, line.as_ref())]);
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// `text` in exactly `width` columns: clipped, or padded with spaces.
pub(super) fn fitted(text: &str, width: usize) -> String {
    let whole = display_width(text);
    if whole <= width {
        return format!("{text}{}", " ".repeat(width - whole));
    }
    let mut clipped = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = display_width(c.encode_utf8(&mut [0; 4]));
        if used + wide >= width {
            break;
        }
        clipped.push(c);
        used += wide;
    }
    if width > 0 {
        clipped.push('…');
        used += 1;
    }
    format!("{clipped}{}", " ".repeat(width.saturating_sub(used)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_count_as_two_columns() {
        assert_eq!(fitted("日本語", 6), "日本語");
        assert_eq!(fitted("日本語", 5), "日本…");
        assert_eq!(fitted("日本語", 4), "日… ");
        assert_eq!(fitted("ab", 4), "ab  ");
    }

    #[test]
    fn what_is_longer_than_a_line_is_wrapped_even_without_blanks() {
        let mut sheet = Sheet::new(20, false);
        sheet.paragraph(Style::new(), "cost", 6, &"x".repeat(50));
        let text = sheet.finish();
        assert!(text.starts_with("cost  xxx"), "{text}");
        assert!(text.lines().all(|line| display_width(line) <= 20), "{text}");
    }

    #[test]
    fn colour_is_put_on_and_taken_off() {
        let mut sheet = Sheet::new(20, true);
        sheet.line(&[(Style::new().bold(), "a"), (Style::new(), "b  ")]);
        assert_eq!(sheet.finish(), "\u{1b}[1ma\u{1b}[0mb\n");
    }
}
