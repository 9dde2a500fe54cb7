//! Splits sentences at backticks, so that a page can set code in a different typeface.

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Whether it is code. Its backticks are removed.
    pub(crate) is_code: bool,
    /// The text of the part.
    pub(crate) text: String,
}

/// The parts of a sentence, in order. A backtick without a partner is kept.
pub(crate) fn marked(sentence: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = sentence;
    let mut take = |is_code, text: &str| {
        if !text.is_empty() {
            parts.push(Part { is_code, text: text.to_owned() });
        }
    };
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else { break };
        take(false, before);
        take(true, code);
        rest = after;
    }
    take(false, rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks_are_parts_of_their_own() {
        let told = |sentence| -> Vec<(bool, String)> {
            marked(sentence).into_iter().map(|part| (part.is_code, part.text)).collect()
        };
        let expected = [(false, "One ".to_owned()), (true, "Session()".into()), (false, " for all".into())];
        assert_eq!(told("One `Session()` for all"), expected);
        assert_eq!(told("`a`"), [(true, "a".to_owned())]);
        assert_eq!(told("a ` b"), [(false, "a ` b".to_owned())]);
    }
}
