//! The choice of cells, as `run`, `list` and `profile` take it.

use fetch::talk;
use workload::{Axes, Axis, AxisError, Cell, Connection, Selection, catalog};

use super::axis_args::AxisArgs;
use crate::failure::Failure;

#[derive(clap::Args)]
pub(crate) struct Cells {
    /// Components of cells' names (`tokio-current rustls new-conn`), also joined (`tokio-current/hyper`); whole names;
    /// values of axes (`@group=p256`)
    pub(crate) words: Vec<String>,
    /// Only cells whose whole name matches this regular expression; may be repeated
    #[arg(short, long = "filter", value_name = "REGEX")]
    pub(crate) filter: Vec<String>,
}

impl Cells {
    /// The cells that can be chosen: the matrix; other entries of the catalog and kinds of connection if a word names
    /// one of them; and the talk's stages if a word names those. The stages are variants of one program, not models to
    /// choose from, so that words like `rustls` do not select them.
    pub(crate) fn candidates(&self) -> Vec<Cell> {
        let named = |what: &str| self.texts().any(|text| text.contains(what));
        let mut kinds = Connection::MATRIX.to_vec();
        kinds.extend(self.kinds());
        let mut entries = catalog::beyond().into_iter().flat_map(|(_, names)| names);
        let beyond = kinds.len() > Connection::MATRIX.len() || entries.any(named);
        let mut cells = if beyond { fetch::cells_of(&kinds) } else { fetch::cells() };
        if named(talk::MODEL) {
            cells.extend(talk::cells());
        }
        cells
    }

    /// Kinds of connection outside the matrix that are named, even within a pattern.
    fn kinds(&self) -> Vec<Connection> {
        let apart = |text: &str| -> Vec<Connection> {
            let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':')));
            parts.filter_map(|part| part.parse().ok()).collect()
        };
        let mut kinds: Vec<Connection> = self.texts().flat_map(|text| apart(text)).collect();
        kinds.retain(|kind| !Connection::MATRIX.contains(kind) && *kind != Connection::Own);
        kinds.sort();
        kinds.dedup();
        kinds
    }

    fn texts(&self) -> impl Iterator<Item = &String> {
        self.words.iter().chain(&self.filter)
    }

    /// Whether neither words nor patterns were given.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.filter.is_empty()
    }

    /// The axes that words name with a value (`@group=p256`), each with that value.
    fn places(&self) -> Result<Vec<(&'static Axis, Axes)>, Failure> {
        let parts = self.words.iter().filter_map(|word| word.strip_prefix('@')).flat_map(|text| text.split(','));
        let place = |part: &str| -> Result<_, AxisError> {
            let axes = part.parse()?;
            let name = part.split('=').next().unwrap_or_default();
            Ok((Axis::named(name).ok_or_else(|| AxisError::Axis(name.to_owned()))?, axes))
        };
        let place = |part| place(part).map_err(|error| Failure::Usage(format!("in \"@{part}\": {error}")));
        parts.map(place).collect()
    }

    /// The axes that flags name, and those that words name, which mean the same.
    pub(crate) fn axes(&self, flags: &AxisArgs) -> Result<AxisArgs, Failure> {
        Ok(flags.with(&self.places()?))
    }

    /// The chosen cells among `candidates`; a word with an `@` in it is a cell with values of its axes.
    pub(crate) fn choose(&self, candidates: &[Cell]) -> Result<Vec<Cell>, Failure> {
        let words = self.words.iter().filter(|word| !word.starts_with('@')).cloned();
        let (placed, words): (Vec<String>, Vec<String>) = words.partition(|word| word.contains('@'));
        let mut chosen = match placed.is_empty() || !words.is_empty() || !self.filter.is_empty() {
            true => Selection::new(&words, &self.filter)?.choose(candidates)?,
            false => Vec::new(),
        };
        for word in placed {
            let cell: Cell = word.parse().map_err(|error: workload::CellError| Failure::Usage(error.to_string()))?;
            // Only the base name is checked, so that the error for a misspelt one suggests similar names.
            Selection::new(&[cell.base().to_string()], &[])?.choose(candidates)?;
            if !chosen.contains(&cell) {
                chosen.push(cell);
            }
        }
        Ok(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(words: &[&str], filter: &[&str]) -> Cells {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Cells { words: owned(words), filter: owned(filter) }
    }

    fn chosen(words: &[&str], filter: &[&str]) -> Vec<String> {
        let cells = cells(words, filter);
        cells.choose(&cells.candidates()).unwrap().iter().map(Cell::to_string).collect()
    }

    #[test]
    fn what_is_beyond_the_matrix_is_there_for_who_names_it() {
        assert_eq!(cells(&["smol"], &[]).candidates().len(), fetch::cells().len());
        assert_eq!(chosen(&["smol", "rustls", "resumed"], &[]), ["smol/hyper/rustls/resumed"]);
        assert_eq!(chosen(&["smol", "rustls", "keep-alive:7"], &[]), ["smol/hyper/rustls/keep-alive:7"]);
        let both = chosen(&[], &["^smol/hyper/rustls/(new-conn|new-client)$"]);
        assert_eq!(both, ["smol/hyper/rustls/new-conn", "smol/hyper/rustls/new-client"]);
        assert_eq!(chosen(&["smol", "rustls-ring"], &[]).len(), 2);
    }

    #[test]
    fn words_name_axes_as_flags_do() {
        let words = cells(&["smol/hyper", "new-conn", "@group=x25519", "@group=p256,cert=rsa-2048"], &[]);
        let chosen = words.choose(&words.candidates()).unwrap();
        let axes = words.axes(&AxisArgs::default()).unwrap();
        let names: Vec<String> = axes.of(&chosen).iter().map(Cell::to_string).collect();
        let rsa = |tls: &str, at: &str| format!("smol/hyper/{tls}/new-conn@{at}cert=rsa-2048");
        let both = |tls: &str| [rsa(tls, ""), rsa(tls, "group=p256,")];
        let plain = "smol/hyper/plain/new-conn".to_owned();
        assert_eq!(names, [vec![plain], both("rustls").to_vec(), both("native-tls").to_vec()].concat());
        assert_eq!(axes.varied(), ["group".parse().unwrap()]);
        for wrong in ["@", "@group", "@group=nonsense", "@color=red"] {
            let error = cells(&[wrong], &[]).axes(&AxisArgs::default()).err().unwrap().to_string();
            assert!(error.contains("group"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_whole_name_may_have_its_place_on_the_axes() {
        let name = "smol/hyper/rustls/new-conn@group=p256";
        assert_eq!(chosen(&[name], &[]), [name]);
        assert_eq!(chosen(&[name, "smol/hyper/rustls/new-conn"], &[]).len(), 2);
        let cells = cells(&["smoll/hyper/rustls/new-conn@group=p256"], &[]);
        let error = cells.choose(&cells.candidates()).unwrap_err().to_string();
        assert!(error.contains("did you mean smol/hyper/rustls/new-conn"), "{error}");
    }
}
