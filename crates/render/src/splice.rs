//! Updates parts of a text file: the text between two markers is replaced by what the figures say.
//!
//! A part begins with `<!-- tlstax report: NAME -->`, or `NAME ARGUMENT`, and ends with `<!-- tlstax report end -->`.
//! Everything else is kept, byte for byte, and so are parts that this run cannot write: a text may have parts of
//! several runs.

/// A part, as its marker names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its name.
    pub name: &'a str,
    /// The text after the name, if there is any.
    pub argument: &'a str,
}

/// Why a file could not be spliced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// A part does not end.
    #[error("line {line}: the part {name:?} has no end: write {END} behind it")]
    Endless {
        /// The marker's line.
        line: usize,
        /// The part.
        name: String,
    },
    /// There is no such part.
    #[error("line {line}: there is no part {name:?}: there are {known}")]
    Unknown {
        /// The marker's line.
        line: usize,
        /// The part.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// There are parts, but this run can write none of them.
    #[error("none of its parts is about this run, which could write {writable}")]
    NoMatter {
        /// The parts that it could write.
        writable: String,
    },
    /// There is no marker at all.
    #[error("there is no marker in it: write {BEGIN}table --> and {END} where the table goes")]
    NoMarker,
}

const BEGIN: &str = "<!-- tlstax report: ";
const END: &str = "<!-- tlstax report end -->";

/// Replaces every part of `text` that is in `writable` by the result of `write`; `known` are all parts.
///
/// # Errors
///
/// When a part is unknown or has no end, and when there is none to write.
pub fn splice(
    text: &str,
    known: &[&str],
    writable: &[&str],
    mut write: impl FnMut(Part<'_>) -> String,
) -> Result<String, SpliceError> {
    let mut spliced = String::with_capacity(text.len());
    let mut rest = text;
    let (mut parts, mut written) = (0, 0);
    while let Some(at) = rest.find(BEGIN) {
        let line = text[..text.len() - rest.len() + at].lines().count() + 1;
        let marked = &rest[at + BEGIN.len()..];
        let (marker, behind) = marked.split_once("-->").unwrap_or((marked, ""));
        let marker = marker.trim();
        let (name, argument) = marker.split_once(' ').unwrap_or((marker, ""));
        let name_owned = name.to_owned();
        if !known.contains(&name) {
            return Err(SpliceError::Unknown { line, name: name_owned, known: known.join(", ") });
        }
        // An end marker after the beginning of the next part belongs to that part.
        let Some((between, after)) = behind.split_once(END).filter(|(between, _)| !between.contains(BEGIN)) else {
            return Err(SpliceError::Endless { line, name: name_owned });
        };
        spliced.push_str(&rest[..rest.len() - behind.len()]);
        if writable.contains(&name) {
            spliced.push('\n');
            spliced.push_str(write(Part { name, argument: argument.trim() }).trim_end());
            spliced.push('\n');
            written += 1;
        } else {
            spliced.push_str(between);
        }
        spliced.push_str(END);
        rest = after;
        parts += 1;
    }
    spliced.push_str(rest);
    match (parts, written) {
        (0, _) => Err(SpliceError::NoMarker),
        (_, 0) => Err(SpliceError::NoMatter { writable: writable.join(", ") }),
        _ => Ok(spliced),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A\n<!-- tlstax report: pictures docs/p -->\nold\n<!-- tlstax report end -->\nrest\n";

    #[test]
    fn what_stands_between_is_replaced_again_and_again() {
        let write = |part: Part<'_>| format!("{} of {}", part.name, part.argument);
        let once = splice(TEXT, &["pictures"], &["pictures"], write).unwrap();
        let expected =
            "# A\n<!-- tlstax report: pictures docs/p -->\npictures of docs/p\n<!-- tlstax report end -->\nrest\n";
        assert_eq!(once, expected);
        assert_eq!(splice(&once, &["pictures"], &["pictures"], write).unwrap(), once);
    }

    #[test]
    fn parts_of_another_run_are_left_alone() {
        let text = format!("{TEXT}<!-- tlstax report: bill -->\nold\n\n<!-- tlstax report end -->");
        let known = ["pictures", "bill"];
        let spliced = splice(&text, &known, &["bill"], |part| part.name.to_owned()).unwrap();
        let begins = format!("{TEXT}<!-- tlstax report: bill -->\nbill\n");
        assert!(spliced.starts_with(&begins), "{spliced}");
        let refused = splice(TEXT, &known, &["bill"], |_| String::new()).unwrap_err();
        assert!(refused.to_string().contains("none of its parts is about this run, which could write bill"));
    }

    #[test]
    fn what_cannot_be_spliced_is_named() {
        let splice = |text| splice(text, &["table"], &["table"], |_| String::new()).unwrap_err().to_string();
        assert!(splice(TEXT).contains("line 2: there is no part \"pictures\""));
        assert!(splice("\n<!-- tlstax report: table -->\n").contains("line 2: the part \"table\" has no end"));
        let next = "<!-- tlstax report: table -->\nmine\n<!-- tlstax report: table -->\n<!-- tlstax report end -->";
        assert!(splice(next).contains("line 1: the part \"table\" has no end"), "the next part's end is not its own");
        assert!(splice("nothing").contains("no marker"));
    }
}
