//! The screen that text is drawn for: how wide it is, and how much is asked for. Prose is wrapped between words, and the
//! verdict stands out.

use anstyle::Style;
use textwrap::{Options, WordSplitter};

/// What is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Screen {
    /// Its columns; `None` where there is no terminal.
    pub width: Option<u16>,
    /// Whether details are asked for.
    pub verbose: bool,
}

/// The verdict's style. Whoever writes it leaves styles out where there is no terminal, or `NO_COLOR` is set.
const VERDICT: Style = Style::new().bold();

impl Screen {
    /// Lines of prose, each wrapped between words; as they are where there is no terminal.
    pub fn prose(&self, text: &str) -> String {
        match self.width {
            None => text.to_owned(),
            Some(width) => {
                let options = Options::new(usize::from(width).max(1));
                let options = options.break_words(false).word_splitter(WordSplitter::NoHyphenation);
                text.lines().map(|line| textwrap::fill(line, &options)).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// The sentences of a verdict, a paragraph each, with a blank line behind them.
    pub fn verdict(&self, sentences: &[String]) -> String {
        let lines = sentences.iter().map(|said| format!("{VERDICT}{}{VERDICT:#}\n", self.prose(said)));
        format!("{}\n", lines.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_broken() {
        let screen = Screen { width: Some(12), verbose: false };
        assert_eq!(screen.prose("a/very/long-name/of-a-cell costs 3 µs"), "a/very/long-name/of-a-cell\ncosts 3 µs");
        assert_eq!(Screen::default().prose("as it is "), "as it is ");
    }
}
