//! Selects cells by words, which match components of a cell's name, and by patterns over the whole name.

use std::borrow::Cow;

use regex::Regex;

use crate::Cell;

/// The user's selection: words and patterns as given on the command line.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    words: Vec<String>,
    patterns: Vec<Regex>,
}

/// Why a selection chose nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// A pattern is not a regular expression.
    #[error("-f {pattern:?} is not a regular expression: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// The error of the regular-expression engine.
        reason: String,
    },
    /// A word is no component of any cell.
    #[error("no cell has {word:?} in its name{}", did_you_mean(.nearest))]
    UnknownWord {
        /// The word.
        word: String,
        /// Components with a similar spelling, the most similar first.
        nearest: Vec<String>,
    },
    /// Words and patterns are valid, but no cell matches all of them.
    #[error("no cell matches {given}{}; `tlstax list` names them all", did_you_mean(.nearest))]
    Nothing {
        /// The words and patterns.
        given: String,
        /// Cells with a similar spelling, the most similar first.
        nearest: Vec<String>,
    },
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(", ")),
    }
}

impl Selection {
    /// Takes words (each a component such as `smol`, components that belong together such as `smol/hyper`, or a whole
    /// cell's name) and regular expressions over whole names.
    pub fn new(words: &[String], patterns: &[String]) -> Result<Selection, SelectError> {
        let compile = |pattern: &String| {
            Regex::new(pattern).map_err(|error| SelectError::Pattern {
                pattern: pattern.clone(),
                reason: error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
            })
        };
        let patterns = patterns.iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Selection { words: words.to_vec(), patterns })
    }

    /// Whether neither words nor patterns were given.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.patterns.is_empty()
    }

    /// The chosen cells of `cells`, in their order. Words for the same component are alternatives (`smol
    /// tokio-current`), and so are words that join components (`smol/hyper threads/ureq`); words for different ones must
    /// all hold, and a cell must match one pattern where any is given.
    pub fn choose(&self, cells: &[Cell]) -> Result<Vec<Cell>, SelectError> {
        let mut wanted: [Vec<&str>; 4] = Default::default();
        let (mut joined, mut whole) = (Vec::new(), Vec::new());
        for word in &self.words {
            match place_of(word, cells) {
                Some(Place::Component(index)) => wanted[index].push(word),
                Some(Place::Joined) => joined.push(word.as_str()),
                Some(Place::Whole) => whole.push(word.as_str()),
                None => return Err(unknown(word, cells)),
            }
        }
        let by_words = |cell: &Cell| {
            let all_parts =
                wanted.iter().zip(cell.components()).all(|(w, part)| w.is_empty() || w.contains(&part.as_ref()));
            let any_part = wanted.iter().any(|w| !w.is_empty()) || !joined.is_empty();
            let any_joined = joined.is_empty() || joined.iter().any(|word| has_joined(cell, word));
            let by_parts = all_parts && any_joined && (any_part || whole.is_empty());
            by_parts || whole.contains(&cell.to_string().as_str())
        };
        let by_patterns =
            |cell: &Cell| self.patterns.is_empty() || self.patterns.iter().any(|p| p.is_match(&cell.to_string()));
        let chosen: Vec<Cell> = cells.iter().filter(|cell| by_words(cell) && by_patterns(cell)).cloned().collect();
        match chosen.is_empty() {
            false => Ok(chosen),
            true => Err(self.nothing(cells)),
        }
    }

    fn nothing(&self, cells: &[Cell]) -> SelectError {
        let given: Vec<&str> =
            self.words.iter().map(String::as_str).chain(self.patterns.iter().map(Regex::as_str)).collect();
        let given = given.join(" ");
        let sought = given.replace(['^', '$', '\\'], "").replace(' ', "/");
        let nearest = nearest(&sought, cells.iter().map(Cell::to_string));
        SelectError::Nothing { given, nearest }
    }
}

enum Place {
    Component(usize),
    /// Several components that follow each other.
    Joined,
    Whole,
}

/// Whether the components of `word` follow each other in the cell's name.
fn has_joined(cell: &Cell, word: &str) -> bool {
    let (components, wanted) = (cell.components(), word.split('/').collect::<Vec<_>>());
    components.windows(wanted.len()).any(|components| components.iter().zip(&wanted).all(|(own, want)| own == want))
}

fn place_of(word: &str, cells: &[Cell]) -> Option<Place> {
    let component = (0..4).find(|&index| cells.iter().any(|cell| cell.components()[index] == word));
    match component {
        Some(index) => Some(Place::Component(index)),
        None if cells.iter().any(|cell| cell.to_string() == word) => Some(Place::Whole),
        None => (word.contains('/') && cells.iter().any(|cell| has_joined(cell, word))).then_some(Place::Joined),
    }
}

fn unknown(word: &str, cells: &[Cell]) -> SelectError {
    let nearest = match word.contains('/') {
        true => nearest(word, cells.iter().map(Cell::to_string)),
        false => nearest(word, cells.iter().flat_map(|cell| cell.components().map(Cow::into_owned))),
    };
    SelectError::UnknownWord { word: word.to_owned(), nearest }
}

/// At most three names with a spelling similar to `sought`, the most similar first.
fn nearest(sought: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    // Jaro-Winkler favours a common beginning, which fits typical typing errors; below 0.75 suggestions are noise.
    let mut close: Vec<(f64, String)> = names
        .map(|name| (strsim::jaro_winkler(sought, &name), name))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .collect();
    close.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    close.dedup_by(|a, b| a.1 == b.1);
    close.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells() -> Vec<Cell> {
        ["threads/ureq", "smol/hyper", "tokio-current/hyper"]
            .iter()
            .flat_map(|pair| ["plain", "rustls"].iter().map(move |tls| format!("{pair}/{tls}")))
            .flat_map(|stem| Connection::MATRIX.iter().map(move |kind| format!("{stem}/{kind}").parse().unwrap()))
            .collect()
    }

    use crate::Connection;

    fn choose(words: &[&str], patterns: &[&str]) -> Result<Vec<String>, SelectError> {
        let owned = |texts: &[&str]| texts.iter().map(|t| t.to_string()).collect::<Vec<_>>();
        let chosen = Selection::new(&owned(words), &owned(patterns))?.choose(&cells())?;
        Ok(chosen.iter().map(Cell::to_string).collect())
    }

    #[test]
    fn words_narrow_by_component_and_widen_within_one() {
        assert_eq!(choose(&["smol", "rustls", "new-conn"], &[]).unwrap(), ["smol/hyper/rustls/new-conn"]);
        assert_eq!(choose(&["smol", "threads", "plain", "new-conn"], &[]).unwrap().len(), 2);
        assert_eq!(choose(&[], &[]).unwrap().len(), 12);
    }

    #[test]
    fn a_word_may_join_components_and_several_such_words_are_alternatives() {
        assert_eq!(choose(&["smol/hyper"], &[]).unwrap().len(), 4);
        assert_eq!(choose(&["smol/hyper", "threads/ureq", "plain"], &[]).unwrap().len(), 4);
        assert_eq!(choose(&["hyper/rustls/new-conn"], &[]).unwrap().len(), 2);
        assert_eq!(choose(&["smol/hyper", "threads/ureq/plain/new-conn"], &[]).unwrap().len(), 5);
        for wrong in ["hyper/smol", "smol/rustls", "smol/", "/hyper", "smol//hyper"] {
            assert!(matches!(choose(&[wrong], &[]), Err(SelectError::UnknownWord { .. })), "{wrong}");
        }
    }

    #[test]
    fn a_whole_name_is_a_word_too() {
        let name = "smol/hyper/plain/keep-alive";
        assert_eq!(choose(&[name], &[]).unwrap(), [name]);
        assert_eq!(choose(&[name, "smol/hyper/rustls/new-conn"], &[]).unwrap().len(), 2);
    }

    #[test]
    fn a_misspelt_word_is_answered_with_its_neighbours() {
        let error = choose(&["tokio-curent"], &[]).unwrap_err();
        assert!(error.to_string().contains("did you mean tokio-current"), "{error}");
        let error = choose(&["tokio-current/hyper/rustls/newconn"], &[]).unwrap_err();
        assert!(error.to_string().contains("tokio-current/hyper/rustls/new-conn"), "{error}");
    }

    #[test]
    fn a_pattern_that_matches_nothing_names_the_nearest_cells() {
        let error = choose(&[], &["^smol/hyper/rustls/new-con$"]).unwrap_err();
        assert!(error.to_string().contains("smol/hyper/rustls/new-conn"), "{error}");
        assert!(matches!(choose(&[], &["("]), Err(SelectError::Pattern { .. })));
        assert!(matches!(choose(&["smol"], &["^threads"]), Err(SelectError::Nothing { .. })));
    }
}
